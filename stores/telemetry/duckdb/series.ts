/**
 * Builds and runs the query behind `series`: filter by site, cut into windows, aggregate by group. Names in
 * the SQL come from the kinds; every value is bound.
 */
import type { DuckDBConnection } from '@duckdb/node-api'
import { LanternError } from '../../../model/errors.ts'
import type { Aggregate, SeriesPoint, SeriesQuery, SeriesResult } from '../port.ts'
import { type Layout, quoted } from './layout.ts'

const aggregateSql: Record<Aggregate, string> = {
  mean: 'avg(r.v)',
  sum: 'sum(r.v)',
  min: 'min(r.v)',
  max: 'max(r.v)',
  count: 'count(r.v)',
  p95: 'quantile_cont(r.v, 0.95)',
  // Of two devices that observed at the same moment the higher serial counts, so that the answer is always the same.
  last: 'arg_max(r.v, r.observed_at::HUGEINT * 4294967296 + r.serial)',
}

/** The readings' series; see the port. */
export async function runSeries(
  connection: DuckDBConnection,
  layout: Layout,
  query: SeriesQuery,
): Promise<SeriesResult> {
  const field = layout.fields.find(({ name }) => name === query.field)
  if (!field)
    throw new LanternError('invalid-request', `kind ${layout.kind} has no field ${query.field}`, {
      faults: [{ field: 'field', message: `one of ${layout.fields.map(({ name }) => name).join(', ')}` }],
    })
  if (!Number.isSafeInteger(query.window) || query.window < 1)
    throw new LanternError('invalid-request', `the window is ${query.window} ms`, {
      faults: [{ field: 'window', message: 'a whole number of milliseconds, at least 1' }],
    })
  const site = siteClauses(query)
  // Windows depend on the offset only by its rest, and so the dividend is never negative.
  const shift = ((query.offset % query.window) + query.window) % query.window
  const reader = await connection.runAndReadAll(
    `SELECT ${site.group} AS g, ((r.observed_at + $shift) // $window * $window - $shift)::DOUBLE AS w,
       (${aggregateSql[query.aggregate]})::DOUBLE, count(r.v)::DOUBLE
     FROM (SELECT serial, observed_at, ${quoted(query.field)}${field.type === 'boolean' ? '::INTEGER' : ''} AS v FROM ${layout.table}
           WHERE observed_at >= $from AND observed_at < $to) r ${site.join}
     WHERE r.v IS NOT NULL ${site.where}
     GROUP BY ALL ORDER BY g, w LIMIT $limit`,
    {
      ...site.values,
      shift,
      window: query.window,
      from: query.from,
      to: query.to,
      limit: query.maxPoints + 1,
    },
  )
  return { source: 'raw', series: toSeries(reader.getColumns(), query.maxPoints) }
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
  return { values, join, group, where: where.map((clause) => `AND ${clause}`).join(' ') }
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
