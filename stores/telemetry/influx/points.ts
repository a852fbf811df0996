/**
 * What is kept beside the readings (model/measurements.ts), for those who look at InfluxDB directly: points as lines, on
 * the shelf that `kept` names, and their removal when that time is over. Called by influx.ts.
 */
import { type MeasurementName, measurements, type Point } from '../../../model/measurements.ts'
import { day } from '../../../model/time.ts'
import { dropRollupsEveryMs, floorTo } from '../rules.ts'
import { escaped, headOf, textField } from './lines.ts'
import { quotedName, type Server, type Shelf } from './server.ts'
import { writeAll } from './writing.ts'

const shelfOf = (name: MeasurementName): Shelf => (measurements[name].kept === 'rollups' ? '5m' : 'raw')

/** Null: it has no field. */
export function lineOfPoint({ measurement, tags, fields, time }: Point): string | null {
  const declared: Readonly<Record<string, { readonly type: string }>> = measurements[measurement].fields
  const parts: string[] = []
  for (const [name, value] of Object.entries(fields))
    if (typeof value === 'string') parts.push(`${escaped(name)}=${textField(value)}`)
    else if (typeof value === 'number' && Number.isFinite(value))
      parts.push(`${escaped(name)}=${declared[name]?.type === 'integer' ? `${Math.round(value)}i` : value}`)
  return parts.length === 0 ? null : `${headOf(measurement, tags)} ${parts.join(',')} ${time}`
}

/** Writes points; told back are the words of the server for those that it will not take. */
export async function writePoints(server: Server, points: readonly Point[]): Promise<string[]> {
  const lines: Record<Shelf, string[]> = { raw: [], '5m': [] }
  for (const point of points) {
    const line = lineOfPoint(point)
    if (line !== null) lines[shelfOf(point.measurement)].push(line)
  }
  const words: string[] = []
  for (const shelf of ['raw', '5m'] as const)
    for (const { detail } of await writeAll(lines[shelf], (some) => server.write(shelf, some)))
      words.push(detail)
  return words
}

/** Removes points whose time is over, a day at a time: a deletion costs much and frees little. */
export function createPointRemoval(options: {
  server: Server
  retentionDays: number
  rollupRetentionDays: number
}): (now: number) => Promise<void> {
  const { server, retentionDays, rollupRetentionDays } = options
  /** Of each measurement, until when it is known to be empty. */
  const removed = new Map<string, number>()
  return async (now) => {
    for (const [name, { kept, fields }] of Object.entries(measurements)) {
      const days = kept === 'rollups' ? rollupRetentionDays : retentionDays
      const end = floorTo(now - days * day, dropRollupsEveryMs)
      if (removed.get(name) === end) continue
      const shelf: Shelf = kept === 'rollups' ? '5m' : 'raw'
      const columns = Object.keys(fields).map((field) => `first(${quotedName(field)})`)
      let isThere = false
      const statement = `SELECT ${columns.join(', ')} FROM ${server.from(shelf, name)} WHERE time < ${end}ms`
      await server.query([statement], () => {
        isThere = true
      })
      if (isThere) await server.remove(shelf, name, { end })
      removed.set(name, end)
    }
  }
}
