/**
 * Runs the query behind `series`: chooses between readings and roll-ups, filters by site, cuts into windows,
 * aggregates by group. Names in the SQL come from the kinds; every value is bound.
 */
import { LanternError } from '../../../model/errors.ts'
import type { Aggregate, SeriesPoint, SeriesQuery, SeriesResult } from '../port.ts'
import { askedField, shiftOf } from '../rules.ts'
import type { Layout } from './layout.ts'
import type { Read } from './pool.ts'
import { planSource } from './series-source.ts'

/** Over the rows of a source: of so many values the sum, min, max, the last and when that was. */
const aggregateSql: Record<Aggregate, string> = {
  mean: 'sum(r.sum) / sum(r.count)',
  sum: 'sum(r.sum)',
  min: 'min(r.min)',
  max: 'max(r.max)',
  count: 'sum(r.count)',
  p95: 'quantile_cont(r.sum, 0.95)',
  // Of two devices that observed at the same moment the higher serial counts, so that the answer is always the same.
  last: 'arg_max(r.last, r.lastAt::HUGEINT * 4294967296 + r.serial)',
}

/** See the port. */
export async function runSeries(read: Read, layout: Layout, query: SeriesQuery): Promise<SeriesResult> {
  const field = askedField(layout.fields, query)
  const source = await planSource(read, layout, field, query)
  const site = siteClauses(query)
  // With it the dividend is never negative.
  const shift = shiftOf(query)
  const reader = await read(
    `SELECT ${site.group} AS g, ((r.moment + $shift) // $window * $window - $shift)::DOUBLE AS w,
       (${aggregateSql[query.aggregate]})::DOUBLE, sum(r.count)::DOUBLE
     FROM (${source.sql}) r ${site.join} ${site.where}
     GROUP BY ALL ORDER BY g, w LIMIT $limit`,
    { ...source.values, ...site.values, shift, window: query.window, limit: query.maxPoints + 1 },
  )
  return { source: source.name, series: toSeries(reader.getColumns(), query.maxPoints) }
}

function siteClauses(query: SeriesQuery) {
  const values: Record<string, string> = {}
  const where: string[] = []
  if (query.area !== undefined) {
    values.area = query.area
    where.push('r.serial IN (SELECT serial FROM site_area WHERE area = $area)')
  }
  if (query.place !== undefined) {
    values.place = query.place
    where.push('r.serial IN (SELECT serial FROM site WHERE place = $place)')
  }
  if (query.device !== undefined) {
    values.device = query.device
    where.push('r.serial IN (SELECT serial FROM site WHERE device = $device)')
  }
  let join = ''
  let group = 'NULL'
  if (query.groupBy === 'place' || query.groupBy === 'device') {
    join = 'JOIN site ON site.serial = r.serial'
    group = `site.${query.groupBy}`
  } else if (query.groupBy) {
    values.level = query.groupBy.level
    join = 'JOIN site_area ON site_area.serial = r.serial AND site_area.level = $level'
    group = 'site_area.area'
  }
  return { values, join, group, where: where.length > 0 ? `WHERE ${where.join(' AND ')}` : '' }
}

/** Columns group, time, value, count in their order, cut where the group changes. */
function toSeries(columns: readonly (readonly unknown[])[], maxPoints: number): SeriesResult['series'] {
  const [groups = [], times = [], values = [], counts = []] = columns
  if (groups.length > maxPoints)
    throw new LanternError('query-too-large', `the answer has more than ${maxPoints} points`)
  const series: { group: string | null; points: SeriesPoint[] }[] = []
  let present: (typeof series)[number] | undefined
  for (const [index, value] of groups.entries()) {
    const group = typeof value === 'string' ? value : null
    if (!present || present.group !== group) {
      present = { group, points: [] }
      series.push(present)
    }
    present.points.push({
      time: Number(times[index]),
      value: Number(values[index]),
      count: Number(counts[index]),
    })
  }
  return series
}
