/**
 * When Lantern itself was away, so that a restart does not blame devices for our own absence: such time does not count
 * towards a silence. Whoever was silent before is noticed right after.
 */
import { z } from 'zod'
import { minute, second } from '../../model/time.ts'

/** Shorter pauses between two signs of life are ordinary. */
const shortest = 2 * second
/** Gaps so near to one another are kept as one. */
const near = minute
const maxKept = 50

const kept = z.array(z.tuple([z.number(), z.number()])).max(maxKept)

export interface Absences {
  /** Something happened at that moment (a message came, or the clock went on while nothing was left to read), epoch ms. */
  alive(at: number): void
  /** How much of the time since `from` does not count, ms. */
  since(from: number): number
  /** When the newest one ended; -Infinity: there was none. */
  lastEnd(): number
  /** For the memory; null: nothing to remember. */
  remember(): string | null
  /** The newest sign of life. */
  aliveAt(): number
}

export function createAbsences(options: { aliveAt: number; memory: string | undefined }): Absences {
  let { aliveAt } = options
  const gaps = read(options.memory)

  return {
    alive(at) {
      const from = aliveAt
      if (!(at > from)) {
        if (Number.isNaN(from)) aliveAt = at
        return
      }
      aliveAt = at
      if (at - from < shortest) return
      const last = gaps.at(-1)
      if (last && from - last[1] < near) last[1] = at
      else gaps.push([from, at])
      if (gaps.length > maxKept) gaps.shift()
    },
    since(from) {
      let sum = 0
      for (let index = gaps.length - 1; index >= 0; index--) {
        const gap = gaps[index]
        if (!gap || gap[1] <= from) break
        sum += gap[1] - Math.max(gap[0], from)
      }
      return sum
    },
    lastEnd: () => gaps.at(-1)?.[1] ?? Number.NEGATIVE_INFINITY,
    remember: () => (gaps.length > 0 ? JSON.stringify(gaps) : null),
    aliveAt: () => aliveAt,
  }
}

function read(memory: string | undefined): [number, number][] {
  if (memory === undefined) return []
  try {
    return kept.parse(JSON.parse(memory))
  } catch {
    return []
  }
}
