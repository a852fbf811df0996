/**
 * What was appended, added up as it came: the roll-ups of a bucket are then written from memory, instead of every reading
 * being read back. Only buckets of which this process has stored everything; the others are read. Held by influx.ts,
 * emptied by maintenance.ts. Measured: reading back cost 20 µs a reading, adding up as it comes costs 0.5.
 */
import type { KindName } from '../../../model/kinds.ts'
import { kindOf } from '../../../model/kinds.ts'
import type { Reading } from '../../../model/reading.ts'
import { bucketOf } from '../rules.ts'
import { addValue, newRow, type Row } from './rollup.ts'

export interface Tally {
  /** Everything anew: nothing is stored after `newest` (epoch ms) yet. */
  begin(newest: number): void
  /** A reading that is stored; `tags` as in `Row`. */
  add(reading: Reading, tags: string): void
  /** From this bucket on, the tally has everything of the kind that is stored. */
  wholeFrom(kind: KindName): number
  /**
   * Hands over, and forgets, the oldest buckets before `end`: so many that about `enough` rows are reached, and whole
   * ones; `until`: everything before it is handed over.
   */
  take(kind: KindName, end: number, enough: number): { rows: Row[]; until: number }
  /** What it has is not what is stored any more; only what lies after it counts. */
  forget(): void
}

/** Rows (a device and 5 minutes) that are held, about 0.5 KiB each. Beyond that the oldest buckets are left to be read. */
const mostRows = 250_000

export function createTally(options: { mostRows?: number } = {}): Tally {
  const limit = options.mostRows ?? mostRows
  const kinds = new Map<KindName, { wholeFrom: number; buckets: Map<number, Map<string, Row>> }>()
  let size = 0
  let start = Number.NEGATIVE_INFINITY
  /** The newest bucket that was ever added to. */
  let newestBucket = Number.NEGATIVE_INFINITY

  function ofKind(kind: KindName) {
    let found = kinds.get(kind)
    if (!found) {
      found = { wholeFrom: start, buckets: new Map() }
      kinds.set(kind, found)
    }
    return found
  }

  function leave(kind: KindName, bucket: number): void {
    const { buckets } = ofKind(kind)
    size -= buckets.get(bucket)?.size ?? 0
    buckets.delete(bucket)
  }

  function leaveOldest(): void {
    const [oldest] = [...kinds].flatMap(([kind, { buckets }]) =>
      Array.from(buckets.keys(), (bucket) => ({ kind, bucket })),
    ).sort((a, b) => a.bucket - b.bucket)
    if (!oldest) return
    leave(oldest.kind, oldest.bucket)
    const own = ofKind(oldest.kind)
    own.wholeFrom = Math.max(own.wholeFrom, oldest.bucket + 1)
  }

  return {
    begin(newest) {
      kinds.clear()
      size = 0
      newestBucket = bucketOf(newest)
      start = newestBucket + 1
    },
    add({ kind, observedAt, values }, tags) {
      const bucket = bucketOf(observedAt)
      newestBucket = Math.max(newestBucket, bucket)
      const { wholeFrom, buckets } = ofKind(kind)
      if (bucket < wholeFrom) return
      let rows = buckets.get(bucket)
      if (!rows) {
        rows = new Map()
        buckets.set(bucket, rows)
      }
      const { fields } = kindOf(kind)
      let row = rows.get(tags)
      if (!row) {
        row = newRow(tags, bucket, fields.length)
        rows.set(tags, row)
        size++
      }
      row.readings++
      row.newest = Math.max(row.newest, observedAt)
      for (let index = 0; index < fields.length; index++) {
        const value = values[fields[index]?.name ?? '']
        if (value !== undefined) addValue(row, index, Number(value), observedAt)
      }
      while (size > limit) leaveOldest()
    },
    wholeFrom: (kind) => ofKind(kind).wholeFrom,
    take(kind, end, enough) {
      const own = ofKind(kind)
      const due = [...own.buckets.keys()].filter((bucket) => bucket < end).sort((a, b) => a - b)
      const rows: Row[] = []
      let until = end
      for (const bucket of due) {
        if (rows.length >= enough) {
          until = bucket
          break
        }
        for (const row of own.buckets.get(bucket)?.values() ?? []) rows.push(row)
        leave(kind, bucket)
      }
      own.wholeFrom = Math.max(own.wholeFrom, until)
      return { rows, until }
    },
    forget() {
      kinds.clear()
      size = 0
      start = newestBucket + 1
    },
  }
}
