/**
 * The 5-minute roll-ups: of one series (a device, with the tags it had) and bucket how many readings there were, when the
 * newest was (ms into the bucket), and of each field the count, sum, min, max and the newest value. Not written is what
 * follows from the rest: min and max of a flag, and when the newest value was if that is the newest reading. They are added up here,
 * because InfluxQL cannot tell when the last of a window was. A point stands at the beginning of its bucket; readings
 * that came after their bucket's were removed make a further point some ms later, and all points of a bucket add up.
 */
import type { KindName } from '../../../model/kinds.ts'
import { kindOf } from '../../../model/kinds.ts'
import { bucketMs, bucketOf } from '../rules.ts'
import { headOf } from './lines.ts'
import { quotedName, type Server } from './server.ts'

export function rollupMeasurement(kind: KindName): string {
  return `${kind}_5m`
}

/** What is known of one series in one bucket. */
export interface Row {
  /** The tags as a line has them, with the comma before: `,commune=…,serial=7`. */
  readonly tags: string
  readonly bucket: number
  readings: number
  /** When the newest reading was observed, epoch ms. */
  newest: number
  /** Of each field in the kind's order, one after the other: what `of` names. */
  readonly figures: Float64Array
}

/** Where a field's figures stand. */
const of = { count: 0, sum: 1, min: 2, max: 3, last: 4, lastAt: 5 } as const
const figuresOfField = 6

export function newRow(tags: string, bucket: number, fields: number): Row {
  const figures = new Float64Array(fields * figuresOfField)
  return { tags, bucket, readings: 0, newest: Number.NEGATIVE_INFINITY, figures }
}

/** Adds one reading's value of the field with that index, observed `at` (epoch ms). */
export function addValue({ figures }: Row, field: number, value: number, at: number): void {
  const from = field * figuresOfField
  const get = (name: keyof typeof of) => figures[from + of[name]] ?? 0
  const count = get('count')
  figures[from + of.count] = count + 1
  figures[from + of.sum] = get('sum') + value
  if (count === 0 || value < get('min')) figures[from + of.min] = value
  if (count === 0 || value > get('max')) figures[from + of.max] = value
  if (count > 0 && at < get('lastAt')) return
  figures[from + of.last] = value
  figures[from + of.lastAt] = at
}

/**
 * The lines of the roll-ups over the raw rows in [low, high) (epoch ms). `only`: of these buckets. `part`: where in its
 * bucket a line stands, ms; 0 for what replaces all that is rolled up there.
 */
export async function addUp(options: {
  server: Server
  kind: KindName
  low: number
  high: number
  only?: ReadonlySet<number> | undefined
  part: number
}): Promise<{ lines: string[]; rows: number }> {
  const { server, kind, low, high, only, part } = options
  const { fields } = kindOf(kind)
  const columns = ['delay', ...fields.map(({ name }) => name)].map(quotedName).join(', ')
  const statement = `SELECT ${columns} FROM ${server.from('raw', kind)} WHERE time >= ${low}ms AND time < ${high}ms GROUP BY *`
  const rolled = new Map<string, Row>()
  let rows = 0
  await server.query([statement], ({ tags, values }) => {
    const series = headOf('', tags)
    rows += values.length
    for (const [time, , ...cells] of values) {
      const observedAt = Number(time)
      const bucket = bucketOf(observedAt)
      if (only && !only.has(bucket)) continue
      const key = `${series} ${bucket}`
      let row = rolled.get(key)
      if (!row) {
        row = newRow(series, bucket, fields.length)
        rolled.set(key, row)
      }
      row.readings++
      row.newest = Math.max(row.newest, observedAt)
      for (const [index, cell] of cells.entries())
        if (typeof cell === 'number') addValue(row, index, cell, observedAt)
    }
  })
  return { lines: Array.from(rolled.values(), (row) => lineOf(kind, row, part)), rows }
}

/** A row as a line that stands `offset` ms into its bucket. */
export function lineOf(kind: KindName, row: Row, offset: number): string {
  const { tags, bucket, readings, newest, figures } = row
  const begin = bucket * bucketMs
  let line = `${rollupMeasurement(kind)}${tags} readings=${readings}i,last_at=${newest - begin}i`
  for (const [index, { name, type }] of kindOf(kind).fields.entries()) {
    const figure = (which: keyof typeof of) => figures[index * figuresOfField + of[which]] ?? 0
    if (figure('count') === 0) continue
    line += `,${name}_count=${figure('count')}i,${name}_sum=${figure('sum')},${name}_last=${figure('last')}`
    if (type === 'number') line += `,${name}_min=${figure('min')},${name}_max=${figure('max')}`
    if (figure('lastAt') !== newest) line += `,${name}_last_at=${figure('lastAt') - begin}i`
  }
  return `${line} ${begin + offset}`
}
