/**
 * The telemetry port on InfluxDB, 1.x or 2.x: for a city that keeps its telemetry on a server. The ingest worker is the
 * only writer of its bucket; the API asks it through remote.ts. This file puts the parts of ./influx/ together.
 */
import { LanternError } from '../../model/errors.ts'
import type { StoredField } from '../../model/kind.ts'
import { kindNames, kindOf } from '../../model/kinds.ts'
import type { Point } from '../../model/measurements.ts'
import type { Reading } from '../../model/reading.ts'
import { type Clock, formatTime, second } from '../../model/time.ts'
import { createBooks } from './influx/books.ts'
import { coveragePoint, readCoverage } from './influx/coverage.ts'
import { away, LinesRefused, PlaceMissing } from './influx/failures.ts'
import { createGate } from './influx/gate.ts'
import { headOf, lineOf, tagsOf } from './influx/lines.ts'
import { existingKeys, newestReadings, readingsBetween, readStats, readWatermarks } from './influx/lookup.ts'
import { createMaintenance } from './influx/maintenance.ts'
import { planSeries } from './influx/plan.ts'
import { createPointRemoval, writePoints } from './influx/points.ts'
import { runSeries } from './influx/series.ts'
import { createServer } from './influx/server.ts'
import { prepareServer } from './influx/setup.ts'
import { createTally } from './influx/tally.ts'
import { assertNoTransfer } from './influx/transfer-mark.ts'
import { writeAll } from './influx/writing.ts'
import { createMutex } from './mutex.ts'
import type { PointSink, Refusal, SeriesQuery, SeriesResult, Telemetry } from './port.ts'
import { askedField } from './rules.ts'

export interface InfluxTelemetryOptions {
  readonly url: string
  /** The bucket (2.x) or database (1.x); the roll-ups lie in `<bucket>_5m` beside or within it. */
  readonly bucket: string
  /** 2.x. */
  readonly org?: string
  readonly token?: string
  /** 1.x. */
  readonly user?: string
  readonly password?: string
  /** How long readings are kept, days; one day more, to be exact. */
  readonly retentionDays: number
  /** How long the 5-minute roll-ups are kept, days. */
  readonly rollupRetentionDays: number
  readonly queryTimeoutMs?: number
  /** How long one call of `maintain` may go on; what is left waits for the next. */
  readonly maintenanceBudgetMs?: number
  readonly clock?: Clock
}

/** Lines of a batch that failed: repeated as they are, so that a device that moves meanwhile is not stored twice. */
interface Attempt {
  readonly readings: readonly Reading[]
  readonly position: number
  readonly lines: readonly string[]
  /** Of each reading, how its line begins. */
  readonly heads: readonly string[]
  /** Of each line, the index of its reading. */
  readonly indexes: readonly number[]
  readonly refused: readonly Refusal[]
}

/** The port, and a place for what people's dashboards need beside the readings. */
export type InfluxTelemetry = Telemetry & { readonly points: PointSink }

export function createInfluxTelemetry(options: InfluxTelemetryOptions): InfluxTelemetry {
  const { url, bucket, org = '', token = '', user = '', password = '', clock = Date.now } = options
  const { queryTimeoutMs = 10 * second, maintenanceBudgetMs = 20 * second } = options
  const server = createServer({ url, bucket, org, token, user, password })
  const books = createBooks({ server })
  const tally = createTally({ rolledUntil: (kind) => books.progress(kind).rolledUntil })
  const writing = createMutex()
  const maintaining = createMutex()
  const gate = createGate({ most: 4, maxWaiting: 64, timeoutMs: queryTimeoutMs })
  const heads = new Map<number, string>()
  let watermarks = new Map<number, number>()
  let serverKeepsMs = Number.POSITIVE_INFINITY
  let started = false
  let stopping = false
  let attempt: Attempt | undefined
  /** Odd while figures are moved from one place to another; a query that sees it change asks again. */
  let moves = 0

  const maintenance = createMaintenance({
    server,
    books,
    tally,
    retentionDays: options.retentionDays,
    rollupRetentionDays: options.rollupRetentionDays,
    budgetMs: maintenanceBudgetMs,
    exclusive,
    moving: (isMoving) => {
      if (isMoving !== (moves % 2 === 1)) moves++
    },
    stopping: () => stopping,
  })

  const removePoints = createPointRemoval({
    server,
    retentionDays: options.retentionDays,
    rollupRetentionDays: options.rollupRetentionDays,
  })

  /** With the writing to itself, after everything that was asked of it before. */
  function exclusive<T>(task: () => Promise<T>): Promise<T> {
    return writing.run(async () => {
      if (!started) throw new LanternError('store-unavailable', 'the telemetry store is not running')
      return task().catch(async (thrown) => {
        if (!(thrown instanceof PlaceMissing)) throw meaningOf(thrown)
        // It is made again, with the books in it, for the next try.
        tally.forget([])
        await prepare()
        await books.rewrite()
        throw away(`had lost ${bucket} (${thrown.message}); it is made again`, thrown)
      })
    })
  }

  /** Beside the appends, which neither wait for it nor notice. */
  async function write(points: readonly Point[]): Promise<string[]> {
    if (!started) throw new LanternError('store-unavailable', 'the telemetry store is not running')
    try {
      return await writePoints(server, points)
    } catch (thrown) {
      // Where the database is gone, it is made again.
      if (thrown instanceof PlaceMissing) return exclusive(() => Promise.reject(thrown))
      throw meaningOf(thrown)
    }
  }

  async function prepare(): Promise<void> {
    serverKeepsMs = (await prepareServer({ server, bucket, org })).serverKeepsMs
  }

  function newAttempt(readings: readonly Reading[], position: number): Attempt {
    const oldest = clock() - serverKeepsMs
    const lines: string[] = []
    const heads = readings.map(headFor)
    const indexes: number[] = []
    const refused: Refusal[] = []
    for (const [index, reading] of readings.entries())
      if (reading.observedAt < oldest) {
        const detail = `${formatTime(reading.observedAt)} is before what InfluxDB keeps in ${bucket}`
        refused.push({ index, detail })
      } else {
        lines.push(lineOf(heads[index] ?? '', reading))
        indexes.push(index)
      }
    return { readings, position, lines, heads, indexes, refused }
  }

  function headFor({ kind, serial }: Reading): string {
    let head = heads.get(serial)
    if (!head?.startsWith(`${kind},`)) {
      head = headOf(kind, tagsOf(serial, books.sites().get(serial)))
      heads.set(serial, head)
    }
    return head
  }

  /** Once more when figures were moved meanwhile; the last time while nothing is written at all. */
  async function inOneState(ask: () => Promise<SeriesResult>): Promise<SeriesResult> {
    for (let tries = 0; tries < 2; tries++) {
      const before = moves
      if (before % 2 === 1) break
      const result = await ask()
      if (moves === before) return result
    }
    return exclusive(async () => {
      await maintenance.finish()
      return ask()
    })
  }

  async function series(query: SeriesQuery, field: StoredField, signal: AbortSignal): Promise<SeriesResult> {
    const { kind } = query
    const progress = books.progress(kind)
    const plan = planSeries(query, progress, books.due(kind).keys())
    return runSeries({ server, query, field, plan, sites: books.sites(), signal })
  }

  const ask = <T>(work: (signal: AbortSignal) => Promise<T>) =>
    gate.run(work).catch((thrown) => {
      throw meaningOf(thrown)
    })

  return {
    async start() {
      if (started) return
      stopping = false
      try {
        await prepare()
        await assertNoTransfer(server)
        await books.load()
        watermarks = await readWatermarks(server)
        tally.begin(newestOf(watermarks))
        await maintenance.finish()
      } catch (thrown) {
        throw meaningOf(thrown)
      }
      heads.clear()
      attempt = undefined
      started = true
      gate.open()
    },
    async stop() {
      stopping = true
      gate.close()
      await maintaining.run(() => Promise.resolve())
      await writing.run(async () => {
        started = false
      })
    },
    position: () => exclusive(() => Promise.resolve(books.position())),
    putSites: (sites) =>
      exclusive(async () => {
        for (const { serial } of await books.putSites(sites)) heads.delete(serial)
      }),
    watermarks: () => exclusive(() => Promise.resolve(new Map(watermarks))),
    existing: (keys) => exclusive(() => existingKeys(server, keys)),
    append: (readings, position) =>
      exclusive(async () => {
        for (const reading of readings) assertStorable(reading)
        await maintenance.finish()
        const marks = books.marksFor(readings)
        if (marks.length > 0) await books.writeMarks(marks)
        if (attempt?.position !== position || attempt.readings !== readings)
          attempt = newAttempt(readings, position)
        const { lines, heads: headsOfAll, indexes, refused } = attempt
        try {
          const bad = await writeAll(lines, (some) => server.write('raw', some))
          await books.setPosition(position)
          attempt = undefined
          const all = [
            ...refused,
            ...bad.map(({ index, detail }) => ({ index: indexes[index] ?? 0, detail })),
          ]
          const left = new Set(all.map(({ index }) => index))
          raise(watermarks, readings, left)
          for (const [index, reading] of readings.entries())
            if (!left.has(index)) tally.add(reading, headsOfAll[index] ?? '')
          return { refused: all }
        } catch (thrown) {
          tally.forget(readings)
          throw thrown
        }
      }),
    async recordCoverage(at, rows) {
      const [refused] = await write(rows.map((row) => coveragePoint(at, row)))
      if (refused !== undefined) throw new Error(`InfluxDB refused coverage: ${refused}`)
    },
    points: { write },
    maintain: (now) =>
      maintaining.run(async () => {
        try {
          await maintenance.run(now)
          await removePoints(now)
        } catch (thrown) {
          throw meaningOf(thrown)
        }
      }),
    series: (query) => {
      const { fields } = kindOf(query.kind)
      return ask(async (signal) => {
        const field = askedField(fields, query)
        return inOneState(() => series(query, field, signal))
      })
    },
    coverageHistory: (query) => ask((signal) => readCoverage(server, query, signal)),
    readings: (request) => ask((signal) => readingsBetween(server, request, signal)),
    latest: (request) => ask((signal) => newestReadings(server, request, signal)),
    stats: () => ask(() => readStats(server, bucket)),
  }
}

/** The errors of ./influx/ as the port's callers know them. */
function meaningOf(thrown: unknown): unknown {
  if (thrown instanceof PlaceMissing) return away(`has no such place now: ${thrown.message}`, thrown)
  // Only readings are written line by line; of anything else this is a mistake of ours.
  if (thrown instanceof LinesRefused) return new Error(`InfluxDB refused: ${thrown.message}`)
  return thrown
}

function assertStorable({ kind, serial, observedAt, receivedAt }: Reading): void {
  if (!kindNames.includes(kind)) throw new LanternError('invalid-request', `there is no kind ${kind}`)
  if (![serial, observedAt, receivedAt].every(Number.isSafeInteger))
    throw new RangeError(
      `serial ${serial}, observedAt ${observedAt}, receivedAt ${receivedAt}: not whole numbers`,
    )
}

function raise(
  watermarks: Map<number, number>,
  readings: readonly Reading[],
  refused: ReadonlySet<number>,
): void {
  for (const [index, { serial, observedAt }] of readings.entries())
    if (!refused.has(index) && observedAt > (watermarks.get(serial) ?? Number.NEGATIVE_INFINITY))
      watermarks.set(serial, observedAt)
}

function newestOf(watermarks: ReadonlyMap<number, number>): number {
  let newest = Number.NEGATIVE_INFINITY
  for (const at of watermarks.values()) newest = Math.max(newest, at)
  return newest
}
