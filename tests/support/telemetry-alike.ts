/** Whether two telemetry stores of a city with a past give the same answers, whatever is asked. */
import { expect } from 'vitest'
import { LanternError } from '../../model/errors.ts'
import { kindOf } from '../../model/kinds.ts'
import { createRandom, type Random } from '../../model/random.ts'
import { day, hour, minute } from '../../model/time.ts'
import {
  aggregates,
  type CoverageQuery,
  type SeriesQuery,
  type SeriesResult,
  type Telemetry,
} from '../../stores/telemetry/port.ts'
import { type CityWithPast, historyDays } from './telemetry-history.ts'

/** Both hold the same: asked a few hundred times, of everything that there is of a city with a past. */
export async function expectAlike(
  one: Telemetry,
  other: Telemetry,
  city: CityWithPast,
  now: number,
): Promise<void> {
  const random = createRandom(11)
  const sources = new Set<string>()
  const refused = new Set<string>()
  for (let asked = 0; asked < 250; asked++) {
    const query = randomQuery(random, city, now)
    const [expected, actual] = [await answerOf(one, query), await answerOf(other, query)]
    if (typeof expected === 'string' || typeof actual === 'string') {
      expect(actual, JSON.stringify(query)).toEqual(expected)
      refused.add(String(expected))
      continue
    }
    expectSame(actual, expected, query)
    if (expected.series.length > 0) sources.add(expected.source)
  }
  expect([...sources].sort()).toEqual(['5m', 'raw'])
  expect(refused).toContain('invalid-request')
  for (const query of coverageQueries(now)) {
    const expected = await one.coverageHistory(query)
    expect(expected.length).toBeGreaterThan(5)
    expect(await other.coverageHistory(query)).toEqual(expected)
  }
  for (const { kind, serial } of city.sites) {
    const request = { kind, serial, limit: 10_000 }
    expect(await other.latest(request)).toEqual(await one.latest(request))
  }
  expect(await other.position()).toBe(await one.position())
  expect(await other.watermarks()).toEqual(await one.watermarks())
}

/** Any question about the city's past: all kinds, aggregates, windows, groups and stretches of time. */
function randomQuery(random: Random, city: CityWithPast, now: number): SeriesQuery {
  const { kind, device, place } = random.pick(city.sites)
  const span = random.pick([hour, 6 * hour, day, 2 * day, 4 * day, historyDays * day])
  const edge = random.pick([1, 5 * minute, hour, day])
  const from = Math.floor((now - random.next() * historyDays * day) / edge) * edge
  return {
    kind,
    field: random.pick(kindOf(kind).fields).name,
    aggregate: random.pick(aggregates),
    window: random.pick([5 * minute, hour, day, 7 * minute, 100 * day]),
    offset: random.pick([0, 7 * hour]),
    from,
    to: from + span,
    ...random.pick([{}, {}, { area: 'd1' }, { area: 'p1' }, { place }, { device }, { area: 'nowhere' }]),
    groupBy: random.pick([undefined, 'place', 'device', { level: 'district' }, { level: 'province' }]),
    maxPoints: 3000,
  }
}

function coverageQueries(now: number): CoverageQuery[] {
  const all = { offset: 0, from: now - historyDays * day, to: now, maxPoints: 10_000 }
  return [
    { ...all, areas: ['p1'], window: 4 * hour },
    { ...all, areas: ['d1', 'd2'], window: day, offset: 7 * hour },
  ]
}

/** The series, or the code of the error. */
function answerOf(telemetry: Telemetry, query: SeriesQuery): Promise<SeriesResult | string> {
  return telemetry.series(query).catch((thrown) => {
    if (thrown instanceof LanternError) return thrown.code
    throw thrown
  })
}

function expectSame(actual: SeriesResult, expected: SeriesResult, query: SeriesQuery): void {
  const flat = ({ source, series }: SeriesResult) => ({
    source,
    points: series.flatMap(({ group, points }) => points.map(({ time, count }) => ({ group, time, count }))),
  })
  const asked = JSON.stringify(query)
  expect(flat(actual), asked).toEqual(flat(expected))
  const valuesOf = ({ series }: SeriesResult) =>
    series.flatMap(({ points }) => points.map((one) => one.value))
  const values = valuesOf(expected)
  for (const [index, value] of valuesOf(actual).entries()) {
    const wanted = values[index] ?? Number.NaN
    // Sums in another order differ in their last digits.
    const tolerance = 1e-9 * Math.max(1, Math.abs(wanted))
    expect(Math.abs(value - wanted), `${asked}: ${value}, not ${wanted}`).toBeLessThanOrEqual(tolerance)
  }
}
