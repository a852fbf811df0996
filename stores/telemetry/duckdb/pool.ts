/**
 * The connections that queries run on: few, so that they cannot take the machine from the appends, and
 * each query with a time limit that covers its wait for a connection too.
 */
import type { DuckDBConnection } from '@duckdb/node-api'
import { LanternError } from '../../../model/errors.ts'
import { asStoreError } from './failures.ts'

export interface QueryPool {
  start(connections: readonly DuckDBConnection[]): void
  /** Stops what runs, fails what waits, and ends when no connection is in use. */
  stop(): Promise<void>
  /** Raises `store-timeout`, `too-many-requests`, or what the work raises. */
  run<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T>
}

/** An interrupt reaches only the statement that runs at that moment, so it is repeated. */
const interruptEveryMs = 50

export function createQueryPool(options: { timeoutMs: number; maxWaiting: number }): QueryPool {
  let open = false
  let idle: DuckDBConnection[] = []
  const busy = new Map<DuckDBConnection, Promise<unknown>>()
  const waiting = new Set<(connection: DuckDBConnection | undefined) => void>()

  function release(connection: DuckDBConnection): void {
    busy.delete(connection)
    const [next] = waiting
    if (!next) {
      idle.push(connection)
      return
    }
    waiting.delete(next)
    next(connection)
  }

  function acquire(signal: AbortSignal): Promise<DuckDBConnection> {
    if (!open)
      return Promise.reject(new LanternError('store-unavailable', 'the telemetry store is not running'))
    const connection = idle.pop()
    if (connection) return Promise.resolve(connection)
    if (waiting.size >= options.maxWaiting)
      return Promise.reject(
        new LanternError('too-many-requests', `${waiting.size} telemetry queries are waiting already`),
      )
    return new Promise((resolve, reject) => {
      const take = (given: DuckDBConnection | undefined) => {
        signal.removeEventListener('abort', giveUp)
        if (given) resolve(given)
        else reject(new LanternError('store-unavailable', 'the telemetry store is stopping'))
      }
      const giveUp = () => {
        waiting.delete(take)
        reject(timeout(options.timeoutMs))
      }
      waiting.add(take)
      signal.addEventListener('abort', giveUp, { once: true })
    })
  }

  return {
    start(connections) {
      idle = [...connections]
      open = true
    },
    async stop() {
      open = false
      for (const give of waiting) give(undefined)
      waiting.clear()
      const interrupting = setInterval(() => {
        for (const connection of busy.keys()) connection.interrupt()
      }, interruptEveryMs)
      await Promise.all(busy.values())
      clearInterval(interrupting)
      idle = []
    },
    async run(work) {
      const limit = new AbortController()
      const timer = setTimeout(() => limit.abort(), options.timeoutMs)
      try {
        const connection = await acquire(limit.signal)
        const result = work(connection)
        busy.set(
          connection,
          result.then(
            () => release(connection),
            () => release(connection),
          ),
        )
        return await withinLimit(result, connection, limit.signal, options.timeoutMs)
      } catch (thrown) {
        throw asStoreError(thrown)
      } finally {
        clearTimeout(timer)
      }
    },
  }
}

/** The result, or `store-timeout` as soon as the signal comes; the query is interrupted until it ends. */
function withinLimit<T>(
  result: Promise<T>,
  connection: DuckDBConnection,
  signal: AbortSignal,
  timeoutMs: number,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let interrupting: NodeJS.Timeout | undefined
    const onLimit = () => {
      connection.interrupt()
      interrupting = setInterval(() => connection.interrupt(), interruptEveryMs)
      reject(timeout(timeoutMs))
    }
    signal.addEventListener('abort', onLimit, { once: true })
    const settled = () => {
      signal.removeEventListener('abort', onLimit)
      clearInterval(interrupting)
    }
    result.then(
      (value) => {
        settled()
        resolve(value)
      },
      (thrown) => {
        settled()
        reject(thrown)
      },
    )
  })
}

function timeout(timeoutMs: number): LanternError {
  return new LanternError('store-timeout', `the telemetry store did not answer within ${timeoutMs / 1000} s`)
}
