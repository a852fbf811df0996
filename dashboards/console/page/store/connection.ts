/**
 * Whether Lantern answers, and what time it is there. The page's clock is the server's: a screen whose own clock is wrong
 * must not show old figures as new.
 */
import { type ReadonlySignal, signal } from '@preact/signals'

/** Below this a difference is the way of the answer, or the header's whole seconds. */
const clockTolerance = 3000
/** So long without any answer, and what is shown is called old. */
export const staleAfter = 15_000

export interface Connection {
  /** When Lantern last answered anything, epoch ms; undefined: not yet. */
  readonly answeredAt: ReadonlySignal<number | undefined>
  /** Lantern's clock, epoch ms, to the second. */
  readonly now: ReadonlySignal<number>
  /** Whether it has not answered for `staleAfter`. */
  isStale(): boolean
  onAnswer(answer: { reached: boolean; date: string | null }): void
  start(): void
  stop(): void
}

export function createConnection(options: { clock(): number }): Connection {
  const { clock } = options
  let offset = 0
  const answeredAt = signal<number | undefined>(undefined)
  const now = signal(clock())
  const startedAt = clock()
  let timer: ReturnType<typeof setInterval> | undefined

  return {
    answeredAt,
    now,
    isStale: () => now.value - (answeredAt.value ?? startedAt + offset) > staleAfter,
    onAnswer({ reached, date }) {
      if (!reached) return
      const there = date === null ? Number.NaN : Date.parse(date)
      if (Math.abs(there - clock() - offset) > clockTolerance) offset = there - clock()
      now.value = clock() + offset
      answeredAt.value = now.value
    },
    start() {
      timer = setInterval(() => {
        now.value = clock() + offset
      }, 1000)
    },
    stop: () => clearInterval(timer),
  }
}
