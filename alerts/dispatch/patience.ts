/**
 * When a delivery is tried again, when it is given up, and when a target is left alone for a while. Retries wait 1 s, 2 s,
 * 4 s … up to an hour, each by chance between half and the whole of it, so that many do not come back at once.
 */
import { hour, minute, second } from '../../model/time.ts'

const firstWait = second
const lastWait = hour
/** After so many attempts, which is after about a day, it is dead. */
export const maxAttempts = 40

/** ms until the next attempt, after `attempts` of them failed. `chance`: 0–1. */
export function waitAfter(attempts: number, chance: number): number {
  const whole = Math.min(lastWait, firstWait * 2 ** Math.min(attempts - 1, 30))
  return Math.round(whole * (0.5 + chance / 2))
}

/** So many failures of a target after one another open its circuit. */
const failuresToOpen = 5
const firstRest = 10 * second
const longestRest = 10 * minute

/** A circuit breaker for one target: closed, open (nobody tries), or, after any failure, half open (one at a time tries). */
export interface Breaker {
  /** How many attempts may be under way at once now; 0: it rests. */
  lanes(now: number, most: number): number
  succeeded(): void
  /** ms; the target itself asked for it. */
  failed(now: number, waitMs?: number): void
  /** Epoch ms until which it rests; 0: it does not. */
  restsUntil(): number
}

export function createBreaker(): Breaker {
  let failures = 0
  let until = 0

  return {
    lanes(now, most) {
      if (now < until) return 0
      return failures > 0 ? 1 : most
    },
    succeeded() {
      failures = 0
      until = 0
    },
    failed(now, waitMs = 0) {
      failures++
      const rest =
        failures < failuresToOpen
          ? 0
          : Math.min(longestRest, firstRest * 2 ** Math.min(failures - failuresToOpen, 20))
      until = Math.max(until, now + Math.max(rest, waitMs))
    },
    restsUntil: () => until,
  }
}
