/**
 * Holds two stores against each other after a transfer, by what each counts of a kind on a day. Called by transfer.ts.
 */
import { day, formatTime } from '../../../model/time.ts'
import type { DayCount } from './port.ts'

export interface Difference {
  readonly shelf: string
  readonly kind: string | null
  /** Such as 2026-03-01, in UTC. */
  readonly day: string
  readonly there: number
  readonly here: number
}

/**
 * Where the readings of a kind and day, those in its roll-ups, or the counts of coverage, are not as many on both sides;
 * in order of time.
 */
export function differencesOf(there: readonly DayCount[], here: readonly DayCount[]): Difference[] {
  const all = new Map<
    string,
    { shelf: string; kind: string | null; day: number; there: number; here: number }
  >()
  const add = (counts: readonly DayCount[], side: 'there' | 'here') => {
    for (const { stock, day, items } of counts) {
      const { shelf, kind } = stock
      const key = `${shelf} ${kind} ${day}`
      const found = all.get(key) ?? { shelf, kind, day, there: 0, here: 0 }
      found[side] += items
      all.set(key, found)
    }
  }
  add(there, 'there')
  add(here, 'here')
  return [...all.values()]
    .filter((one) => one.there !== one.here)
    .sort((a, b) => a.day - b.day)
    .map((one) => ({ ...one, day: formatTime(one.day * day).slice(0, 10) }))
}

export interface Total {
  readonly shelf: string
  readonly kind: string | null
  readonly days: number
  readonly items: number
}

/** Of each kind on each shelf. */
export function totalsOf(counts: readonly DayCount[]): Total[] {
  const groups = Map.groupBy(counts, ({ stock }) => `${stock.shelf} ${stock.kind}`)
  return Array.from(groups.values(), (group) => ({
    shelf: group[0]?.stock.shelf ?? '',
    kind: group[0]?.stock.kind ?? null,
    days: group.length,
    items: group.reduce((sum, { items }) => sum + items, 0),
  }))
}
