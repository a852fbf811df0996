/**
 * The 5-minute roll-ups: of one series (a device, with the tags it had) and bucket how many readings there were, when the
 * newest was (ms into the bucket), and of each field the count, sum, min, max and the newest value. Not written is what
 * follows from the rest: min and max of a flag, and when the newest value was if that is the newest reading. They are added up here,
 * because InfluxQL cannot tell when the last of a window was. A point stands at the beginning of its bucket; readings
 * that came after their bucket's were removed make a further point some ms later, and all points of a bucket add up.
 */
import type { StoredField } from '../../../model/kind.ts'
import type { KindName } from '../../../model/kinds.ts'
import { kindOf } from '../../../model/kinds.ts'
import { bucketMs, bucketOf } from '../rules.ts'
import { headOf } from './lines.ts'
import { quotedName, type Server } from './server.ts'

export function rollupMeasurement(kind: KindName): string {
  return `${kind}_5m`
}

interface Part {
  count: number
  sum: number
  min: number
  max: number
  last: number
  lastAt: number
}

interface Row {
  readonly tags: Readonly<Record<string, string>>
  readonly bucket: number
  readings: number
  newest: number
  readonly parts: (Part | undefined)[]
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
        row = { tags, bucket, readings: 0, newest: observedAt, parts: [] }
        rolled.set(key, row)
      }
      row.readings++
      row.newest = Math.max(row.newest, observedAt)
      for (const [index, cell] of cells.entries())
        if (typeof cell === 'number') row.parts[index] = plus(row.parts[index], cell, observedAt)
    }
  })
  const measurement = rollupMeasurement(kind)
  const lines = Array.from(rolled.values(), (row) => lineOf(headOf(measurement, row.tags), fields, row, part))
  return { lines, rows }
}

function plus(part: Part | undefined, value: number, at: number): Part {
  if (!part) return { count: 1, sum: value, min: value, max: value, last: value, lastAt: at }
  part.count++
  part.sum += value
  if (value < part.min) part.min = value
  if (value > part.max) part.max = value
  if (at >= part.lastAt) {
    part.last = value
    part.lastAt = at
  }
  return part
}

function lineOf(
  head: string,
  fields: readonly StoredField[],
  { bucket, readings, newest, parts }: Row,
  offset: number,
): string {
  const begin = bucket * bucketMs
  let line = `${head} readings=${readings}i,last_at=${newest - begin}i`
  for (const [index, { name, type }] of fields.entries()) {
    const part = parts[index]
    if (!part) continue
    const { count, sum, min, max, last, lastAt } = part
    line += `,${name}_count=${count}i,${name}_sum=${sum},${name}_last=${last}`
    if (type === 'number') line += `,${name}_min=${min},${name}_max=${max}`
    if (lastAt !== newest) line += `,${name}_last_at=${lastAt - begin}i`
  }
  return `${line} ${begin + offset}`
}
