/**
 * Figures over the whole store: the watermarks, read once at the start, and what `stats` says.
 */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { KindName } from '../../../model/kinds.ts'
import type { Layout } from './layout.ts'
import type { Read } from './pool.ts'

/** Of each device the newest observation stored, epoch ms. */
export async function readWatermarks(
  connection: DuckDBConnection,
  layouts: ReadonlyMap<KindName, Layout>,
): Promise<Map<number, number>> {
  const watermarks = new Map<number, number>()
  for (const { table } of layouts.values()) {
    const reader = await connection.runAndReadAll(
      `SELECT serial, max(observed_at)::DOUBLE FROM ${table} GROUP BY serial`,
    )
    for (const [serial, newest] of reader.getRows()) watermarks.set(Number(serial), Number(newest))
  }
  return watermarks
}

/** How many readings there are, and when the oldest was observed (epoch ms; null: none). */
export async function countReadings(
  read: Read,
  layouts: ReadonlyMap<KindName, Layout>,
): Promise<{ readings: number; oldest: number | null }> {
  const sums = [...layouts.values()].map(
    ({ table }) => `SELECT count(*) AS n, min(observed_at) AS oldest FROM ${table}`,
  )
  const reader = await read(`SELECT sum(n)::DOUBLE, min(oldest)::DOUBLE FROM (${sums.join(' UNION ALL ')})`)
  const oldest = reader.value(1, 0)
  return { readings: Number(reader.value(0, 0)), oldest: oldest === null ? null : Number(oldest) }
}
