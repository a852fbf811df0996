/**
 * What the door refused (sign-ins, foreign topics, oversized packets), collected and written to the
 * registry's rejections once a second: a flood of refusals costs one row each reason, not one write each.
 */
import type { Logger } from 'pino'
import { messageOf } from '../model/errors.ts'
import { maxSampleLength, type RejectionEvent, type RejectionReason } from '../model/rejection.ts'
import { type Clock, second } from '../model/time.ts'
import type { Registry } from '../stores/registry/port.ts'

/** How many different (device, reason) pairs one second may bring; further ones are only counted. */
const maxPairs = 1000

export interface Refusals {
  start(): void
  stop(): Promise<void>
  add(refusal: { device: string | null; reason: RejectionReason; detail: string; sample: string }): void
  /** Since the start. */
  count(): number
  byReason(): Partial<Record<RejectionReason, number>>
}

export function createRefusals(options: {
  registry: Pick<Registry, 'recordRejections'>
  logger: Logger
  clock: Clock
}): Refusals {
  const { registry, logger, clock } = options
  let pending = new Map<string, RejectionEvent>()
  let total = 0
  const counts: Partial<Record<RejectionReason, number>> = {}
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> = Promise.resolve()

  async function write(): Promise<void> {
    if (pending.size === 0) return
    const events = [...pending.values()]
    pending = new Map()
    try {
      await registry.recordRejections(events)
    } catch (error) {
      logger.error({ reason: messageOf(error), events }, 'refusals could not be recorded')
    }
  }

  return {
    start() {
      timer = setInterval(() => {
        writing = writing.then(write)
      }, second)
      timer.unref()
    },
    async stop() {
      clearInterval(timer)
      await writing
      await write()
    },
    add({ device, reason, detail, sample }) {
      total++
      counts[reason] = (counts[reason] ?? 0) + 1
      const key = `${reason} ${device ?? ''}`
      const before = pending.get(key)
      if (!before && pending.size >= maxPairs) return
      pending.set(key, {
        device,
        reason,
        detail: detail.slice(0, maxSampleLength),
        sample: sample.slice(0, maxSampleLength),
        at: clock(),
        count: (before?.count ?? 0) + 1,
      })
    },
    count: () => total,
    byReason: () => ({ ...counts }),
  }
}
