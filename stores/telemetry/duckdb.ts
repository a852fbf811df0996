/**
 * The telemetry port on DuckDB: the embedded default. One process (the ingest worker) owns the file; the API
 * reaches it through remote.ts. This file puts the parts of ./duckdb/ together and owns their start and stop.
 */
import { stat } from 'node:fs/promises'
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { LanternError } from '../../model/errors.ts'
import type { KindName } from '../../model/kinds.ts'
import type { Reading } from '../../model/reading.ts'
import { asStoreError } from './duckdb/failures.ts'
import { type Layout, prepareTables } from './duckdb/layout.ts'
import { existingKeys, newestReadings } from './duckdb/lookup.ts'
import { createMutex } from './duckdb/mutex.ts'
import { openInstance } from './duckdb/open.ts'
import { createQueryPool } from './duckdb/pool.ts'
import { runSeries } from './duckdb/series.ts'
import { createWriter, type Writer } from './duckdb/writer.ts'
import type { Telemetry } from './port.ts'

export interface DuckDbTelemetryOptions {
  readonly file: string
  /** How long readings are kept, days. */
  readonly retentionDays: number
  /** How long the 5-minute roll-ups are kept, days. */
  readonly rollupRetentionDays: number
  /** What DuckDB may use of the machine's memory, MiB. */
  readonly memoryLimitMb?: number
  readonly threads?: number
  /** Queries that run at the same time. */
  readonly maxQueries?: number
  /** Queries that wait for one of those to end; further ones are refused. */
  readonly maxWaitingQueries?: number
  readonly queryTimeoutMs?: number
  /** How long to wait for a predecessor to let go of the file. */
  readonly lockTimeoutMs?: number
}

interface Opened {
  readonly instance: DuckDBInstance
  readonly writing: DuckDBConnection
  readonly connections: readonly DuckDBConnection[]
  readonly layouts: ReadonlyMap<KindName, Layout>
  readonly writer: Writer
  readonly watermarks: Map<number, number>
}

export function createDuckDbTelemetry(options: DuckDbTelemetryOptions): Telemetry {
  const {
    file,
    maxQueries = 2,
    maxWaitingQueries = 64,
    queryTimeoutMs = 10_000,
    lockTimeoutMs = 10_000,
  } = options
  const { memoryLimitMb = 1024, threads = 2 } = options
  const writing = createMutex()
  const pool = createQueryPool({ timeoutMs: queryTimeoutMs, maxWaiting: maxWaitingQueries })
  let opened: Opened | undefined

  function store(): Opened {
    if (!opened) throw new LanternError('store-unavailable', 'the telemetry store is not running')
    return opened
  }

  function layoutOf(kind: KindName): Layout {
    const layout = store().layouts.get(kind)
    if (!layout) throw new LanternError('invalid-request', `there is no kind ${kind}`)
    return layout
  }

  /** On the writing connection, after everything that was asked of it before. */
  function exclusive<T>(task: (store: Opened) => Promise<T>): Promise<T> {
    return writing.run(async () => {
      try {
        return await task(store())
      } catch (thrown) {
        throw asStoreError(thrown)
      }
    })
  }

  return {
    async start() {
      if (opened) return
      const instance = await openInstance({ file, memoryLimitMb, threads, lockTimeoutMs })
      const connection = await instance.connect()
      const layouts = await prepareTables(connection)
      const connections = await Promise.all(Array.from({ length: maxQueries }, () => instance.connect()))
      opened = {
        instance,
        writing: connection,
        connections,
        layouts,
        writer: await createWriter({ connection, layouts }),
        watermarks: await readWatermarks(connection, layouts),
      }
      pool.start(connections)
    },
    async stop() {
      await pool.stop()
      await writing.run(async () => {
        if (!opened) return
        const { instance, connections } = opened
        const last = opened.writing
        opened = undefined
        // Closing would do it too, but on this thread.
        await last.run('CHECKPOINT').catch(() => undefined)
        for (const connection of [...connections, last]) connection.closeSync()
        instance.closeSync()
      })
    },
    position: () => exclusive(({ writer }) => writer.position()),
    putSites: (sites) => exclusive(({ writer }) => writer.putSites(sites)),
    watermarks: () => exclusive(async ({ watermarks }) => new Map(watermarks)),
    existing: (keys) => exclusive((of) => existingKeys(of.writing, of.layouts, keys)),
    append: (readings, position) =>
      exclusive(async ({ writer, watermarks }) => {
        await writer.append(readings, position)
        raise(watermarks, readings)
      }),
    async maintain() {},
    series: (query) => pool.run((connection) => runSeries(connection, layoutOf(query.kind), query)),
    latest: (request) =>
      pool.run((connection) => {
        const newest = store().watermarks.get(request.serial)
        if (newest === undefined) return Promise.resolve([])
        return newestReadings(connection, layoutOf(request.kind), {
          serial: request.serial,
          limit: request.limit,
          from: request.from ?? 0,
          before: Math.min(request.before ?? Number.MAX_SAFE_INTEGER, newest + 1),
        })
      }),
    stats: () =>
      pool.run(async (connection) => {
        let readings = 0
        let oldest: number | null = null
        for (const { table } of store().layouts.values()) {
          const reader = await connection.runAndReadAll(
            `SELECT count(*)::DOUBLE, min(observed_at)::DOUBLE FROM ${table}`,
          )
          readings += Number(reader.value(0, 0))
          const least = reader.value(1, 0)
          if (least !== null) oldest = Math.min(oldest ?? Number.POSITIVE_INFINITY, Number(least))
        }
        return { readings, bytes: (await sizeOf(file)) + (await sizeOf(`${file}.wal`)), oldest }
      }),
  }
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  )
}

/** Of each device the newest observation stored. */
async function readWatermarks(
  connection: DuckDBConnection,
  layouts: ReadonlyMap<KindName, Layout>,
): Promise<Map<number, number>> {
  const watermarks = new Map<number, number>()
  for (const { table } of layouts.values()) {
    const reader = await connection.runAndReadAll(
      `SELECT serial, max(observed_at)::DOUBLE FROM ${table} GROUP BY serial`,
    )
    for (const [serial, newest] of reader.getRows()) watermarks.set(Number(serial), Number(newest))
  }
  return watermarks
}

function raise(watermarks: Map<number, number>, readings: readonly Reading[]): void {
  for (const { serial, observedAt } of readings)
    if (observedAt > (watermarks.get(serial) ?? Number.NEGATIVE_INFINITY)) watermarks.set(serial, observedAt)
}
