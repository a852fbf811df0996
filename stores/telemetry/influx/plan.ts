/**
 * Where a series takes its rows from: readings, or roll-ups with readings at their edges, as stretches of time that do
 * not overlap. Both give the same figures; the roll-ups reach further back and are fewer.
 */
import type { SeriesQuery } from '../port.ts'
import { bucketMs, bucketOf, longRangeMs, needsReadings, rollupsCanAnswer } from '../rules.ts'
import type { KindProgress } from './books.ts'
import type { Shelf } from './server.ts'

export interface Stretch {
  readonly shelf: Shelf
  /** Epoch ms, inclusive and exclusive. */
  readonly from: number
  readonly to: number
}

export interface Plan {
  readonly name: 'raw' | '5m'
  readonly stretches: readonly Stretch[]
}

/** Due buckets are read from the readings; so many runs of them at most, and beyond that also what lies between. */
const maxRuns = 16

/** `due`: buckets whose roll-ups late readings have overtaken. Raises `invalid-request` when removed readings are needed. */
export function planSeries(
  query: SeriesQuery,
  { rolledUntil, rawFrom }: KindProgress,
  due: Iterable<number>,
): Plan {
  const { from, to } = query
  const isGone = from < rawFrom
  const canRollUp = rollupsCanAnswer(query)
  if (isGone && !canRollUp) throw needsReadings(query, rawFrom)
  const readings: Plan = { name: 'raw', stretches: [{ shelf: 'raw', from, to }] }
  if (!isGone && !(to - from >= longRangeMs && canRollUp)) return readings
  const complete = bucketOf(rawFrom)
  const low = isGone ? bucketOf(from) : Math.ceil(from / bucketMs)
  const high = Math.min(to < rawFrom ? Math.ceil(to / bucketMs) : bucketOf(to), rolledUntil ?? 0)
  if (high <= low) return readings
  const stretches: Stretch[] = []
  const add = (shelf: Shelf, begin: number, end: number) => {
    if (begin < end) stretches.push({ shelf, from: begin, to: end })
  }
  if (!isGone) add('raw', from, low * bucketMs)
  // Readings that came after their bucket's were removed are in no roll-up yet.
  add('raw', low * bucketMs, Math.min(high, complete) * bucketMs)
  let reached = low
  for (const [begin, end] of runsOf([...due].filter((one) => one >= Math.max(low, complete) && one < high))) {
    add('5m', reached * bucketMs, begin * bucketMs)
    add('raw', begin * bucketMs, end * bucketMs)
    reached = end
  }
  add('5m', reached * bucketMs, high * bucketMs)
  add('raw', high * bucketMs, to)
  return { name: '5m', stretches }
}

/** Runs [begin, end) that cover all buckets, cut at the widest gaps. */
function runsOf(buckets: number[]): [number, number][] {
  buckets.sort((a, b) => a - b)
  const gaps = buckets.slice(1).map((bucket, index) => bucket - (buckets[index] ?? bucket))
  const widest = [...gaps].sort((a, b) => b - a)[maxRuns - 1] ?? 1
  const runs: [number, number][] = []
  for (const bucket of buckets) {
    const run = runs.at(-1)
    if (run && bucket - run[1] < widest) run[1] = bucket + 1
    else runs.push([bucket, bucket + 1])
  }
  return runs
}
