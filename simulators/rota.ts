/**
 * Whose turn it is to report: one list for the whole fleet instead of a timer for each device. Every device
 * reports on a fixed grid, k × interval + its own phase, so that its readings are spread evenly over the
 * interval and a repetition or a backfill falls on the same moments.
 */
import { second } from '../model/time.ts'
import { keyOf } from './world/noise.ts'

/** Where in its interval a device reports, in whole ms: 0 ≤ phase < interval. */
export function phaseOf(id: string, intervalSeconds: number): number {
  return Math.floor((keyOf('phase', id) / 2 ** 32) * intervalSeconds * second)
}

/** The first moment of a grid that is at or after `from`, epoch ms. */
export function firstOnGrid(from: number, interval: number, phase: number): number {
  return Math.ceil((from - phase) / interval) * interval + phase
}

export interface Rota<T> {
  /** Visits everyone whose turn came since the last call, up to and including `now`, with the moment. */
  take(now: number, visit: (member: T, at: number) => void): void
}

/**
 * A rota of members. The first turn of each is the first on its grid after `since`; without it, its newest
 * one before `now`, so that a fleet is heard at once and not only an interval later.
 */
export function createRota<T extends { readonly id: string; readonly reportingIntervalSeconds: number }>(
  members: readonly T[],
  start: { since: number } | { now: number },
): Rota<T> {
  const groups = [...Map.groupBy(members, (member) => member.reportingIntervalSeconds)].map(
    ([seconds, of]) => {
      const interval = seconds * second
      const from = 'since' in start ? start.since + 1 : start.now - interval + 1
      const turns = of
        .map((member) => ({ member, due: firstOnGrid(from, interval, phaseOf(member.id, seconds)) }))
        .sort((a, b) => a.due - b.due)
      return { interval, turns, next: 0, rounds: 0 }
    },
  )
  return {
    take(now, visit) {
      for (const group of groups) {
        for (;;) {
          const turn = group.turns[group.next]
          if (!turn) break
          const due = turn.due + group.rounds * group.interval
          if (due > now) break
          visit(turn.member, due)
          group.next += 1
          if (group.next === group.turns.length) {
            group.next = 0
            group.rounds += 1
          }
        }
      }
    },
  }
}
