/**
 * The connections that queries run on: few, so that they cannot take the machine from the appends. Each
 * query sees one state of the store, whatever its number of statements, and has a time limit that covers its
 * wait for a connection too.
 */
import type { DuckDBConnection } from '@duckdb/node-api'
import { LanternError } from '../../../model/errors.ts'
import { asStoreError } from './failures.ts'

/** Runs one statement and reads all that it answers. */
export type Read = DuckDBConnection['runAndReadAll']

export interface QueryPool {
  start(connections: readonly DuckDBConnection[]): void
  /** Stops what runs, fails what waits, and ends when no connection is in use. */
  stop(): Promise<void>
  /** Raises `store-timeout`, `too-many-requests`, or what the work raises. */
  run<T>(work: (read: Read) => Promise<T>): Promise<T>
}

/** An interrupt reaches only what runs at that moment, so it is repeated while a statement is under way. */
const interruptEveryMs = 50

export function createQueryPool(options: { timeoutMs: number; maxWaiting: number }): QueryPool {
  const { timeoutMs, maxWaiting } = options
  let open = false
  let idle: DuckDBConnection[] = []
  const busy = new Map<AbortController, Promise<unknown>>()
  const waiting = new Set<(connection: DuckDBConnection | undefined) => void>()

  function release(connection: DuckDBConnection): void {
    const [next] = waiting
    if (!next) {
      idle.push(connection)
      return
    }
    waiting.delete(next)
    next(connection)
  }

  async function acquire(signal: AbortSignal): Promise<DuckDBConnection> {
    if (!open) throw new LanternError('store-unavailable', 'the telemetry store is not running')
    const connection = idle.pop()
    if (connection) return connection
    if (waiting.size >= maxWaiting)
      throw new LanternError('too-many-requests', `${waiting.size} telemetry queries are waiting already`)
    return new Promise((resolve, reject) => {
      const take = (given: DuckDBConnection | undefined) => {
        signal.removeEventListener('abort', giveUp)
        if (given) resolve(given)
        else reject(stopping())
      }
      const giveUp = () => {
        waiting.delete(take)
        reject(signal.reason)
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
      for (const limit of busy.keys()) limit.abort(stopping())
      await Promise.all(busy.values())
      idle = []
    },
    async run(work) {
      const limit = new AbortController()
      const { signal } = limit
      const timer = setTimeout(() => limit.abort(tooLate(timeoutMs)), timeoutMs)
      const result = acquire(signal).then((connection) =>
        // The connection is free when its statement has really ended, which may be after the time limit.
        inOneState(connection, signal, work).finally(() => release(connection)),
      )
      const over = () => busy.delete(limit)
      busy.set(limit, result.then(over, over))
      try {
        return await Promise.race([result, aborted(signal)])
      } catch (thrown) {
        throw asStoreError(thrown)
      } finally {
        clearTimeout(timer)
      }
    },
  }
}

/** Runs the work in one read transaction; once the signal comes, its statement is interrupted until it ends. */
async function inOneState<T>(
  connection: DuckDBConnection,
  signal: AbortSignal,
  work: (read: Read) => Promise<T>,
): Promise<T> {
  await connection.run('BEGIN TRANSACTION READ ONLY')
  try {
    return await work(async (...statement) => {
      signal.throwIfAborted()
      let interrupting: NodeJS.Timeout | undefined
      const interrupt = () => {
        connection.interrupt()
        interrupting ??= setInterval(interrupt, interruptEveryMs)
      }
      signal.addEventListener('abort', interrupt, { once: true })
      try {
        return await connection.runAndReadAll(...statement)
      } finally {
        signal.removeEventListener('abort', interrupt)
        clearInterval(interrupting)
      }
    })
  } finally {
    await connection.run('ROLLBACK')
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

function tooLate(timeoutMs: number): LanternError {
  return new LanternError('store-timeout', `the telemetry store did not answer within ${timeoutMs / 1000} s`)
}

function stopping(): LanternError {
  return new LanternError('store-unavailable', 'the telemetry store is stopping')
}
