/**
 * What a series must be, computed in the plainest way from the readings themselves: the measure of the contract.
 */
import { expect } from 'vitest'
import type { Reading } from '../../../model/reading.ts'
import type {
  Aggregate,
  SeriesPoint,
  SeriesQuery,
  SeriesResult,
  Site,
} from '../../../stores/telemetry/port.ts'

interface Item {
  readonly value: number
  readonly observedAt: number
  readonly serial: number
}

const aggregate: Record<Aggregate, (items: readonly Item[]) => number> = {
  mean: (items) => sum(items) / items.length,
  sum,
  min: (items) => Math.min(...items.map(({ value }) => value)),
  max: (items) => Math.max(...items.map(({ value }) => value)),
  count: (items) => items.length,
  p95: (items) => {
    const sorted = items.map(({ value }) => value).sort((a, b) => a - b)
    const rank = 0.95 * (sorted.length - 1)
    const low = sorted[Math.floor(rank)] ?? 0
    const high = sorted[Math.ceil(rank)] ?? 0
    return low + (high - low) * (rank - Math.floor(rank))
  },
  last: (items) =>
    items.reduce((a, b) =>
      b.observedAt > a.observedAt || (b.observedAt === a.observedAt && b.serial > a.serial) ? b : a,
    ).value,
}

function sum(items: readonly Item[]): number {
  return items.reduce((total, { value }) => total + value, 0)
}

export function naiveSeries(
  readings: readonly Reading[],
  sites: readonly Site[],
  query: SeriesQuery,
): SeriesResult['series'] {
  const windows = new Map<string | null, Map<number, Item[]>>()
  for (const { kind, serial, observedAt, values } of readings) {
    const value = values[query.field]
    const site = sites.find((one) => one.serial === serial)
    if (kind !== query.kind || value === undefined || !site) continue
    if (observedAt < query.from || observedAt >= query.to || !passes(site, query)) continue
    const time = Math.floor((observedAt + query.offset) / query.window) * query.window - query.offset
    for (const group of groupsOf(site, query)) {
      const ofGroup = windows.get(group) ?? new Map<number, Item[]>()
      windows.set(group, ofGroup)
      const items = ofGroup.get(time) ?? []
      ofGroup.set(time, items)
      items.push({ value: Number(value), observedAt, serial })
    }
  }
  return [...windows]
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))
    .map(([group, ofGroup]) => ({ group, points: pointsOf(ofGroup, query.aggregate) }))
}

function pointsOf(windows: ReadonlyMap<number, readonly Item[]>, name: Aggregate): SeriesPoint[] {
  return [...windows]
    .sort(([a], [b]) => a - b)
    .map(([time, items]) => ({ time, value: aggregate[name](items), count: items.length }))
}

function passes({ device, place, areas }: Site, query: SeriesQuery): boolean {
  return (
    (query.device === undefined || query.device === device) &&
    (query.place === undefined || query.place === place) &&
    (query.area === undefined || areas.some(({ code }) => code === query.area))
  )
}

function groupsOf(site: Site, { groupBy }: SeriesQuery): (string | null)[] {
  if (groupBy === undefined) return [null]
  if (groupBy === 'place' || groupBy === 'device') return [site[groupBy]]
  return site.areas.filter(({ level }) => level === groupBy.level).map(({ code }) => code)
}

/** Groups, times and counts exactly; values but for the last digits, which depend on the order of adding up. */
export function expectSameSeries(actual: SeriesResult['series'], expected: SeriesResult['series']): void {
  const shape = (series: SeriesResult['series']) =>
    series.map(({ group, points }) => ({ group, points: points.map(({ time, count }) => [time, count]) }))
  const values = (series: SeriesResult['series']) =>
    series.flatMap(({ points }) => points.map(({ value }) => value))
  expect(shape(actual)).toEqual(shape(expected))
  const wanted = values(expected)
  for (const [index, value] of values(actual).entries()) {
    const right = wanted[index] ?? Number.NaN
    expect(Math.abs(value - right), `${value} instead of ${right}`).toBeLessThanOrEqual(
      1e-9 * Math.max(1, Math.abs(right)),
    )
  }
}
