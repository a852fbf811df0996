/**
 * Where a series takes its rows from: the readings, or the roll-ups with readings at their edges. Both give the
 * same figures; the roll-ups reach further back and are fewer. Called by series.ts, within its transaction.
 */
import type { StoredField } from '../../../model/kind.ts'
import type { SeriesQuery } from '../port.ts'
import { bucketMs, bucketOf, longRangeMs, needsReadings, rollupsCanAnswer } from '../rules.ts'
import { type Layout, quoted } from './layout.ts'
import type { Read } from './pool.ts'
import { partOfReading, partOfRollup, rollupTable } from './rollup.ts'

export interface Source {
  readonly name: 'raw' | '5m'
  /** Rows of serial, moment, count, sum, min, max, last, lastAt, all with at least one value of the field. */
  readonly sql: string
  readonly values: Readonly<Record<string, number | string>>
}

/** Raises `invalid-request` when readings are needed that the retention has removed. */
export async function planSource(
  read: Read,
  layout: Layout,
  field: StoredField,
  query: SeriesQuery,
): Promise<Source> {
  const progress = await read('SELECT rolled_until, raw_from::DOUBLE FROM progress WHERE kind = $kind', {
    kind: layout.kind,
  })
  const [rolledUntil, rawFrom] = (progress.getRows()[0] ?? []).map(Number)
  const isGone = query.from < (rawFrom ?? 0)
  const canRollUp = rollupsCanAnswer(query)
  if (isGone && !canRollUp) throw needsReadings(query, rawFrom ?? 0)
  const isLong = query.to - query.from >= longRangeMs
  if (!isGone && !(isLong && canRollUp)) return fromReadings(layout, field, query.from, query.to)
  return fromRollups(read, layout, field, query, { rolledUntil: rolledUntil ?? 0, rawFrom: rawFrom ?? 0 })
}

function fromReadings(layout: Layout, field: StoredField, from: number, to: number): Source {
  return {
    name: 'raw',
    sql: readingRows(layout, field, 'observed_at >= $from AND observed_at < $to'),
    values: { from, to },
  }
}

/**
 * Whole buckets come from the roll-ups; from the readings come the beginning and the end that are no whole bucket,
 * what is not rolled up yet, and the buckets that are due to be made anew. Before the readings that are still
 * there, `from` and `to` count at their bucket's edges, and a due bucket's new readings add to its roll-up.
 */
async function fromRollups(
  read: Read,
  layout: Layout,
  field: StoredField,
  { from, to }: SeriesQuery,
  { rolledUntil, rawFrom }: { rolledUntil: number; rawFrom: number },
): Promise<Source> {
  const complete = bucketOf(rawFrom)
  const low = from < rawFrom ? bucketOf(from) : Math.ceil(from / bucketMs)
  const high = Math.min(to < rawFrom ? Math.ceil(to / bucketMs) : bucketOf(to), rolledUntil)
  if (high <= low) return fromReadings(layout, field, from, to)
  const { kind } = layout
  const due = await read(
    'SELECT min(bucket), max(bucket) FROM due WHERE kind = $kind AND bucket >= $low AND bucket < $high',
    { kind, low, high },
  )
  const [dueFirst, dueLast] = due.getRows()[0] ?? []
  const isDue = 'IN (SELECT bucket FROM due WHERE kind = $kind)'
  const rows = [
    rollupRows(
      layout,
      field,
      `bucket >= $low AND bucket < $high${dueFirst === null ? '' : ` AND NOT (bucket >= $complete AND bucket ${isDue})`}`,
    ),
    readingRows(layout, field, 'observed_at >= $highMs AND observed_at < $to'),
  ]
  const values: Record<string, number | string> = { low, high, highMs: high * bucketMs, to }
  if (from < low * bucketMs) {
    rows.push(readingRows(layout, field, 'observed_at >= $from AND observed_at < $lowMs'))
    Object.assign(values, { from, lowMs: low * bucketMs })
  }
  if (dueFirst !== null) {
    rows.push(
      readingRows(
        layout,
        field,
        `observed_at >= $dueMs AND observed_at < $dueEndMs AND observed_at // ${bucketMs} ${isDue}`,
      ),
    )
    const dueEndMs = (Number(dueLast) + 1) * bucketMs
    Object.assign(values, { kind, complete, dueMs: Number(dueFirst) * bucketMs, dueEndMs })
  }
  return { name: '5m', sql: rows.join(' UNION ALL '), values }
}

function readingRows(layout: Layout, field: StoredField, where: string): string {
  return partRows(
    'observed_at',
    partOfReading(field),
    layout.table,
    `${where} AND ${quoted(field.name)} IS NOT NULL`,
  )
}

function rollupRows(layout: Layout, field: StoredField, where: string): string {
  const sum = quoted(`${field.name}_sum`)
  return partRows(
    `bucket::BIGINT * ${bucketMs}`,
    partOfRollup(field),
    quoted(rollupTable(layout.kind)),
    `${where} AND ${sum} IS NOT NULL`,
  )
}

function partRows(moment: string, part: object, table: string, where: string): string {
  const parts = Object.entries(part).map(([name, sql]) => `${sql} AS ${name}`)
  return `SELECT serial, ${moment} AS moment, ${parts.join(', ')} FROM ${table} WHERE ${where}`
}
