/** The contract of coverage over time: the last counts of each window, against a naive recount; edges, errors, keeping. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hour, minute } from '../../../model/time.ts'
import type { CoveragePoint, CoverageQuery, CoverageRow } from '../../../stores/telemetry/port.ts'
import { begin } from './city.ts'
import { type QueriesSubject, retentionDays, rollupRetentionDays, type TelemetrySubject } from './subject.ts'

const row = (area: string, places: number, installed = 0, working = 0, target = 0.7): CoverageRow => ({
  ...{ area, level: 'district', name: `Quận "${area}", \\`, places, installed, working, target },
})
const whole: CoverageQuery = {
  areas: ['d1'],
  window: hour,
  offset: 0,
  from: begin,
  to: begin + 24 * hour,
  maxPoints: 1000,
}

type Recorded = readonly { readonly at: number; readonly rows: readonly CoverageRow[] }[]

function naive(recorded: Recorded, { areas, window, offset, from, to }: CoverageQuery): CoveragePoint[] {
  const last = new Map<string, { time: number; at: number; row: CoverageRow }>()
  for (const { at, rows } of recorded)
    for (const row of rows) {
      if (at < from || at >= to || !areas.includes(row.area)) continue
      const time = Math.floor((at + offset) / window) * window - offset
      const key = `${time} ${row.area}`
      if (at >= (last.get(key)?.at ?? 0)) last.set(key, { time, at, row })
    }
  const points = new Map<number, CoveragePoint>()
  for (const { time, row } of last.values()) {
    const point = points.get(time)
    points.set(time, {
      time,
      places: row.places + (point?.places ?? 0),
      installed: row.installed + (point?.installed ?? 0),
      working: row.working + (point?.working ?? 0),
      target: Math.max(row.target, point?.target ?? 0),
    })
  }
  return [...points.values()].sort((a, b) => a.time - b.time)
}

const minutes = 200
const moment = fc.integer({ min: 0, max: minutes - 1 }).map((after) => begin + after * minute)
const anyRows = fc.uniqueArray(
  fc
    .tuple(fc.constantFrom('d1', 'd2', 'bd'), fc.nat(1000), fc.nat(1000), fc.nat(1000))
    .map(([area, places, installed, working]) => row(area, places, installed, working)),
  { selector: ({ area }) => area, minLength: 1 },
)
const anyQuery = fc
  .record({
    areas: fc.subarray(['d1', 'd2', 'bd', 'nowhere']),
    window: fc.oneof(fc.constantFrom(minute, 15 * minute, hour), fc.integer({ min: 1000, max: 3 * hour })),
    offset: fc.oneof(fc.constantFrom(0, 7 * hour, -3.5 * hour), fc.integer({ min: -hour, max: hour })),
    edges: fc.tuple(moment, fc.integer({ min: begin - hour, max: begin + (minutes + 60) * minute })),
  })
  .map(({ edges: [one, other], ...rest }) => ({
    ...rest,
    from: Math.min(one, other),
    to: Math.max(one, other),
    maxPoints: 10_000,
  }))

export function coverageQueriesContract(subject: QueriesSubject): void {
  describe('coverage over time', () => {
    it('agrees with a naive recount, whatever is asked', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(fc.record({ at: moment, rows: anyRows }), {
            selector: ({ at }) => at,
            minLength: 20,
            maxLength: 60,
          }),
          fc.array(anyQuery, { minLength: 15, maxLength: 25 }),
          async (recorded, queries) => {
            const store = await subject.fresh()
            for (const { at, rows } of recorded) await store.recordCoverage(at, rows)
            for (const query of queries)
              expect(await subject.queries.coverageHistory(query)).toEqual(naive(recorded, query))
          },
        ),
        { numRuns: 4 },
      )
    })

    it('is empty where nothing was counted', async () => {
      expect(await subject.queries.coverageHistory(whole)).toEqual([])
      await subject.telemetry.recordCoverage(begin, [row('d1', 10)])
      for (const nothing of [
        { areas: [] },
        { areas: ['d2'] },
        { from: begin + 1 },
        { to: begin },
        { from: begin + hour, to: begin },
      ])
        expect(await subject.queries.coverageHistory({ ...whole, ...nothing })).toEqual([])
      expect(await subject.queries.coverageHistory({ ...whole, to: begin + 1 })).toHaveLength(1)
    })

    it('begins days with the city', async () => {
      const { telemetry, queries } = subject
      await telemetry.recordCoverage(begin + 17 * hour - minute, [row('d1', 10, 5, 4)])
      await telemetry.recordCoverage(begin + 17 * hour, [row('d1', 10, 6, 3)])
      const days = { ...whole, window: 24 * hour, offset: 7 * hour }
      expect(await queries.coverageHistory(days)).toEqual([
        { time: begin - 7 * hour, places: 10, installed: 5, working: 4, target: 0.7 },
        { time: begin + 17 * hour, places: 10, installed: 6, working: 3, target: 0.7 },
      ])
    })

    it('refuses a window that is none, and more points than were asked for', async () => {
      const { telemetry, queries } = subject
      for (const window of [0, -1, 0.5])
        await expect(queries.coverageHistory({ ...whole, window })).rejects.toMatchObject({
          code: 'invalid-request',
          faults: [expect.objectContaining({ field: 'window' })],
        })
      for (let after = 0; after < 3; after++)
        await telemetry.recordCoverage(begin + after * minute, [row('d1', after)])
      const query = { ...whole, window: minute }
      await expect(queries.coverageHistory({ ...query, maxPoints: 2 })).rejects.toMatchObject({
        code: 'query-too-large',
      })
      expect(await queries.coverageHistory({ ...query, maxPoints: 3 })).toHaveLength(3)
    })
  })
}

export function coverageKeepingContract(subject: TelemetrySubject): void {
  describe('coverage as it was counted', () => {
    it('is replaced by the same moment and area, and is there in another opening', async () => {
      const { telemetry } = subject
      await telemetry.recordCoverage(begin, [row('d1', 10, 5, 5), row('d2', 7, 7, 7)])
      await telemetry.recordCoverage(begin, [])
      await telemetry.recordCoverage(begin, [row('d1', 10, 6, 4)])
      const reopened = await subject.reopen()
      expect(await reopened.coverageHistory({ ...whole, areas: ['d1', 'd2'] })).toEqual([
        { time: begin, places: 17, installed: 13, working: 11, target: 0.7 },
      ])
      expect(await reopened.position()).toBe(0)
    })

    it('is taken while readings are, and refused while the store is stopped', async () => {
      const { telemetry } = subject
      await Promise.all([
        telemetry.append([], 1),
        telemetry.recordCoverage(begin, [row('d1', 10)]),
        telemetry.append([], 2),
      ])
      expect(await telemetry.position()).toBe(2)
      await telemetry.stop()
      await expect(telemetry.recordCoverage(begin, [row('d1', 9)])).rejects.toMatchObject({
        code: 'store-unavailable',
      })
      await telemetry.start()
      expect(await telemetry.coverageHistory(whole)).toMatchObject([{ places: 10 }])
    })

    it('outlives the readings, and is removed by whole days when the roll-ups are', async () => {
      const { telemetry } = subject
      const days = Array.from({ length: 4 }, (_, index) => begin + index * 24 * hour)
      for (const at of days) await telemetry.recordCoverage(at, [row('d1', 10)])
      const query = { ...whole, window: 24 * hour, to: begin + 100 * 24 * hour }
      const left = async () => (await telemetry.coverageHistory(query)).map(({ time }) => time)
      await telemetry.maintain(begin + (retentionDays + 20) * 24 * hour)
      expect(await left()).toEqual(days)
      await telemetry.maintain(begin + (rollupRetentionDays + 2) * 24 * hour + minute)
      expect(await left()).toEqual(days.slice(2))
      await telemetry.recordCoverage(days[0] ?? 0, [row('d1', 10)])
      await telemetry.maintain(begin + (rollupRetentionDays + 3) * 24 * hour)
      expect(await left()).toEqual(days.slice(3))
    })
  })
}
