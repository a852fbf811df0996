/**
 * Series over any source. InfluxQL adds up by window, and by device where a group or a filter needs it; which group a
 * device belongs to is decided here, by where it stands now, since a line's tags say where it stood then. What InfluxQL
 * cannot say exactly (p95 with interpolation, the last of several devices) is computed from the values themselves.
 */
import { LanternError } from '../../../model/errors.ts'
import type { StoredField } from '../../../model/kind.ts'
import type { Aggregate, SeriesPoint, SeriesQuery, SeriesResult, Site } from '../port.ts'
import { bucketMs, floorTo, shiftOf } from '../rules.ts'
import { serialsPerStatement, whereSerial } from './lookup.ts'
import type { Plan, Stretch } from './plan.ts'
import { rollupMeasurement } from './rollup.ts'
import { type Cell, quotedName, type Server, type Shelf } from './server.ts'

/** Values that one query may read one by one. */
const maxValues = 5_000_000

interface Window {
  count: number
  /** The sum, the least or the greatest, as the aggregate needs. */
  value: number
  lastAt: number
  lastSerial: number
  /** For p95. */
  readonly values: number[]
}

/** What the server is to select, as [value, count], of readings and of roll-ups; null: single values are read. */
const selected: Record<Aggregate, { fold: 'sum' | 'min' | 'max' } | null> = {
  mean: { fold: 'sum' },
  sum: { fold: 'sum' },
  min: { fold: 'min' },
  max: { fold: 'max' },
  count: { fold: 'sum' },
  p95: null,
  last: null,
}

/** See the port. */
export async function runSeries(options: {
  server: Server
  query: SeriesQuery
  field: StoredField
  plan: Plan
  sites: ReadonlyMap<number, Site>
  signal: AbortSignal
}): Promise<SeriesResult> {
  const { server, query, plan, sites, signal } = options
  const { window, groupBy, maxPoints } = query
  const shift = shiftOf(query)
  const isFlag = options.field.type === 'boolean'
  const windowOf = (time: number) => floorTo(time + shift, window) - shift
  const fold = selected[query.aggregate]?.fold
  const chosen = chosenSerials(query, sites)
  const result: SeriesResult = { source: plan.name, series: [] }
  if (chosen?.size === 0 || query.to <= query.from) return result

  const windows = new Map<string | null, Map<number, Window>>()
  let points = 0
  let read = 0
  function at(group: string | null, time: number): Window {
    let ofGroup = windows.get(group)
    if (!ofGroup) {
      ofGroup = new Map()
      windows.set(group, ofGroup)
    }
    let found = ofGroup.get(time)
    if (!found) {
      if (++points > maxPoints)
        throw new LanternError('query-too-large', `the answer has more than ${maxPoints} points`)
      found = { count: 0, value: 0, lastAt: Number.NEGATIVE_INFINITY, lastSerial: 0, values: [] }
      ofGroup.set(time, found)
    }
    return found
  }

  /** One row of an answer, as `statementOf` asked for it. */
  function take(shelf: Shelf, serial: number, group: string | null, row: readonly Cell[]): void {
    const [time = 0, value = 0, count = 0] = row.map(Number)
    const into = at(group, windowOf(time))
    if (fold) {
      foldInto(into, fold, isFlag && shelf === '5m' ? flagOf(fold, value, count) : value, count)
      return
    }
    if (++read > maxValues)
      throw new LanternError('query-too-large', `the query reads more than ${maxValues} values one by one`)
    if (query.aggregate === 'p95') into.values.push(value)
    const moment = shelf === '5m' ? floorTo(time, bucketMs) + Number(row[3] ?? row[4]) : time
    if (moment > into.lastAt || (moment === into.lastAt && serial > into.lastSerial)) {
      into.value = value
      into.lastAt = moment
      into.lastSerial = serial
    }
    into.count += shelf === '5m' ? count : 1
  }

  const bySerial = groupBy !== undefined || !fold || (chosen?.size ?? 0) > serialsPerStatement
  for (const stretch of plan.stretches) {
    const statement = statementOf(server, query, stretch, { chosen, bySerial, shift, isFlag })
    await server.query(
      [statement],
      ({ tags, values }) => {
        const serial = Number(tags.serial ?? 0)
        if (bySerial && chosen && !chosen.has(serial)) return
        const groups = groupBy === undefined ? [null] : groupsOf(sites.get(serial), groupBy)
        for (const row of values)
          if (row[1] !== null) for (const group of groups) take(stretch.shelf, serial, group, row)
      },
      signal,
    )
  }
  return { source: plan.name, series: toSeries(windows, query.aggregate) }
}

function statementOf(
  server: Server,
  query: SeriesQuery,
  { shelf, from, to }: Stretch,
  options: { chosen: ReadonlySet<number> | undefined; bySerial: boolean; shift: number; isFlag: boolean },
): string {
  const { chosen, bySerial, shift, isFlag } = options
  const { kind, field, aggregate, window } = query
  const isRaw = shelf === 'raw'
  const column = (suffix: string) => quotedName(isRaw ? field : `${field}_${suffix}`)
  const fold = selected[aggregate]?.fold
  let columns: string
  if (!fold)
    columns = isRaw ? column('') : `${['last', 'count', 'last_at'].map(column).join(', ')}, "last_at"`
  else {
    // Of a flag, the roll-ups have neither min nor max: they follow from sum and count.
    const folded = isFlag && !isRaw ? 'sum' : fold
    const value = aggregate === 'count' ? column('count') : column(folded)
    const count = isRaw ? `count(${column('')})` : `sum(${column('count')})`
    const outer = aggregate === 'count' && isRaw ? 'count' : folded
    columns = `${outer}(${value}), ${count}`
  }
  const table = server.from(shelf, isRaw ? kind : rollupMeasurement(kind))
  const where = [`time >= ${from}ms`, `time < ${to}ms`]
  if (chosen && chosen.size <= serialsPerStatement) where.push(whereSerial(chosen))
  const groups = [
    ...(fold ? [`time(${window}ms, ${(window - shift) % window}ms)`] : []),
    ...(bySerial ? ['"serial"'] : []),
  ]
  return `SELECT ${columns} FROM ${table} WHERE ${where.join(' AND ')} GROUP BY ${groups.join(', ')}${fold ? ' fill(none)' : ''}`
}

/** Whether a flag was up every time, or ever. */
function flagOf(fold: 'sum' | 'min' | 'max', sum: number, count: number): number {
  if (fold === 'sum') return sum
  return Number(fold === 'min' ? sum === count : sum > 0)
}

function foldInto(into: Window, fold: 'sum' | 'min' | 'max', value: number, count: number): void {
  if (into.count === 0) into.value = value
  else if (fold === 'sum') into.value += value
  else into.value = fold === 'min' ? Math.min(into.value, value) : Math.max(into.value, value)
  into.count += count
}

/** The devices that the filters choose; undefined: all, also those that stand nowhere known. */
function chosenSerials(
  { area, place, device }: SeriesQuery,
  sites: ReadonlyMap<number, Site>,
): Set<number> | undefined {
  if (area === undefined && place === undefined && device === undefined) return undefined
  const chosen = new Set<number>()
  for (const site of sites.values())
    if (
      (area === undefined || site.areas.some(({ code }) => code === area)) &&
      (place === undefined || site.place === place) &&
      (device === undefined || site.device === device)
    )
      chosen.add(site.serial)
  return chosen
}

function groupsOf(site: Site | undefined, groupBy: NonNullable<SeriesQuery['groupBy']>): string[] {
  if (!site) return []
  if (groupBy === 'place' || groupBy === 'device') return [site[groupBy]]
  return site.areas.flatMap(({ level, code }) => (level === groupBy.level ? [code] : []))
}

function toSeries(
  windows: ReadonlyMap<string | null, ReadonlyMap<number, Window>>,
  aggregate: Aggregate,
): SeriesResult['series'] {
  return [...windows]
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))
    .map(([group, ofGroup]) => ({
      group,
      points: [...ofGroup]
        .sort(([a], [b]) => a - b)
        .map(
          ([time, found]): SeriesPoint => ({ time, value: resultOf(found, aggregate), count: found.count }),
        ),
    }))
}

function resultOf({ value, count, values }: Window, aggregate: Aggregate): number {
  if (aggregate === 'mean') return value / count
  if (aggregate === 'count') return count
  if (aggregate === 'p95') return quantile(values, 0.95)
  return value
}

/** With linear interpolation between the two values around the rank, as DuckDB's quantile_cont. */
function quantile(values: number[], share: number): number {
  const sorted = Float64Array.from(values).sort()
  const rank = share * (sorted.length - 1)
  const low = sorted[Math.floor(rank)] ?? 0
  const high = sorted[Math.ceil(rank)] ?? 0
  return low + (high - low) * (rank - Math.floor(rank))
}
