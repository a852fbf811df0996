/**
 * How the list of alerts is narrowed, as the query of its address says it: read, written, and asked of one alert. What the
 * live set does not hold (shelved ones, those that are over) is asked of Lantern with the same filters.
 */
import { type Severity, severities } from '../../../../model/alert.ts'
import type { NamedAlert } from '../../../../model/answers/alerts.ts'
import type { SignedIn } from '../../../../model/answers/session.ts'
import { type KindName, kindNames } from '../../../../model/kinds.ts'
import { plainly } from '../words/plainly.ts'

/** `all`: also those that are shelved, and those that another stands for. */
export const shownStates = ['open', 'acknowledged', 'all', 'cleared'] as const
export const owners = ['me', 'nobody', 'somebody'] as const

export interface Filters {
  /** None: all of them. */
  readonly severities: readonly Severity[]
  /** undefined: what is open or acknowledged, and in sight. */
  readonly state: (typeof shownStates)[number] | undefined
  readonly area: string | undefined
  readonly place: string | undefined
  readonly device: string | undefined
  readonly kind: KindName | undefined
  readonly owner: (typeof owners)[number] | undefined
  readonly text: string | undefined
}

export function readFilters(query: URLSearchParams): Filters {
  const one = <T extends string>(name: string, of: readonly T[]) =>
    of.find((value) => value === query.get(name))
  const given = (query.get('severity') ?? '').split(',')
  return {
    severities: severities.filter((severity) => given.includes(severity)),
    state: one('state', shownStates),
    area: query.get('area') || undefined,
    place: query.get('place') || undefined,
    device: query.get('device') || undefined,
    kind: one('kind', kindNames),
    owner: one('owner', owners),
    text: query.get('text') || undefined,
  }
}

/** Nothing is left out. */
export const noFilters: Filters = readFilters(new URLSearchParams())

/** As `linkTo` takes them. */
export function writeFilters(filters: Filters): Record<string, string | undefined> {
  const { severities: only, ...rest } = filters
  return { severity: only.join(',') || undefined, ...rest }
}

/** Where the live set is not enough, the question that brings the rest; null: it is enough. */
export function queryOf(filters: Filters): Record<string, string | undefined> | null {
  const { state, area, kind } = filters
  if (state === 'cleared') return { state, area, kind }
  return state === 'all' ? { all: 'true', area, kind } : null
}

/** `who`: whose "me" is. `textOf`: what an alert says, in the language of whoever searches. */
export function passes(options: {
  filters: Filters
  who: SignedIn | null | undefined
  textOf(alert: NamedAlert): string
}): (alert: NamedAlert) => boolean {
  const { filters, who, textOf } = options
  const words = plainly(filters.text ?? '').split(/\s+/)
  const isMine = (name: string | null) => name !== null && (name === who?.name || name === who?.key)
  return (alert) => {
    const { severity, state, areas, place, subject, kind, assignedTo } = alert
    if (filters.severities.length > 0 && !filters.severities.includes(severity)) return false
    if (filters.state !== undefined && filters.state !== 'all' && filters.state !== state) return false
    if (filters.area !== undefined && !areas.includes(filters.area)) return false
    if (filters.place !== undefined && filters.place !== place) return false
    if (filters.device !== undefined && !concerns(alert, filters.device)) return false
    if (filters.kind !== undefined && filters.kind !== kind) return false
    if (filters.owner === 'me' && !isMine(assignedTo)) return false
    if (filters.owner === 'nobody' && assignedTo !== null) return false
    if (filters.owner === 'somebody' && assignedTo === null) return false
    if (filters.text === undefined) return true
    const { id, placeName, areaNames } = alert
    const text = plainly([`#${id}`, textOf(alert), placeName, ...areaNames, subject.id, assignedTo].join(' '))
    return words.every((word) => text.includes(word))
  }
}

/** Whether it is about this device, by itself or as one of many. */
export function concerns({ subject, evidence }: NamedAlert, device: string): boolean {
  return subject.type === 'device'
    ? subject.id === device
    : (evidence.members?.devices.includes(device) ?? false)
}
