/** The contract of asking: series against a naive recount, the newest readings of a device, edges and errors. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { kindNames } from '../../../model/kinds.ts'
import { hour, minute } from '../../../model/time.ts'
import { aggregates, type SeriesQuery } from '../../../stores/telemetry/port.ts'
import { begin, fields, momentWithin, readingsWithin, sites, temperature } from './city.ts'
import { expectSameSeries, naiveSeries } from './naive.ts'
import type { QueriesSubject } from './subject.ts'

const span = 3 * hour

const anyQuery: fc.Arbitrary<SeriesQuery> = fc
  .record(
    {
      measured: fc.constantFrom(...fields),
      aggregate: fc.constantFrom(...aggregates),
      window: fc.oneof(
        fc.constantFrom(minute, 5 * minute, 15 * minute, hour, 24 * hour),
        fc.integer({ min: 1000, max: span }),
      ),
      offset: fc.oneof(
        fc.constantFrom(0, 7 * hour, 5.75 * hour, -3.5 * hour),
        fc.integer({ min: -12 * hour, max: 14 * hour }),
      ),
      edges: fc.tuple(momentWithin(span + hour), momentWithin(span + hour)),
      area: fc.constantFrom('c1', 'd2', 'bd', 'nowhere'),
      place: fc.constantFrom('market', 'park', 'nowhere'),
      device: fc.constantFrom('dev-1', 'dev-5', 'nobody'),
      groupBy: fc.constantFrom(
        'place' as const,
        'device' as const,
        { level: 'district' },
        { level: 'commune' },
        { level: 'street' },
      ),
    },
    { requiredKeys: ['measured', 'aggregate', 'window', 'offset', 'edges'] },
  )
  .map(({ measured, edges: [one, other], ...rest }) => ({
    ...measured,
    ...rest,
    from: Math.min(one, other),
    to: Math.max(one, other),
    maxPoints: 100_000,
  }))

const mean: SeriesQuery = {
  kind: 'street_sensor',
  field: 'temperature',
  aggregate: 'mean',
  window: hour,
  offset: 0,
  from: begin,
  to: begin + 48 * hour,
  maxPoints: 1000,
}

export function queriesContract(subject: QueriesSubject): void {
  describe('series', () => {
    it('agrees with a naive recount, whatever is asked', async () => {
      await fc.assert(
        fc.asyncProperty(
          readingsWithin(span, { minLength: 50, maxLength: 300 }),
          fc.array(anyQuery, { minLength: 20, maxLength: 30 }),
          async (readings, queries) => {
            const store = await subject.fresh()
            await store.putSites(sites)
            const half = Math.floor(readings.length / 2)
            await store.append(readings.slice(0, half), 1)
            await store.append(readings.slice(half), 2)
            for (const query of queries) {
              const { source, series } = await subject.queries.series(query)
              expect(source).toBe('raw')
              expectSameSeries(series, naiveSeries(readings, sites, query))
            }
          },
        ),
        { numRuns: 6 },
      )
    })

    it('is empty where there is nothing', async () => {
      expect(await subject.queries.series(mean)).toEqual({ source: 'raw', series: [] })
      await subject.telemetry.putSites(sites)
      await subject.telemetry.append([temperature(6, begin, 20)], 1)
      for (const nothing of [
        { from: begin + 1 },
        { from: begin, to: begin },
        { from: begin + hour, to: begin },
        { area: 'nowhere' },
        { field: 'pm25' },
        { groupBy: { level: 'street' } },
      ])
        expect(
          (await subject.queries.series({ ...mean, ...nothing })).series,
          JSON.stringify(nothing),
        ).toEqual([])
    })

    it('begins windows at multiples of their length, and days with the city', async () => {
      await subject.telemetry.append(
        [
          temperature(6, begin - 1, 1),
          temperature(6, begin, 2),
          temperature(6, begin + 17 * hour - 1, 3),
          temperature(6, begin + 17 * hour, 5),
          temperature(6, begin + 48 * hour, 7),
        ],
        1,
      )
      const days = { ...mean, window: 24 * hour, offset: 7 * hour }
      expect((await subject.queries.series(days)).series).toEqual([
        {
          group: null,
          points: [
            { time: begin - 7 * hour, value: 2.5, count: 2 },
            { time: begin + 17 * hour, value: 5, count: 1 },
          ],
        },
      ])
    })

    it('counts flags as 0 and 1, and only readings that have the field', async () => {
      await subject.telemetry.append(
        [true, true, false, undefined].map((congested, index) => ({
          kind: 'traffic_counter',
          serial: 4,
          observedAt: begin + index,
          receivedAt: begin + index,
          values: { intensity: index, congested },
        })),
        1,
      )
      const values: Record<string, number | undefined> = {}
      for (const aggregate of aggregates) {
        const { series } = await subject.queries.series({
          ...mean,
          kind: 'traffic_counter',
          field: 'congested',
          aggregate,
        })
        expect(series[0]?.points[0]?.count).toBe(3)
        values[aggregate] = series[0]?.points[0]?.value
      }
      expect(values).toEqual({ mean: 2 / 3, sum: 2, min: 0, max: 1, count: 3, p95: 1, last: 0 })
    })

    it('takes the last by observation, not by arrival, and of two at once the higher serial', async () => {
      await subject.telemetry.append([temperature(7, begin + 2, 9)], 1)
      await subject.telemetry.append([temperature(6, begin + 2, 8), temperature(6, begin + 1, 7)], 2)
      const { series } = await subject.queries.series({ ...mean, aggregate: 'last' })
      expect(series[0]?.points).toEqual([{ time: begin, value: 9, count: 3 }])
    })

    it('groups and filters by where a device stands now, and leaves unknown devices out of groups', async () => {
      await subject.telemetry.putSites(sites)
      await subject.telemetry.append([temperature(6, begin, 1), temperature(99, begin, 3)], 1)
      const asked = { ...mean, aggregate: 'sum', groupBy: { level: 'district' } } as const
      const point = { time: begin, value: 1, count: 1 }
      expect((await subject.queries.series(asked)).series).toEqual([{ group: 'd1', points: [point] }])
      const moved = sites.find(({ serial }) => serial === 7)
      if (!moved) throw new Error('the city has a device 7')
      await subject.telemetry.putSites([{ ...moved, serial: 6, device: 'dev-6' }])
      expect((await subject.queries.series(asked)).series).toEqual([{ group: 'd2', points: [point] }])
      expect((await subject.queries.series({ ...asked, area: 'd1' })).series).toEqual([])
      const ungrouped = { ...asked, groupBy: undefined }
      expect((await subject.queries.series(ungrouped)).series[0]?.points[0]?.value).toBe(4)
    })

    it('answers up to maxPoints points, and refuses more', async () => {
      await subject.telemetry.append(
        [0, 1, 2].map((index) => temperature(6, begin + index * hour, index)),
        1,
      )
      expect((await subject.queries.series({ ...mean, maxPoints: 3 })).series[0]?.points).toHaveLength(3)
      await expect(subject.queries.series({ ...mean, maxPoints: 2 })).rejects.toMatchObject({
        code: 'query-too-large',
      })
    })

    it.each([
      ['field', { field: 'fps' }],
      ['field', { field: 'temperature"; DROP TABLE street_sensor; --' }],
      ['window', { window: 0 }],
    ])('names the wrong %s', async (field, wrong) => {
      await expect(subject.queries.series({ ...mean, ...wrong })).rejects.toMatchObject({
        code: 'invalid-request',
        faults: [expect.objectContaining({ field: expect.stringContaining(field) })],
      })
    })

    it('takes any text as a filter', async () => {
      await subject.telemetry.append([temperature(6, begin, 1)], 1)
      for (const text of ["'; DROP TABLE street_sensor; --", '', '\u0000', 'quận 1'])
        expect((await subject.queries.series({ ...mean, area: text })).series).toEqual([])
      expect(await subject.queries.stats()).toMatchObject({ readings: 1, oldest: begin })
    })
  })

  describe('latest', () => {
    it('gives a device’s readings newest first, within from and before, and no more than the limit', async () => {
      await fc.assert(
        fc.asyncProperty(
          readingsWithin(span, { maxLength: 150 }),
          fc.array(
            fc.record(
              {
                site: fc.constantFrom(...sites),
                limit: fc.integer({ min: 1, max: 30 }),
                before: momentWithin(span),
                from: momentWithin(span),
              },
              { requiredKeys: ['site', 'limit'] },
            ),
            { maxLength: 20 },
          ),
          async (readings, requests) => {
            const store = await subject.fresh()
            await store.append(readings, 1)
            for (const { site, limit, before, from } of requests) {
              const expected = readings
                .filter(({ serial }) => serial === site.serial)
                .filter(({ observedAt }) => observedAt < (before ?? observedAt + 1))
                .filter(({ observedAt }) => observedAt >= (from ?? observedAt))
                .sort((a, b) => b.observedAt - a.observedAt)
                .slice(0, limit)
              const { kind, serial } = site
              expect(await subject.queries.latest({ kind, serial, limit, before, from })).toEqual(expected)
            }
          },
        ),
        { numRuns: 8 },
      )
    })

    it('reaches back over long silences', async () => {
      const sparse = [0, 1, 20, 400].map((days) => temperature(6, begin - days * 24 * hour, days))
      const busy = Array.from({ length: 50 }, (_, index) => temperature(7, begin + index * minute, index))
      await subject.telemetry.append([...sparse, ...busy], 1)
      expect(await subject.queries.latest({ kind: 'street_sensor', serial: 6, limit: 10 })).toEqual(sparse)
      expect(await subject.queries.latest({ kind: 'street_sensor', serial: 6, limit: 3 })).toEqual(
        sparse.slice(0, 3),
      )
    })

    it('is empty for a device that never sent, and for one of another kind', async () => {
      await subject.telemetry.append([temperature(6, begin, 1)], 1)
      expect(await subject.queries.latest({ kind: 'street_sensor', serial: 7, limit: 1 })).toEqual([])
      expect(await subject.queries.latest({ kind: 'camera', serial: 6, limit: 1 })).toEqual([])
    })
  })

  describe('readings', () => {
    const most = 100_000
    const whole = { kind: 'street_sensor', from: begin, to: begin + span, most } as const

    it('gives those of a kind within from and to, in order, of all devices or of those that are asked for', async () => {
      await fc.assert(
        fc.asyncProperty(
          readingsWithin(span, { maxLength: 200 }),
          fc.array(
            fc.record(
              {
                kind: fc.constantFrom(...kindNames),
                edges: fc.tuple(momentWithin(span), momentWithin(span)),
                serials: fc.array(fc.constantFrom<number[]>(1, 2, 4, 5, 6, 7, 99), { maxLength: 4 }),
              },
              { requiredKeys: ['kind', 'edges'] },
            ),
            { minLength: 5, maxLength: 15 },
          ),
          async (readings, requests) => {
            const store = await subject.fresh()
            await store.append(readings, 1)
            for (const { kind, edges, serials } of requests) {
              const [from, to] = [Math.min(...edges), Math.max(...edges)]
              const expected = readings
                .filter((reading) => reading.kind === kind)
                .filter(({ serial }) => serials?.includes(serial) ?? true)
                .filter(({ observedAt }) => observedAt >= from && observedAt < to)
                .sort((a, b) => a.observedAt - b.observedAt || a.serial - b.serial)
              expect(await subject.queries.readings({ kind, serials, from, to, most })).toEqual(expected)
            }
          },
        ),
        { numRuns: 8 },
      )
    })

    it('takes the reading at from, and not the one at to', async () => {
      const all = [0, 1, 2].map((after) => temperature(6, begin + after, after))
      await subject.telemetry.append(all, 1)
      const between = (from: number, to: number) =>
        subject.queries.readings({ ...whole, from: begin + from, to: begin + to })
      expect(await between(0, 3)).toEqual(all)
      expect(await between(0, 2)).toEqual(all.slice(0, 2))
      expect(await between(1, 3)).toEqual(all.slice(1))
      for (const [from, to] of [
        [1, 1],
        [2, 1],
        [3, 1000],
      ] as const)
        expect(await between(from, to)).toEqual([])
    })

    it('is empty for no device, and for devices that nobody knows or that are of another kind', async () => {
      await subject.telemetry.append([temperature(6, begin, 1)], 1)
      for (const serials of [[], [99], [7], [2_000_000_000]])
        expect(await subject.queries.readings({ ...whole, serials })).toEqual([])
      expect(await subject.queries.readings({ ...whole, kind: 'camera', serials: [6] })).toEqual([])
      expect(await subject.queries.readings({ ...whole, serials: [6, 6, 99] })).toHaveLength(1)
    })

    it('takes more devices than one statement names', async () => {
      const all = Array.from({ length: 1200 }, (_, index) => temperature(index + 1, begin + index, index))
      await subject.telemetry.append(all, 1)
      for (const count of [499, 500, 501, 1100]) {
        const serials = all.slice(0, count).map(({ serial }) => serial)
        expect(await subject.queries.readings({ ...whole, serials: serials.toReversed() })).toEqual(
          all.slice(0, count),
        )
      }
    })

    it('answers up to `most`, of the devices that are asked for, and refuses more', async () => {
      const all = [0, 1, 2].map((index) => temperature(6 + (index % 2), begin + index, index))
      await subject.telemetry.append(all, 1)
      const tooLarge = { code: 'query-too-large' }
      expect(await subject.queries.readings({ ...whole, most: 3 })).toEqual(all)
      await expect(subject.queries.readings({ ...whole, most: 2 })).rejects.toMatchObject(tooLarge)
      expect(await subject.queries.readings({ ...whole, serials: [6], most: 2 })).toHaveLength(2)
      await expect(subject.queries.readings({ ...whole, serials: [6], most: 1 })).rejects.toMatchObject(
        tooLarge,
      )
      const seldom = Array.from({ length: 600 }, (_, index) => (index === 0 ? 7 : 1000 + index))
      expect(await subject.queries.readings({ ...whole, serials: seldom, most: 1 })).toHaveLength(1)
    })
  })
}
