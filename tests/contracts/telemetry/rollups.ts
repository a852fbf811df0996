/**
 * The contract of roll-ups and retention: figures stay what they were, whatever has been rolled up, come late,
 * or been removed, and whenever the store was opened anew.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Reading } from '../../../model/reading.ts'
import { day, hour, minute } from '../../../model/time.ts'
import { aggregates, type SeriesQuery, type Telemetry } from '../../../stores/telemetry/port.ts'
import { begin, crowdedMomentWithin, fields, momentWithin, readingsAt, sites, temperature } from './city.ts'
import { expectSameSeries, naiveSeries } from './naive.ts'
import { retentionDays, rollupRetentionDays, type TelemetrySubject } from './subject.ts'

const span = 6 * day
const bucket = 5 * minute
const additive = aggregates.filter((name) => name !== 'p95')

/** Long enough that a store may use roll-ups; its edges are anywhere, or where 5-minute buckets begin. */
function longQuery(edge: 1 | typeof bucket): fc.Arbitrary<SeriesQuery> {
  const toEdge = (moment: number) => Math.floor(moment / edge) * edge
  return fc
    .record({
      measured: fc.constantFrom(...fields),
      aggregate: fc.constantFrom(...additive),
      window: fc.constantFrom(bucket, hour, day),
      offset: fc.constantFrom(0, 7 * hour, 5.75 * hour),
      from: momentWithin(day).map(toEdge),
      length: fc.integer({ min: 3 * day, max: span + day }).map(toEdge),
      groupBy: fc.option(fc.constantFrom('device' as const, { level: 'district' }), { nil: undefined }),
    })
    .map(({ measured, length, ...rest }) => ({
      ...measured,
      ...rest,
      to: rest.from + length,
      maxPoints: 100_000,
    }))
}

/** What happens to a store: readings come, maintenance runs (within so many days), it is opened anew. */
function anyHistory(days: number) {
  return fc.array(
    fc.record({
      readings: readingsAt(crowdedMomentWithin(span), { maxLength: 60 }),
      maintainAt: fc.option(momentWithin(days * day), { nil: undefined }),
      reopen: fc.boolean(),
    }),
    { minLength: 1, maxLength: 6 },
  )
}

const all: SeriesQuery = {
  kind: 'street_sensor',
  field: 'temperature',
  aggregate: 'sum',
  window: day,
  offset: 0,
  from: begin,
  to: begin + 90 * day,
  maxPoints: 1000,
}

export function rollupsContract(subject: TelemetrySubject): void {
  describe('roll-ups', () => {
    it.each([
      { what: 'however late readings come', days: 7, edge: 1 },
      { what: 'whatever is removed meanwhile', days: retentionDays + 15, edge: bucket },
    ] as const)('never change a figure, $what', async ({ days, edge }) => {
      await fc.assert(
        fc.asyncProperty(
          anyHistory(days),
          fc.array(longQuery(edge), { minLength: 5, maxLength: 10 }),
          async (history, queries) => {
            let store = await subject.fresh()
            await store.putSites(sites)
            const stored = new Map<string, Reading>()
            for (const [index, { readings, maintainAt, reopen }] of history.entries()) {
              const fresh = readings.filter((reading) => !stored.has(keyOf(reading)))
              for (const reading of fresh) stored.set(keyOf(reading), reading)
              await store.append(fresh, index + 1)
              if (maintainAt !== undefined) await store.maintain(maintainAt)
              if (reopen) store = await subject.reopen()
              for (const query of queries)
                expectSameSeries(
                  (await store.series(query)).series,
                  naiveSeries([...stored.values()], sites, query),
                )
            }
          },
        ),
        { numRuns: 6 },
      )
    })

    it('change nothing when they are made again', async () => {
      await subject.telemetry.append(
        Array.from({ length: 500 }, (_, index) => temperature(6, begin + index * minute, index)),
        1,
      )
      const now = begin + 2 * day
      await subject.telemetry.maintain(now)
      const first = await subject.telemetry.series(all)
      await Promise.all([subject.telemetry.maintain(now), subject.telemetry.maintain(now)])
      expect(await subject.telemetry.series(all)).toEqual(first)
      expectSum(first.series, (500 * 499) / 2)
    })

    it('know when each field was seen last, also where the newest reading has it not', async () => {
      const { telemetry } = subject
      const without = (serial: number, observedAt: number): Reading => ({
        ...temperature(serial, observedAt, 0),
        values: { pm25: 1 },
      })
      await telemetry.append(
        [temperature(6, begin, 10), temperature(6, begin + 100, 11), without(6, begin + 200)],
        1,
      )
      await telemetry.append([temperature(7, begin + 150, 20), without(7, begin + 151)], 2)
      await telemetry.append([temperature(7, begin + hour, 21), temperature(6, begin + hour + 1, 12)], 3)
      await telemetry.maintain(begin + 2 * day)
      const { source, series } = await telemetry.series({ ...all, aggregate: 'last', window: hour })
      expect(source).toBe('5m')
      expect(series[0]?.points.map(({ value, count }) => [value, count])).toEqual([
        [20, 3],
        [12, 2],
      ])
    })

    it('answer for what the retention has removed, at the edges of 5 minutes', async () => {
      const { telemetry } = subject
      await telemetry.putSites(sites)
      const readings = Array.from({ length: 300 }, (_, index) => temperature(6, begin + index * hour, index))
      await telemetry.append(readings, 1)
      await telemetry.maintain(begin + (retentionDays + 8) * day)
      expect(await telemetry.latest({ kind: 'street_sensor', serial: 6, limit: 1000 })).toHaveLength(
        300 - 7 * 24,
      )
      expect(await telemetry.stats()).toMatchObject({ readings: 300 - 7 * 24, oldest: begin + 7 * day })
      for (const aggregate of additive) {
        const query = { ...all, aggregate, groupBy: { level: 'district' } } as const
        const { source, series } = await telemetry.series(query)
        expect(source).toBe('5m')
        expectSameSeries(series, naiveSeries(readings, sites, query))
      }
      const within = {
        ...all,
        aggregate: 'count',
        from: begin + 2 * minute,
        to: begin + hour + minute,
      } as const
      expect((await telemetry.series(within)).series[0]?.points[0]?.value).toBe(2)
    })

    it('refuse what only removed readings could answer, with the remedy', async () => {
      const { telemetry } = subject
      await telemetry.append([temperature(6, begin, 1), temperature(6, begin + 10 * day, 2)], 1)
      const p95 = { ...all, aggregate: 'p95' } as const
      expectSum((await telemetry.series(p95)).series, 3)
      await telemetry.maintain(begin + (retentionDays + 5) * day)
      const gone = { code: 'invalid-request', faults: [expect.objectContaining({ field: 'from' })] }
      await expect(telemetry.series(p95)).rejects.toMatchObject({
        ...gone,
        remedy: expect.stringContaining('Ask from 2026-03-0'),
      })
      await expect(telemetry.series({ ...all, window: 7 * minute })).rejects.toMatchObject(gone)
      await expect(telemetry.series({ ...all, offset: 1 })).rejects.toMatchObject(gone)
      expectSum((await telemetry.series({ ...p95, from: begin + 4 * day })).series, 2)
    })

    it('count a reading that comes after its bucket’s readings were removed', async () => {
      const { telemetry } = subject
      await telemetry.append([temperature(6, begin, 1), temperature(6, begin + 10 * day, 2)], 1)
      const now = begin + (retentionDays + 5) * day
      await telemetry.maintain(now)
      await telemetry.append([temperature(6, begin + minute, 4), temperature(7, begin + day, 8)], 2)
      expectSum((await telemetry.series(all)).series, 15)
      await telemetry.maintain(now + minute)
      expectSum((await telemetry.series(all)).series, 15)
      expect(await telemetry.stats()).toMatchObject({ readings: 1 })
      await telemetry.maintain(now + 2 * minute)
      expectSum((await (await subject.reopen()).series(all)).series, 15)
    })

    it('are removed too, after their own retention', async () => {
      const { telemetry } = subject
      await telemetry.append([temperature(6, begin, 1), temperature(6, begin + 10 * day, 2)], 1)
      await telemetry.maintain(begin + (rollupRetentionDays + 5) * day)
      expectSum((await telemetry.series(all)).series, 2)
      await telemetry.maintain(begin + (rollupRetentionDays + 50) * day)
      expect((await telemetry.series(all)).series).toEqual([])
    })

    it('are made, and readings removed, also when no more come', async () => {
      const { telemetry } = subject
      await telemetry.append([temperature(6, begin, 1)], 1)
      await telemetry.maintain(begin + hour)
      await telemetry.maintain(begin + (retentionDays + 5) * day)
      expect(await telemetry.stats()).toMatchObject({ readings: 0, oldest: null })
      expectSum((await telemetry.series(all)).series, 1)
    })

    it('go on while readings come', async () => {
      const { telemetry } = subject
      const readings = Array.from({ length: 2000 }, (_, index) => temperature(6, begin + index * minute, 1))
      const appends = appendAll(telemetry, readings)
      for (let index = 0; index < 20; index++) await telemetry.maintain(begin + 3 * day)
      await appends
      await telemetry.maintain(begin + 3 * day)
      expectSum((await telemetry.series(all)).series, 2000)
    })
  })
}

async function appendAll(telemetry: Telemetry, readings: readonly Reading[]): Promise<void> {
  for (let start = 0; start < readings.length; start += 50)
    await telemetry.append(readings.slice(start, start + 50), start + 1)
}

function expectSum(series: readonly { points: readonly { value: number }[] }[], sum: number): void {
  const values = series.flatMap(({ points }) => points.map(({ value }) => value))
  expect(values.reduce((total, value) => total + value, 0)).toBeCloseTo(sum, 9)
}

function keyOf({ serial, observedAt }: Reading): string {
  return `${serial} ${observedAt}`
}
