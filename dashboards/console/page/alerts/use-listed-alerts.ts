/**
 * The alerts that the list is about: the live ones, and with filters for shelved ones or those that are over, what Lantern
 * answers to these. Then filtered, and the most urgent first.
 */
import { useMemo } from 'preact/hooks'
import { alertList, type NamedAlert } from '../../../../model/answers/alerts.ts'
import { useStore } from '../parts/store.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import type { RequestError } from '../requests.ts'
import { routeOf } from '../requests.ts'
import { titleOf } from './alert-text.ts'
import { type Filters, passes, queryOf } from './filters.ts'
import { broughtUp } from './open-alerts.ts'
import { byUrgency, countBySeverity } from './urgency.ts'

const askedAtOnce = 1000

export interface ListedAlerts {
  /** undefined: not known yet. */
  readonly current: ReadonlyMap<number, NamedAlert> | undefined
  readonly wanted: readonly NamedAlert[]
  readonly counts: ReturnType<typeof countBySeverity>
  readonly isCut: boolean
  readonly error: RequestError | undefined
}

export function useListedAlerts(filters: Filters, key: string): ListedAlerts {
  const { alerts, session, preferences } = useStore()
  const language = preferences.language.value
  const who = session.signedIn.value
  const query = queryOf(filters)
  const route = query && routeOf('/v1/alerts', { limit: askedAtOnce, ...query })
  const answer = useAnswer(route, alertList)
  const open = alerts.open.value

  const ended = alerts.ended.value
  const { state } = filters

  const current = useMemo(() => {
    if (route === null || !open) return open
    const belongs = (alert: NamedAlert) => (alert.state === 'cleared') === (state === 'cleared')
    return answer.value && broughtUp(answer.value.items, { open, ended }, belongs)
  }, [route, state, answer.value, open, ended])

  const { wanted, counts } = useMemo(() => {
    const textOf = (alert: NamedAlert) => `${titleOf(language, alert)} ${alert.title}`
    const all = [...(current?.values() ?? [])]
    const others = all.filter(passes({ filters: { ...filters, severities: [] }, who, textOf }))
    const only = passes({ filters, who, textOf })
    return { wanted: others.filter(only).sort(byUrgency), counts: countBySeverity(others) }
  }, [current, key, who, language])

  return {
    current,
    wanted,
    counts,
    isCut: route === null ? alerts.isCut.value : Boolean(answer.value?.next),
    error: route === null ? undefined : answer.error,
  }
}
