/**
 * The alerts that need somebody now, kept up from lists and from single steps. What leaves them (over, shelved, or another
 * stands for it) is remembered for a while, so that a list in which somebody works can say what became of it.
 */
import type { NamedAlert } from '../../../../model/answers/alerts.ts'

/** More than a city can have people for; beyond it, the ones that came first leave. */
export const mostOpen = 5000
const mostEnded = 500

/** What the API lists unasked: neither over, nor out of sight, nor part of another. */
export const needsSomebody = ({ state, shelvedUntil, inhibitedBy }: NamedAlert) =>
  state !== 'cleared' && shelvedUntil === null && inhibitedBy === null

export interface OpenAlerts {
  readonly open: ReadonlyMap<number, NamedAlert>
  /** As they were when they left. */
  readonly ended: ReadonlyMap<number, NamedAlert>
  /** All of them anew. */
  replace(alerts: readonly NamedAlert[]): void
  /** One as it is now; false: that changes nothing, or something newer is known already. */
  take(alert: NamedAlert): boolean
}

export function createOpenAlerts(options: { most?: number } = {}): OpenAlerts {
  const { most = mostOpen } = options
  const open = new Map<number, NamedAlert>()
  const ended = new Map<number, NamedAlert>()

  function end(alert: NamedAlert): void {
    open.delete(alert.id)
    ended.delete(alert.id)
    ended.set(alert.id, alert)
    if (ended.size > mostEnded) deleteFirst(ended)
  }

  return {
    open,
    ended,
    replace(alerts) {
      const before = [...open.values()]
      open.clear()
      for (const alert of alerts.slice(0, most)) {
        open.set(alert.id, alert)
        ended.delete(alert.id)
      }
      for (const alert of before) if (!open.has(alert.id)) end(alert)
    },
    take(alert) {
      const known = open.get(alert.id) ?? ended.get(alert.id)
      if (known && Date.parse(known.changedAt) > Date.parse(alert.changedAt)) return false
      if (!needsSomebody(alert)) {
        if (!known) return false
        end(alert)
        return true
      }
      ended.delete(alert.id)
      open.set(alert.id, alert)
      if (open.size > most) deleteFirst(open)
      return true
    },
  }
}

/** What Lantern answered to another question, brought up to what has been heard since; `also`: what else belongs there. */
export function broughtUp(
  alerts: readonly NamedAlert[],
  heard: { readonly open: ReadonlyMap<number, NamedAlert>; readonly ended: ReadonlyMap<number, NamedAlert> },
  also: (alert: NamedAlert) => boolean,
): ReadonlyMap<number, NamedAlert> {
  const all = new Map(alerts.map((alert) => [alert.id, alert]))
  for (const alert of [...heard.open.values(), ...heard.ended.values()]) {
    const known = all.get(alert.id)
    if (known ? Date.parse(alert.changedAt) > Date.parse(known.changedAt) : also(alert))
      all.set(alert.id, alert)
  }
  return all
}

function deleteFirst(map: Map<number, unknown>): void {
  for (const id of map.keys()) {
    map.delete(id)
    return
  }
}
