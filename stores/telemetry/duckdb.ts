/**
 * The telemetry port on DuckDB: the embedded default. One process (the ingest worker) owns the file; the API
 * reaches it through remote.ts. This file puts the parts of ./duckdb/ together and owns their start and stop.
 */
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { LanternError } from '../../model/errors.ts'
import type { KindName } from '../../model/kinds.ts'
import type { Reading } from '../../model/reading.ts'
import { bytesOnDisk, createCheckpoints } from './duckdb/checkpoints.ts'
import { readCoverage } from './duckdb/coverage.ts'
import { createDueMarks } from './duckdb/due.ts'
import { asStoreError } from './duckdb/failures.ts'
import type { Layout } from './duckdb/layout.ts'
import { existingKeys, newestReadings, oldestReading, readingsBetween } from './duckdb/lookup.ts'
import { createMaintenance, type Maintenance } from './duckdb/maintenance.ts'
import { openInstance } from './duckdb/open.ts'
import { createQueryPool } from './duckdb/pool.ts'
import { runSeries } from './duckdb/series.ts'
import { prepareTables } from './duckdb/tables.ts'
import { countReadings, readWatermarks } from './duckdb/totals.ts'
import { createWriter, type Writer } from './duckdb/writer.ts'
import { createMutex } from './mutex.ts'
import type { Telemetry } from './port.ts'

export interface DuckDbTelemetryOptions {
  readonly file: string
  /** How long readings are kept, days; one day more, to be exact, see maintenance.ts. */
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
  /** How long one call of `maintain` may go on; what is left waits for the next. */
  readonly maintenanceBudgetMs?: number
  /** How long to wait for a predecessor to let go of the file. */
  readonly lockTimeoutMs?: number
}

interface Opened {
  readonly instance: DuckDBInstance
  readonly writing: DuckDBConnection
  readonly connections: readonly DuckDBConnection[]
  readonly layouts: ReadonlyMap<KindName, Layout>
  readonly writer: Writer
  readonly maintenance: Maintenance
  readonly watermarks: Map<number, number>
}

export function createDuckDbTelemetry(options: DuckDbTelemetryOptions): Telemetry {
  const { file, maxQueries = 2, maxWaitingQueries = 64, queryTimeoutMs = 10_000 } = options
  const { memoryLimitMb = 1024, threads = 2, lockTimeoutMs = 10_000, maintenanceBudgetMs = 20_000 } = options
  const writing = createMutex()
  const maintaining = createMutex()
  const pool = createQueryPool({ timeoutMs: queryTimeoutMs, maxWaiting: maxWaitingQueries })
  const checkpoints = createCheckpoints({ file })
  let opened: Opened | undefined
  let stopping = false

  function store(): Opened {
    if (!opened) throw new LanternError('store-unavailable', 'the telemetry store is not running')
    return opened
  }

  function layoutOf(kind: KindName): Layout {
    const layout = store().layouts.get(kind)
    if (!layout) throw new LanternError('invalid-request', `there is no kind ${kind}`)
    return layout
  }

  /** With the writing to itself, after everything that was asked of it before. */
  function exclusive<T>(task: (store: Opened) => Promise<T>): Promise<T> {
    return writing.run(async () => {
      try {
        return await task(store())
      } catch (thrown) {
        throw asStoreError(thrown)
      }
    })
  }

  async function open(instance: DuckDBInstance, connections: DuckDBConnection[]): Promise<Opened> {
    const connect = async () => {
      const connection = await instance.connect()
      connections.push(connection)
      return connection
    }
    const writing = await connect()
    const layouts = await prepareTables(writing)
    const due = await createDueMarks(writing)
    const { retentionDays, rollupRetentionDays } = options
    const maintenance = createMaintenance({
      connection: await connect(),
      ...{ layouts, due, retentionDays, rollupRetentionDays, checkpoints, exclusive },
      budgetMs: maintenanceBudgetMs,
      stopping: () => stopping,
    })
    const writer = await createWriter({ connection: writing, layouts, due })
    const watermarks = await readWatermarks(writing, layouts)
    pool.start(await Promise.all(Array.from({ length: maxQueries }, connect)))
    return { instance, writing, connections, layouts, writer, maintenance, watermarks }
  }

  function close(instance: DuckDBInstance, connections: readonly DuckDBConnection[]): void {
    for (const connection of connections) connection.closeSync()
    instance.closeSync()
  }

  return {
    async start() {
      if (opened) return
      stopping = false
      const instance = await openInstance({ file, memoryLimitMb, threads, lockTimeoutMs })
      const connections: DuckDBConnection[] = []
      try {
        opened = await open(instance, connections)
      } catch (thrown) {
        close(instance, connections)
        throw asStoreError(thrown)
      }
    },
    async stop() {
      stopping = true
      await pool.stop()
      await maintaining.run(() => Promise.resolve())
      await writing.run(async () => {
        if (!opened) return
        const { instance, connections, writing } = opened
        opened = undefined
        // Closing would do it too, but on this thread.
        await checkpoints.run(writing).catch(() => undefined)
        close(instance, connections)
      })
    },
    position: () => exclusive(({ writer }) => writer.position()),
    putSites: (sites) => exclusive(({ writer }) => writer.putSites(sites)),
    recordCoverage: (at, rows) => exclusive(({ writer }) => writer.recordCoverage(at, rows)),
    watermarks: () => exclusive(({ watermarks }) => Promise.resolve(new Map(watermarks))),
    existing: (keys) => exclusive((store) => existingKeys(store.writing, store.layouts, keys)),
    async append(readings, position) {
      await exclusive(async ({ writer, watermarks }) => {
        await writer.append(readings, position)
        raise(watermarks, readings)
      })
      // After this append, before the next; what fails here is raised by the next maintenance.
      if (checkpoints.mayBeDue(readings.length))
        exclusive(({ writing }) => checkpoints.runIfDue(writing)).catch(() => undefined)
      return { refused: [] }
    },
    maintain: (now) =>
      maintaining.run(async () => {
        await exclusive(({ writing }) => checkpoints.runIfDue(writing))
        try {
          await store().maintenance.run(now)
        } catch (thrown) {
          throw asStoreError(thrown)
        }
      }),
    coverageHistory: (query) => pool.run((read) => readCoverage(read, query)),
    series: (query) => pool.run((read) => runSeries(read, layoutOf(query.kind), query)),
    readings: (request) => pool.run((read) => readingsBetween(read, layoutOf(request.kind), request)),
    latest: (request) =>
      pool.run(async (read) => {
        const newest = store().watermarks.get(request.serial)
        if (newest === undefined) return []
        const layout = layoutOf(request.kind)
        const oldest = await oldestReading(read, layout)
        return newestReadings(read, layout, {
          serial: request.serial,
          limit: request.limit,
          from: Math.max(request.from ?? oldest, oldest),
          before: Math.min(request.before ?? newest + 1, newest + 1),
        })
      }),
    stats: () =>
      pool.run(async (read) => {
        const { readings, oldest } = await countReadings(read, store().layouts)
        return { readings, bytes: await bytesOnDisk(file), oldest }
      }),
  }
}

function raise(watermarks: Map<number, number>, readings: readonly Reading[]): void {
  for (const { serial, observedAt } of readings)
    if (observedAt > (watermarks.get(serial) ?? Number.NEGATIVE_INFINITY)) watermarks.set(serial, observedAt)
}
