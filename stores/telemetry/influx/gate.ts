/**
 * How many queries are at the server at the same time, and for how long: a query has a time limit that covers its wait
 * for a turn too, and beyond a number of waiting ones it is refused.
 */
import { LanternError } from '../../../model/errors.ts'

export interface Gate {
  open(): void
  /** Fails what waits and what runs. */
  close(): void
  /** Raises `store-timeout`, `too-many-requests`, `store-unavailable`, or what the work raises. */
  run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>
}

export function createGate(options: { most: number; maxWaiting: number; timeoutMs: number }): Gate {
  const { most, maxWaiting, timeoutMs } = options
  let isOpen = false
  let running = 0
  const limits = new Set<AbortController>()
  const waiting = new Set<() => void>()

  async function turn(signal: AbortSignal): Promise<void> {
    if (running < most) {
      running++
      return
    }
    if (waiting.size >= maxWaiting)
      throw new LanternError('too-many-requests', `${waiting.size} telemetry queries are waiting already`)
    await new Promise<void>((resolve, reject) => {
      const go = () => {
        signal.removeEventListener('abort', giveUp)
        resolve()
      }
      const giveUp = () => {
        waiting.delete(go)
        reject(signal.reason)
      }
      waiting.add(go)
      signal.addEventListener('abort', giveUp, { once: true })
    })
  }

  /** The turn goes to the next, or is free. */
  function leave(): void {
    const [next] = waiting
    if (!next) {
      running--
      return
    }
    waiting.delete(next)
    next()
  }

  return {
    open() {
      isOpen = true
    },
    close() {
      isOpen = false
      const stopping = new LanternError('store-unavailable', 'the telemetry store is stopping')
      for (const limit of limits) limit.abort(stopping)
    },
    async run(work) {
      if (!isOpen) throw new LanternError('store-unavailable', 'the telemetry store is not running')
      const limit = new AbortController()
      const late = new LanternError(
        'store-timeout',
        `the telemetry store did not answer within ${timeoutMs / 1000} s`,
      )
      const timer = setTimeout(() => limit.abort(late), timeoutMs)
      limits.add(limit)
      try {
        await turn(limit.signal)
        try {
          return await work(limit.signal)
        } finally {
          leave()
        }
      } finally {
        clearTimeout(timer)
        limits.delete(limit)
      }
    },
  }
}
