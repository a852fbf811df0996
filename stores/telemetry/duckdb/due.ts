/**
 * Late readings and the roll-ups. A reading in a bucket that is rolled up already marks that bucket as due, in
 * the same transaction, so that a crash loses no mark; the maintenance makes due buckets anew, and queries
 * read them from the raw rows until then.
 *
 * Marks carry the number of the maintenance round in which they were made. A bucket that late readings still
 * reach in every round (a device that sends its backlog) waits until they stop, instead of being made anew
 * each time.
 */
import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api'
import type { KindName } from '../../../model/kinds.ts'
import type { Reading } from '../../../model/reading.ts'
import { bucketMs, bucketOf } from '../rules.ts'

export interface Mark {
  readonly kind: KindName
  readonly bucket: number
}

export interface DueMarks {
  /** The marks that readings of one kind need and that this round has not got yet. */
  neededFor(kind: KindName, readings: readonly Reading[]): Mark[]
  /** Adds marks to the transaction of an appender of the table `due`. */
  write(marks: readonly Mark[], appender: DuckDBAppender): void
  /** To be called once they are committed: they need not be made again in this round. */
  committed(marks: readonly Mark[]): void
  /**
   * Begins a round: from now on, readings of each kind before bucket `until` are late. Returns the number of the
   * round; every mark with a lower one is committed.
   */
  nextRound(until: number): number
}

/** Goes on with what the file says. */
export async function createDueMarks(connection: DuckDBConnection): Promise<DueMarks> {
  const last = await connection.runAndReadAll('SELECT coalesce(max(round), 0) FROM due')
  const progress = await connection.runAndReadAll('SELECT kind, rolled_until FROM progress')
  let round = Number(last.value(0, 0)) + 1
  /** Of each kind, where rolled buckets end, epoch ms. */
  const rolledUntil = new Map(
    progress.getRows().map(([kind, until]) => [String(kind), until === null ? 0 : Number(until) * bucketMs]),
  )
  /** Of this round; as many as there are buckets within the time that readings may be late. */
  const marked = new Map<KindName, Set<number>>()

  return {
    neededFor(kind, readings) {
      const until = rolledUntil.get(kind) ?? 0
      const present = marked.get(kind)
      const needed = new Set<number>()
      for (const { observedAt } of readings) {
        if (observedAt >= until) continue
        const bucket = bucketOf(observedAt)
        if (!present?.has(bucket)) needed.add(bucket)
      }
      return Array.from(needed, (bucket) => ({ kind, bucket }))
    },
    write(marks, appender) {
      for (const { kind, bucket } of marks) {
        appender.appendVarchar(kind)
        appender.appendInteger(bucket)
        appender.appendInteger(round)
        appender.endRow()
      }
    },
    committed(marks) {
      for (const { kind, bucket } of marks) {
        const present = marked.get(kind)
        if (present) present.add(bucket)
        else marked.set(kind, new Set([bucket]))
      }
    },
    nextRound(until) {
      marked.clear()
      for (const kind of rolledUntil.keys())
        rolledUntil.set(kind, Math.max(rolledUntil.get(kind) ?? 0, until * bucketMs))
      round++
      return round
    },
  }
}
