/**
 * Looking readings up: a device's newest, which keys are stored, each device's newest observation, and totals.
 */
import type { FieldValue, StoredField } from '../../../model/kind.ts'
import { type KindName, kindNames, kindOf } from '../../../model/kinds.ts'
import type { Reading } from '../../../model/reading.ts'
import { minute } from '../../../model/time.ts'
import type { TelemetryStats } from '../port.ts'
import { byObservation, tooManyReadings } from '../rules.ts'
import { type Cell, quotedName, quotedText, type Server } from './server.ts'

/** Names of devices in one WHERE. */
export const serialsPerStatement = 500

/** A WHERE's part that chooses devices. */
export function whereSerial(serials: Iterable<number>): string {
  const each = Array.from(serials, (serial) => `"serial" = ${quotedText(String(serial))}`)
  return `(${each.join(' OR ')})`
}

/** A device's newest readings in [from, before), newest first. */
export async function newestReadings(
  server: Server,
  request: {
    kind: KindName
    serial: number
    limit: number
    before?: number | undefined
    from?: number | undefined
  },
  signal: AbortSignal,
): Promise<Reading[]> {
  const { kind, serial, limit, before, from } = request
  const { fields } = kindOf(kind)
  const columns = ['delay', ...fields.map(({ name }) => name)].map(quotedName).join(', ')
  const where = [whereSerial([serial])]
  if (from !== undefined) where.push(`time >= ${from}ms`)
  if (before !== undefined) where.push(`time < ${before}ms`)
  const statement = `SELECT ${columns} FROM ${server.from('raw', kind)} WHERE ${where.join(' AND ')} ORDER BY time DESC LIMIT ${limit}`
  const found: Reading[] = []
  await server.query(
    [statement],
    ({ values }) => {
      for (const row of values) found.push(readingOf(kind, fields, serial, row))
    },
    signal,
  )
  return found
}

/** Readings in [from, to), by time; see the port. */
export async function readingsBetween(
  server: Server,
  request: {
    kind: KindName
    serials?: readonly number[] | undefined
    from: number
    to: number
    most: number
  },
  signal: AbortSignal,
): Promise<Reading[]> {
  const { kind, serials, from, to, most } = request
  if (serials?.length === 0) return []
  const wanted = serials && new Set(serials)
  const { fields } = kindOf(kind)
  const columns = ['delay', ...fields.map(({ name }) => name)].map(quotedName).join(', ')
  const where = [`time >= ${from}ms`, `time < ${to}ms`]
  if (wanted && wanted.size <= serialsPerStatement) where.push(whereSerial(wanted))
  const found: Reading[] = []
  await server.query(
    [`SELECT ${columns} FROM ${server.from('raw', kind)} WHERE ${where.join(' AND ')} GROUP BY "serial"`],
    ({ tags, values }) => {
      const serial = Number(tags.serial ?? 0)
      if (wanted && !wanted.has(serial)) return
      for (const row of values) found.push(readingOf(kind, fields, serial, row))
      if (found.length > most) throw tooManyReadings(most)
    },
    signal,
  )
  return found.sort(byObservation)
}

export function readingOf(
  kind: KindName,
  fields: readonly StoredField[],
  serial: number,
  [time, delay, ...cells]: readonly Cell[],
): Reading {
  const values: Record<string, FieldValue> = {}
  for (const [index, { name, type }] of fields.entries()) {
    const cell = cells[index]
    if (typeof cell === 'number') values[name] = type === 'boolean' ? cell !== 0 : cell
  }
  const observedAt = Number(time)
  return { kind, serial, observedAt, receivedAt: observedAt + Number(delay), values }
}

interface Key {
  readonly serial: number
  readonly kind: KindName
  readonly observedAt: number
}

/** Keys further apart than this are looked up apart, so that nothing in between is read. */
const gapMs = 10 * minute

/** The keys that are stored, by index; of a device, whatever tags its lines have. */
export async function existingKeys(server: Server, keys: readonly Key[]): Promise<Set<number>> {
  const found = new Set<number>()
  for (const kind of kindNames) {
    const indexes = keys.flatMap((key, index) => (key.kind === kind ? [index] : []))
    indexes.sort((a, b) => (keys[a]?.observedAt ?? 0) - (keys[b]?.observedAt ?? 0))
    let run: number[] = []
    let end = 0
    for (const index of indexes) {
      const at = keys[index]?.observedAt ?? 0
      if (run.length > 0 && at - end > gapMs) {
        await lookUp(server, kind, keys, run, found)
        run = []
      }
      run.push(index)
      end = at
    }
    if (run.length > 0) await lookUp(server, kind, keys, run, found)
  }
  return found
}

/** Indexes in the order of their times. */
async function lookUp(
  server: Server,
  kind: KindName,
  keys: readonly Key[],
  indexes: readonly number[],
  found: Set<number>,
): Promise<void> {
  const wanted = new Map<string, number[]>()
  const serials = new Set<number>()
  for (const index of indexes) {
    const { serial = 0, observedAt = 0 } = keys[index] ?? {}
    serials.add(serial)
    const key = `${serial} ${observedAt}`
    const same = wanted.get(key)
    if (same) same.push(index)
    else wanted.set(key, [index])
  }
  const first = keys[indexes[0] ?? 0]?.observedAt ?? 0
  const last = keys[indexes.at(-1) ?? 0]?.observedAt ?? 0
  const all = [...serials]
  for (let from = 0; from < all.length; from += serialsPerStatement) {
    const where = whereSerial(all.slice(from, from + serialsPerStatement))
    const statement = `SELECT "delay" FROM ${server.from('raw', kind)} WHERE ${where} AND time >= ${first}ms AND time <= ${last}ms GROUP BY "serial"`
    await server.query([statement], ({ tags, values }) => {
      for (const [time] of values)
        for (const index of wanted.get(`${tags.serial} ${time}`) ?? []) found.add(index)
    })
  }
}

/** Of each device the newest observation stored, epoch ms. */
export async function readWatermarks(server: Server): Promise<Map<number, number>> {
  const watermarks = new Map<number, number>()
  for (const kind of kindNames) {
    const statement = `SELECT last("delay") FROM ${server.from('raw', kind)} GROUP BY "serial"`
    await server.query([statement], ({ tags, values }) => {
      for (const [time] of values) watermarks.set(Number(tags.serial), Number(time))
    })
  }
  return watermarks
}

/** When the oldest reading of a kind at or after `since` was observed, epoch ms; null: there is none. */
export async function oldestReading(server: Server, kind: KindName, since = 0): Promise<number | null> {
  let oldest: number | null = null
  const statement = `SELECT first("delay") FROM ${server.from('raw', kind)} WHERE time >= ${since}ms`
  await server.query([statement], ({ values }) => {
    for (const [time] of values) oldest = Number(time)
  })
  return oldest
}

/** Counts every reading: the server reads one field of all of them, which takes a while where there are many. */
export async function readStats(server: Server, database: string): Promise<TelemetryStats> {
  let readings = 0
  let oldest: number | null = null
  for (const kind of kindNames) {
    await server.query([`SELECT count("delay") FROM ${server.from('raw', kind)}`], ({ values }) => {
      for (const [, count] of values) readings += Number(count)
    })
    const first = await oldestReading(server, kind)
    if (first !== null) oldest = Math.min(oldest ?? first, first)
  }
  return { readings, bytes: await bytesOnDisk(server, database), oldest }
}

/** What 1.x tells of a database's shards; 2.x has no such statement, and a plain user may not ask. */
async function bytesOnDisk(server: Server, database: string): Promise<number> {
  let bytes = 0
  const statement = "SHOW STATS FOR 'shard'"
  await server
    .query([statement], ({ tags, columns, values }) => {
      if (tags.database !== database) return
      for (const row of values) bytes += Number(row[columns.indexOf('diskBytes')] ?? 0)
    })
    .catch(() => undefined)
  return bytes
}
