/**
 * What an alert says to people: the rule's title with its placeholders filled, and values rounded as one would say them.
 */
import type { EvidenceValue } from '../../model/alert.ts'
import { type Fault, faultMeanings, type StoredField } from '../../model/kind.ts'
import { kinds } from '../../model/kinds.ts'
import type { Rule } from '../../model/rule.ts'
import type { SubjectFacts } from './city.ts'

const maxTitle = 300

/** Three digits that count, whole from 100 on; `share` as per cent. */
export function inWords(value: number | boolean, share: boolean): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  const shown = share ? value * 100 : value
  return String(Math.abs(shown) >= 100 ? Math.round(shown) : Number(shown.toPrecision(3)))
}

/** Every number without a unit is a share, 0–1 (model/kind.ts). */
const isShare = (field: StoredField | undefined) => field?.type === 'number' && field.unit === ''

function fieldOf(rule: Rule, name: string | undefined): StoredField | undefined {
  return kinds.find((kind) => kind.name === rule.scope.kind)?.fields.find((field) => field.name === name)
}

interface Said {
  readonly value: string
  readonly unit: string
  readonly threshold: string
}

function saidOf(rule: Rule, newest: EvidenceValue | undefined, limit: number | undefined): Said {
  const { condition } = rule
  if (condition.type === 'silence')
    return { ...minutesOf(Number(newest?.value ?? 0)), threshold: inWords(condition.intervals, false) }
  if (condition.type === 'health') {
    const fault: Fault = condition.faults[0] ?? 'tampered'
    return { value: faultMeanings[fault].replace(/\.$/, ''), unit: '', threshold: '' }
  }
  if (condition.type === 'coverage') {
    const value = newest ? inWords(newest.value, true) : ''
    return { value, unit: '%', threshold: inWords(limit ?? condition.falls?.by ?? 0, true) }
  }
  const field = fieldOf(rule, condition.field)
  const share = isShare(field)
  const unit = share ? '%' : field?.unit === '1' ? '' : (field?.unit ?? '')
  const threshold =
    condition.type === 'threshold'
      ? (condition.above ?? condition.below)
      : condition.type === 'rate'
        ? (condition.rises ?? condition.falls)
        : condition.type === 'unusual'
          ? condition.score
          : undefined
  return {
    value: newest ? inWords(newest.value, share) : '',
    unit,
    threshold: inWords(threshold ?? 0, share && condition.type !== 'unusual'),
  }
}

/** Seconds as a person says them. */
function minutesOf(seconds: number): { value: string; unit: string } {
  if (seconds < 100) return { value: String(Math.round(seconds)), unit: 's' }
  if (seconds < 6000) return { value: String(Math.round(seconds / 60)), unit: 'min' }
  return { value: inWords(seconds / 3600, false), unit: 'h' }
}

/** `newest`: the newest value of the evidence; `limit`: the share below which coverage is too low. */
export function titleOf(options: {
  rule: Rule
  subject: SubjectFacts
  newest: EvidenceValue | undefined
  limit: number | undefined
}): string {
  const { rule, subject, newest, limit } = options
  const said: Readonly<Record<string, string>> = {
    subject: nameBeside(rule.title, subject),
    place: subject.placeName ?? subject.place ?? '',
    area: areaInWords(subject),
    ...saidOf(rule, newest, limit),
  }
  return tidy(rule.title.replace(/\{(\w+)\}/g, (whole, name: string) => said[name] ?? whole))
}

/** A device's name often ends with its place's: where the title says the place, it is said once. */
function nameBeside(title: string, { name, placeName }: SubjectFacts): string {
  if (!placeName || !title.includes('{place}') || !name.endsWith(placeName)) return name
  return name.slice(0, -placeName.length).replace(/[\s,;:–-]+$/, '') || name
}

/** What stands for many: "Bình Chánh: 60 of 300, Camera silent". */
export const stormTitleOf = (rule: Rule, area: SubjectFacts, count: number, of: number): string =>
  tidy(`${area.name}: ${count} of ${of}, ${rule.name}`)

/** The smallest area and the one above it; of an area, itself. */
function areaInWords({ type, name, areas }: SubjectFacts): string {
  if (type === 'area') return name
  return areas
    .slice(0, 2)
    .map((area) => area.name)
    .join(', ')
}

const tidy = (text: string) => text.replace(/ {2,}/g, ' ').trim().slice(0, maxTitle)
