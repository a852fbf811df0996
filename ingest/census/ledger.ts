/**
 * What was last written of each place or device, which decides what is due: what has changed, and in any case each once in
 * a quarter of an hour, a fifteenth of them a minute. In memory only: after a restart each is written once more.
 */
import { minute } from '../../model/time.ts'

/** Each is written at least so often, ms. */
const fullRoundMs = 15 * minute

interface Written<Tags> {
  readonly tags: Tags
  readonly word: string
  readonly at: number
  seenAt: number
}

export interface Ledger<Tags> {
  /**
   * Whether a point is due, and with what tags it was written before, if those were others. `word`: what a change of
   * matters; `turn`: any number of its own, by which the rounds are spread; `at`: the minute, epoch ms.
   */
  look(key: string | number, now: { tags: Tags; word: string; turn: number; at: number }): Look<Tags>
  written(key: string | number, now: { tags: Tags; word: string; at: number }): void
  /** All, each with whether it was not looked at in that minute: many, so to be gone through in slices. */
  all(
    at: number,
  ): Iterable<{ readonly key: string | number; readonly tags: Tags; readonly isMissing: boolean }>
  forget(key: string | number): void
}

export interface Look<Tags> {
  readonly isDue: boolean
  readonly left: Tags | null
}

export function createLedger<Tags extends object>(): Ledger<Tags> {
  const entries = new Map<string | number, Written<Tags>>()
  return {
    look(key, { tags, word, turn, at }) {
      const before = entries.get(key)
      if (!before) return { isDue: true, left: null }
      before.seenAt = at
      const rounds = fullRoundMs / minute
      const isDue =
        before.tags !== tags ||
        before.word !== word ||
        turn % rounds === (at / minute) % rounds ||
        // Its turn was missed, or the clock was set back.
        Math.abs(at - before.at) > fullRoundMs
      return { isDue, left: before.tags === tags ? null : before.tags }
    },
    written(key, { tags, word, at }) {
      entries.set(key, { tags, word, at, seenAt: at })
    },
    *all(at) {
      for (const [key, { seenAt, tags }] of entries) yield { key, tags, isMissing: seenAt !== at }
    },
    forget: (key) => entries.delete(key),
  }
}
