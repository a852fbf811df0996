/**
 * What every driver of the telemetry port does alike, so that a city's figures do not depend on the store: the 5-minute
 * buckets, when they are rolled up, how long things are kept, what roll-ups can answer, and what is asked wrongly.
 */
import { LanternError } from '../../model/errors.ts'
import type { StoredField } from '../../model/kind.ts'
import type { Reading } from '../../model/reading.ts'
import { day, formatTime, hour, minute } from '../../model/time.ts'
import type { SeriesQuery } from './port.ts'

/** ms. Buckets are numbered: observedAt / bucketMs, rounded down. */
export const bucketMs = 5 * minute
/** How long after its end a bucket is rolled up: what comes within it need not be made anew. */
export const settleMs = 2 * minute
/** Raw rows outlive the retention by this, so that the bucket of the latest reading taken is still complete. */
export const slackMs = day
/** Raw rows are removed by whole hours and roll-ups by whole days: fewer, larger deletions. */
export const dropEveryMs = hour
export const dropRollupsEveryMs = day
/**
 * From this range on the roll-ups are read where they can be. Measured on DuckDB with 3,000 devices: at a reading a minute
 * two days take 15 ms instead of 40; at one in six minutes roll-ups are no fewer, and 30 days take 157 ms instead of 86.
 */
export const longRangeMs = 2 * day

/** The number of the bucket that a moment (epoch ms) lies in. */
export function bucketOf(epochMs: number): number {
  return Math.floor(epochMs / bucketMs)
}

export function floorTo(value: number, step: number): number {
  return Math.floor(value / step) * step
}

/** Whether roll-ups give the same answer as the readings. */
export function rollupsCanAnswer({ aggregate, window, offset }: SeriesQuery): boolean {
  return aggregate !== 'p95' && window % bucketMs === 0 && offset % bucketMs === 0
}

/** Raises `invalid-request` for a window that is none. */
export function checkWindow(window: number): void {
  if (!Number.isSafeInteger(window) || window < 1)
    throw new LanternError('invalid-request', `the window is ${window} ms`, {
      faults: [{ field: 'window', message: 'must be a whole number of milliseconds, at least 1' }],
    })
}

/** How far windows are shifted from multiples of their length: the offset counts by its rest only, ms. */
export function shiftOf({ window, offset }: { window: number; offset: number }): number {
  return ((offset % window) + window) % window
}

/** The field that a query asks for; raises `invalid-request` when the kind has none, or the window is none. */
export function askedField(fields: readonly StoredField[], query: SeriesQuery): StoredField {
  checkWindow(query.window)
  const field = fields.find(({ name }) => name === query.field)
  if (!field)
    throw new LanternError('invalid-request', `kind ${query.kind} has no field ${query.field}`, {
      faults: [{ field: 'field', message: `must be one of ${fields.map(({ name }) => name).join(', ')}` }],
    })
  return field
}

/** The error for a query that only removed readings could answer; `rawFrom`: since when they are complete. */
export function needsReadings(query: SeriesQuery, rawFrom: number): LanternError {
  const since = formatTime(rawFrom)
  const why =
    query.aggregate === 'p95'
      ? 'p95 needs every reading'
      : 'this window is not made of whole 5-minute roll-ups'
  return new LanternError('invalid-request', `${why}, and readings before ${since} are removed`, {
    faults: [{ field: 'from', message: `must be ${since} or later` }],
    remedy:
      query.aggregate === 'p95'
        ? `Ask from ${since} on, or for mean, min or max, which the roll-ups answer.`
        : `Ask from ${since} on, or in windows (and with an offset) of whole multiples of 5 minutes.`,
  })
}

/** The error for more readings than a caller can take. */
export function tooManyReadings(most: number): LanternError {
  return new LanternError('query-too-large', `there are more than ${most} readings`)
}

/** In the order of their observation; at the same moment by serial. */
export function byObservation(a: Reading, b: Reading): number {
  return a.observedAt - b.observedAt || a.serial - b.serial
}
