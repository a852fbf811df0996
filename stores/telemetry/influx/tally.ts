/**
 * What was appended, added up as it came: the roll-ups of a bucket are then written from memory, instead of every reading
 * being read back. Only buckets of which this process has stored everything; the others are read. Filled by influx.ts,
 * emptied by maintenance.ts.
 */
import type { KindName } from '../../../model/kinds.ts'
import { kindOf } from '../../../model/kinds.ts'
import type { Reading } from '../../../model/reading.ts'
import { bucketOf } from '../rules.ts'
import { addValue, newRow, type Row } from './rollup.ts'

export interface Tally {
  /** Everything anew: nothing is stored that was observed after `newest` (epoch ms; −Infinity: nothing at all). */
  begin(newest: number): void
  /** A reading that is stored; `head`: how its line begins. */
  add(reading: Reading, head: string): void
  /** From this bucket on, the tally has everything of the kind that is stored and not rolled up. */
  wholeFrom(kind: KindName): number
  /** Hands over, and forgets, whole buckets before `end`, the oldest first, until there are `enough` rows or more. */
  take(kind: KindName, end: number, enough: number): { rows: Row[]; until: number }
  /** Nobody knows what of `readings` is stored: these buckets and all before them have to be read. */
  forget(readings: readonly Reading[]): void
}

/** Rows (a device and 5 minutes) that are held, about 0.5 KiB each; beyond that the oldest buckets have to be read. */
const mostRowsHeld = 250_000

interface OfKind {
  wholeFrom: number
  /** By bucket, then by head. */
  readonly buckets: Map<number, Map<string, Row>>
}

/** `rolledUntil`: buckets before it are rolled up, and not to be touched from here. */
export function createTally(options: {
  rolledUntil(kind: KindName): number | null
  mostRows?: number
}): Tally {
  const { rolledUntil, mostRows = mostRowsHeld } = options
  const kinds = new Map<KindName, OfKind>()
  let size = 0
  let newest = Number.NEGATIVE_INFINITY
  /** What lies before has to be read, of every kind. */
  let start = Number.NEGATIVE_INFINITY

  function ofKind(kind: KindName): OfKind {
    let found = kinds.get(kind)
    if (!found) {
      found = { wholeFrom: start, buckets: new Map() }
      kinds.set(kind, found)
    }
    return found
  }

  const wholeFrom = (kind: KindName) =>
    Math.max(ofKind(kind).wholeFrom, rolledUntil(kind) ?? Number.NEGATIVE_INFINITY)

  function leave({ buckets }: OfKind, bucket: number): void {
    size -= buckets.get(bucket)?.size ?? 0
    buckets.delete(bucket)
  }

  /** A quarter at once, so that it is seldom. */
  function leaveOldest(): void {
    const all = [...kinds.values()].flatMap((own) =>
      Array.from(own.buckets.keys(), (bucket) => ({ own, bucket })),
    )
    for (const { own, bucket } of all.sort((a, b) => a.bucket - b.bucket)) {
      if (size <= 0.75 * mostRows) return
      leave(own, bucket)
      own.wholeFrom = Math.max(own.wholeFrom, bucket + 1)
    }
  }

  return {
    begin(newestStored) {
      kinds.clear()
      size = 0
      newest = newestStored
      start = bucketOf(newest) + 1
    },
    add({ kind, observedAt, values }, head) {
      newest = Math.max(newest, observedAt)
      const bucket = bucketOf(observedAt)
      if (bucket < wholeFrom(kind)) return
      const { buckets } = ofKind(kind)
      let rows = buckets.get(bucket)
      if (!rows) {
        rows = new Map()
        buckets.set(bucket, rows)
      }
      const { fields } = kindOf(kind)
      let row = rows.get(head)
      if (!row) {
        row = newRow(head.slice(kind.length), bucket, fields.length)
        rows.set(head, row)
        size++
      }
      row.readings++
      row.newest = Math.max(row.newest, observedAt)
      for (const [index, { name }] of fields.entries()) {
        const value = values[name]
        if (value !== undefined) addValue(row, index, Number(value), observedAt)
      }
      if (size > mostRows) leaveOldest()
    },
    wholeFrom,
    take(kind, end, enough) {
      const own = ofKind(kind)
      const from = wholeFrom(kind)
      const rows: Row[] = []
      let until = end
      const due = [...own.buckets.keys()].filter((bucket) => bucket < end)
      for (const bucket of due.sort((a, b) => a - b)) {
        if (rows.length >= enough) {
          until = bucket
          break
        }
        if (bucket >= from) for (const row of own.buckets.get(bucket)?.values() ?? []) rows.push(row)
        leave(own, bucket)
      }
      own.wholeFrom = Math.max(own.wholeFrom, until)
      return { rows, until }
    },
    forget(readings) {
      for (const { observedAt } of readings) newest = Math.max(newest, observedAt)
      this.begin(newest)
    },
  }
}
