/** The DuckDB driver's file over its life: kinds that gain fields, room that is used again, a time limit. */
import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Reading } from '../model/reading.ts'
import { day, minute } from '../model/time.ts'
import { isFatal } from '../stores/telemetry/duckdb/failures.ts'
import { createQueryPool, type QueryPool } from '../stores/telemetry/duckdb/pool.ts'
import { createDuckDbTelemetry, type DuckDbTelemetryOptions } from '../stores/telemetry/duckdb.ts'
import type { SeriesQuery } from '../stores/telemetry/port.ts'
import { temporaryFile } from './support/telemetry-files.ts'

const begin = Date.UTC(2026, 2, 1)
/** No query ends by itself within a test. */
const endless = 'SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b'

async function open(file: string, options: Partial<DuckDbTelemetryOptions> = {}) {
  const telemetry = createDuckDbTelemetry({ file, retentionDays: 30, rollupRetentionDays: 60, ...options })
  await telemetry.start()
  onTestFinished(() => telemetry.stop())
  return telemetry
}

async function alter(file: string, statements: readonly string[]): Promise<void> {
  const instance = await DuckDBInstance.create(file)
  const connection = await instance.connect()
  for (const statement of statements) await connection.run(statement)
  connection.closeSync()
  instance.closeSync()
}

function sensor(observedAt: number, values: Reading['values']): Reading {
  return { kind: 'street_sensor', serial: 1, observedAt, receivedAt: observedAt, values }
}

describe('the DuckDB file', () => {
  it('gains the columns of new fields, and keeps those of old ones', async () => {
    const file = temporaryFile()
    const before = await open(file)
    await before.append([sensor(begin, { temperature: 20 }), sensor(begin + 1, { temperature: 22 })], 1)
    await before.maintain(begin + day)
    await before.stop()
    // As a version would have left it that did not know pm25 yet, and knew a field that is gone.
    await alter(file, [
      'ALTER TABLE street_sensor DROP COLUMN pm25',
      'ALTER TABLE street_sensor ADD COLUMN radiation DOUBLE',
      ...['count', 'sum', 'last', 'last_at', 'min', 'max'].map(
        (part) => `ALTER TABLE street_sensor_5m DROP COLUMN pm25_${part}`,
      ),
      'UPDATE street_sensor SET radiation = 5',
    ])
    const after = await open(file)
    const next = sensor(begin + 2, { temperature: 24, pm25: 7 })
    await after.append([next], 2)
    expect(await after.latest({ kind: 'street_sensor', serial: 1, limit: 2 })).toEqual([
      next,
      sensor(begin + 1, { temperature: 22 }),
    ])
    const count = { kind: 'street_sensor', field: 'pm25', aggregate: 'count', offset: 0 } as const
    const query: SeriesQuery = { ...count, window: day, from: begin, to: begin + 9 * day, maxPoints: 9 }
    for (const round of [1, 2, 3]) {
      expect((await after.series(query)).series, `round ${round}`).toEqual([
        { group: null, points: [{ time: begin, value: 1, count: 1 }] },
      ])
      await after.maintain(begin + day)
    }
    await after.stop()
    await alter(file, ['FROM street_sensor WHERE radiation = 5'])
  })

  it('uses the room of removed readings again', { timeout: 60_000 }, async () => {
    const telemetry = await open(temporaryFile(), { retentionDays: 1, rollupRetentionDays: 2 })
    const sizes: number[] = []
    for (let cycle = 0; cycle < 12; cycle++) {
      const readings = Array.from({ length: 20_000 }, (_, index) =>
        sensor(begin + cycle * day + index * 4000, { temperature: Math.random(), pm25: Math.random() }),
      )
      await telemetry.append(readings, cycle + 1)
      await telemetry.maintain(begin + (cycle + 1) * day + 5 * minute)
      sizes.push((await telemetry.stats()).bytes)
    }
    expect((await telemetry.stats()).readings).toBeLessThanOrEqual(3 * 20_000)
    const early = Math.max(...sizes.slice(2, 6))
    expect(Math.max(...sizes.slice(6)), sizes.join(' ')).toBeLessThan(1.5 * early)
  })
})

describe('the connections of queries', () => {
  async function openPool(options: { timeoutMs: number; maxWaiting: number }, size = 1): Promise<QueryPool> {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
    const pool = createQueryPool(options)
    pool.start(await Promise.all(Array.from({ length: size }, () => instance.connect())))
    onTestFinished(() => pool.stop())
    return pool
  }
  const one = (pool: QueryPool) => pool.run(async (read) => Number((await read('SELECT 1')).value(0, 0)))

  it('are freed at the time limit, whatever a query does', async () => {
    const pool = await openPool({ timeoutMs: 300, maxWaiting: 5 })
    const slow = pool.run((read) => read(endless))
    await expect(slow).rejects.toMatchObject({ code: 'store-timeout' })
    expect(await one(pool)).toBe(1)
  })

  it('count the wait against the limit, and refuse more waiting than allowed', async () => {
    const pool = await openPool({ timeoutMs: 300, maxWaiting: 1 })
    const [slow, waits, refused] = await Promise.allSettled([
      pool.run((read) => read(endless)),
      one(pool),
      one(pool),
    ])
    expect(slow).toMatchObject({ reason: { code: 'store-timeout' } })
    expect(waits).toMatchObject({ reason: { code: 'store-timeout' } })
    expect(refused).toMatchObject({ reason: { code: 'too-many-requests' } })
    expect(await one(pool)).toBe(1)
  })

  it('run no further statement of a query that is over', async () => {
    const pool = await openPool({ timeoutMs: 100, maxWaiting: 5 })
    let later = false
    const query = pool.run(async (read) => {
      await read(endless).catch(() => undefined)
      await read('SELECT 1')
      later = true
    })
    await expect(query).rejects.toMatchObject({ code: 'store-timeout' })
    expect(await one(pool)).toBe(1)
    expect(later).toBe(false)
  })

  it('see one state of the store throughout a query', async () => {
    const instance = await DuckDBInstance.create(':memory:')
    const writing = await instance.connect()
    await writing.run('CREATE TABLE t AS SELECT 1 AS v')
    const pool = createQueryPool({ timeoutMs: 5000, maxWaiting: 1 })
    pool.start([await instance.connect()])
    onTestFinished(() => pool.stop())
    const seen = await pool.run(async (read) => {
      const first = (await read('SELECT v FROM t')).value(0, 0)
      await writing.run('UPDATE t SET v = 2')
      return [first, (await read('SELECT v FROM t')).value(0, 0)]
    })
    expect(seen).toEqual([1, 1])
  })

  it('end with the store, and what waits for one too', async () => {
    const pool = await openPool({ timeoutMs: 60_000, maxWaiting: 5 })
    const all = Promise.allSettled([pool.run((read) => read(endless)), one(pool)])
    await pool.stop()
    for (const each of await all) expect(each).toMatchObject({ reason: { code: 'store-unavailable' } })
    await expect(one(pool)).rejects.toMatchObject({ code: 'store-unavailable' })
  })

  it('tell a query that needs too much memory from a fault of the store', async () => {
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: '20MB',
      max_temp_directory_size: '0B',
    })
    const pool = createQueryPool({ timeoutMs: 30_000, maxWaiting: 1 })
    pool.start([await instance.connect()])
    onTestFinished(() => pool.stop())
    const large = pool.run((read) => read('SELECT list(range) FROM range(100000000)'))
    await expect(large).rejects.toMatchObject({ code: 'query-too-large' })
    expect(await one(pool)).toBe(1)
  })

  it('know when DuckDB has closed itself', () => {
    expect(isFatal(new Error('FATAL Error: Failed: database has been invalidated because of …'))).toBe(true)
    expect(isFatal(new Error('Constraint Error: NOT NULL constraint failed'))).toBe(false)
  })
})
