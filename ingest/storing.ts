/**
 * Hands batches to the telemetry store, one at a time and in order, while the next are already read and judged. What comes
 * meanwhile is stored together with the next commit, because a commit takes as long for one reading as for hundreds.
 * Used by worker.ts.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Batch } from './batch.ts'

/** How many messages, or candidates for readings in them, may wait; a larger batch waits alone. */
const maxWaiting = { messages: 10_000, candidates: 40_000 }

export interface Storing {
  /** Takes a batch; resolves as soon as it waits or is under way. Raises what `store` raised. */
  take(batch: Batch): Promise<void>
  /** Raises what `store` raised, if it did. */
  check(): void
  /** Resolves when all is stored. */
  end(): Promise<void>
}

/** `gatherMs`: how long the next commit waits for company. */
export function createStoring(options: { store(batch: Batch): Promise<void>; gatherMs: number }): Storing {
  const { store, gatherMs } = options
  let waiting: Batch | undefined
  let running: Promise<void> | undefined
  let failure: { readonly error: unknown } | undefined
  let ending = false
  /** Resolves when what waits has its turn. */
  let turn = Promise.withResolvers<void>()

  async function goOn(): Promise<void> {
    try {
      while (waiting) {
        const batch = waiting
        waiting = undefined
        turn.resolve()
        turn = Promise.withResolvers()
        await store(batch)
        if (!ending && !isFull(waiting)) await sleep(gatherMs)
      }
    } catch (error) {
      failure = { error }
      turn.resolve()
    }
    running = undefined
  }

  function check(): void {
    if (failure) throw failure.error
  }

  return {
    async take(batch) {
      check()
      while (waiting && !fits(waiting, batch)) {
        await turn.promise
        check()
      }
      waiting = waiting ? joined(waiting, batch) : batch
      running ??= goOn()
    },
    check,
    async end() {
      ending = true
      while (running !== undefined) await running
      check()
    },
  }
}

const isFull = (batch: Batch | undefined) =>
  batch !== undefined &&
  (batch.messages.length >= maxWaiting.messages / 2 || batch.candidates.length >= maxWaiting.candidates / 2)

function fits(before: Batch, next: Batch): boolean {
  return (
    before.messages.length + next.messages.length <= maxWaiting.messages &&
    before.candidates.length + next.candidates.length <= maxWaiting.candidates &&
    before.alreadyStored === next.alreadyStored &&
    before.alreadyCounted === next.alreadyCounted
  )
}

/** Only what the store and its stages ask for. */
function joined(before: Batch, next: Batch): Batch {
  return {
    ...next,
    messages: [...before.messages, ...next.messages],
    candidates: [...before.candidates, ...next.candidates],
    readings: [...before.readings, ...next.readings],
  }
}
