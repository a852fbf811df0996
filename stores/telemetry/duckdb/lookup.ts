/**
 * Looking single readings up: which keys are stored already (for ingest's late and repeated readings), and
 * a device's newest readings (for the API).
 */
import { BIGINT, type DuckDBConnection, type DuckDBValue, INTEGER, LIST, listValue } from '@duckdb/node-api'
import type { FieldValue } from '../../../model/kind.ts'
import type { KindName } from '../../../model/kinds.ts'
import type { Reading } from '../../../model/reading.ts'
import { hour } from '../../../model/time.ts'
import { tooManyReadings } from '../rules.ts'
import { type Layout, quoted } from './layout.ts'
import type { Read } from './pool.ts'

export interface Key {
  readonly serial: number
  readonly kind: KindName
  readonly observedAt: number
}

/** The keys that are stored, by index. The times bound the scan: DuckDB skips row groups outside them. */
export async function existingKeys(
  connection: DuckDBConnection,
  layouts: ReadonlyMap<KindName, Layout>,
  keys: readonly Key[],
): Promise<Set<number>> {
  const found = new Set<number>()
  for (const { kind, table } of layouts.values()) {
    const indexes = keys.flatMap((key, index) => (key.kind === kind ? [index] : []))
    if (indexes.length === 0) continue
    const times = indexes.map((index) => keys[index]?.observedAt ?? 0)
    const reader = await connection.runAndReadAll(
      `SELECT DISTINCT key.index FROM
         (SELECT unnest($indexes) AS index, unnest($serials) AS serial, unnest($times) AS observed_at) key
         JOIN ${table} USING (serial, observed_at)
       WHERE ${table}.observed_at BETWEEN $first AND $last`,
      {
        indexes: listValue(indexes),
        serials: listValue(indexes.map((index) => keys[index]?.serial ?? 0)),
        times: listValue(times.map(BigInt)),
        first: times.reduce((least, time) => Math.min(least, time)),
        last: times.reduce((most, time) => Math.max(most, time)),
      },
      { indexes: LIST(INTEGER), serials: LIST(INTEGER), times: LIST(BIGINT) },
    )
    for (const [index] of reader.getRows()) found.add(Number(index))
  }
  return found
}

/** When the oldest reading of a kind was observed, epoch ms; 0: there is none. */
export async function oldestReading(read: Read, layout: Layout): Promise<number> {
  const reader = await read(`SELECT min(observed_at)::DOUBLE FROM ${layout.table}`)
  return Number(reader.value(0, 0) ?? 0)
}

/** The first stretch of time that is searched; each further one is four times as long. */
const firstStretch = 6 * hour

/** A device's newest readings in [from, before), newest first, searched backwards in growing stretches. */
export async function newestReadings(
  read: Read,
  layout: Layout,
  request: { serial: number; limit: number; from: number; before: number },
): Promise<Reading[]> {
  const { serial, limit, from, before } = request
  const sql = `SELECT observed_at::DOUBLE, delay::DOUBLE${layout.fields.map((field) => `, ${quoted(field.name)}`).join('')}
    FROM ${layout.table} WHERE serial = $serial AND observed_at >= $low AND observed_at < $high
    ORDER BY observed_at DESC LIMIT $limit`
  const found: Reading[] = []
  let high = before
  for (let stretch = firstStretch; high > from && found.length < limit; stretch *= 4) {
    const low = Math.max(from, high - stretch)
    const reader = await read(sql, { serial, low, high, limit: limit - found.length })
    for (const row of reader.getRows()) found.push(readingOf(layout, serial, row))
    high = low
  }
  return found
}

/** Readings in [from, to), by time; see the port. */
export async function readingsBetween(
  read: Read,
  layout: Layout,
  request: { serials?: readonly number[] | undefined; from: number; to: number; most: number },
): Promise<Reading[]> {
  const { serials, from, to, most } = request
  const columns = [
    'serial',
    'observed_at::DOUBLE',
    'delay::DOUBLE',
    ...layout.fields.map(({ name }) => quoted(name)),
  ]
  const where = ['observed_at >= $from AND observed_at < $to']
  if (serials) where.push(`serial IN (${[-1, ...serials].map(Math.trunc).join(', ')})`)
  const reader = await read(
    `SELECT ${columns.join(', ')} FROM ${layout.table} WHERE ${where.join(' AND ')}
     ORDER BY observed_at, serial LIMIT $limit`,
    { from, to, limit: most + 1 },
  )
  const rows = reader.getRows()
  if (rows.length > most) throw tooManyReadings(most)
  return rows.map(([serial, ...row]) => readingOf(layout, Number(serial), row))
}

export function readingOf(layout: Layout, serial: number, row: readonly DuckDBValue[]): Reading {
  const [observedAt, delay, ...fields] = row
  const values: Record<string, FieldValue> = {}
  for (const [index, { name }] of layout.fields.entries()) {
    const value = fields[index]
    if (typeof value === 'number' || typeof value === 'boolean') values[name] = value
  }
  return {
    kind: layout.kind,
    serial,
    observedAt: Number(observedAt),
    receivedAt: Number(observedAt) + Number(delay),
    values,
  }
}
