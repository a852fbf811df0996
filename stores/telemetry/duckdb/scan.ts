/**
 * Reads a whole DuckDB file for a transfer (../transfer/): its rows by stretches of time, what it counts by day, and its
 * ledger. The file is opened as the store opens it, so nothing else may hold it.
 */
import { stat } from 'node:fs/promises'
import type { DuckDBConnection, DuckDBInstance, DuckDBValue } from '@duckdb/node-api'
import { LanternError } from '../../../model/errors.ts'
import { kindNames } from '../../../model/kinds.ts'
import { day } from '../../../model/time.ts'
import type { Site } from '../port.ts'
import { bucketMs } from '../rules.ts'
import type { Coverage, DayCount, Ledger, Part, Rollup, Stock, TransferSource } from '../transfer/port.ts'
import { stocks } from '../transfer/port.ts'
import { type Layout, quoted } from './layout.ts'
import { readingOf } from './lookup.ts'
import { openInstance } from './open.ts'
import { rollupTable, rowsOf } from './rollup.ts'
import { prepareTables } from './tables.ts'

export interface OpenFile {
  readonly instance: DuckDBInstance
  readonly connection: DuckDBConnection
  readonly layoutOf: (kind: string) => Layout
}

/** `areas`: what each is called, which the file does not know. */
export function createDuckDbSource(options: {
  file: string
  areas: ReadonlyMap<string, { readonly level: string; readonly name: string }>
}): TransferSource {
  const { file, areas } = options
  let opened: OpenFile | undefined

  function open(): OpenFile {
    if (!opened) throw new LanternError('store-unavailable', `${file} is not open`)
    return opened
  }

  function areaOf(code: string) {
    return { area: code, ...(areas.get(code) ?? { level: '', name: '' }) }
  }

  return {
    name: `DuckDB (${file})`,
    async start() {
      await stat(file).catch((cause) => {
        throw new LanternError('not-found', `there is no telemetry at ${file}`, {
          cause,
          remedy: 'Set LANTERN_DATA_DIR to the data folder of the city.',
        })
      })
      opened = await openFile(file)
    },
    async stop() {
      opened?.connection.closeSync()
      opened?.instance.closeSync()
      opened = undefined
    },
    counts: () => countDays(open()),
    ledger: () => readLedger(open().connection),
    async read(stock, { from, to }, most) {
      const { connection, layoutOf } = open()
      const limit = Number.isFinite(most) ? ` LIMIT ${most + 1}` : ''
      const select = async (sql: string, low: number, high: number) => {
        const reader = await connection.runAndReadAll(sql + limit, { low, high })
        const rows = reader.getRows()
        return rows.length > most ? undefined : rows
      }
      if (stock.shelf === 'readings') {
        const layout = layoutOf(stock.kind)
        const columns = ['serial', 'observed_at::DOUBLE', 'delay::DOUBLE', ...namesOf(layout)].join(', ')
        const sql = `SELECT ${columns} FROM ${layout.table} WHERE observed_at >= $low AND observed_at < $high`
        const rows = await select(sql, from, to)
        return (
          rows && {
            ...{ shelf: 'readings', kind: stock.kind },
            rows: rows.map(([serial, ...row]) => readingOf(layout, Number(serial), row)),
          }
        )
      }
      if (stock.shelf === 'rollups') {
        const rows = await select(rollupRows(layoutOf(stock.kind)), from / bucketMs, to / bucketMs)
        return rows && { shelf: 'rollups', kind: stock.kind, rows: rows.map(rollupOf) }
      }
      const sql =
        'SELECT moment::DOUBLE, area, places, installed, working, target FROM coverage WHERE moment >= $low AND moment < $high'
      const rows = await select(sql, from, to)
      return rows && { shelf: 'coverage', rows: rows.map((row) => coverageOf(row, areaOf)) }
    },
  }
}

/** Opens it as the store does, and makes what an older version of it lacks. */
export async function openFile(file: string): Promise<OpenFile> {
  const instance = await openInstance({ file, memoryLimitMb: 256, threads: 2, lockTimeoutMs: 2000 })
  try {
    const connection = await instance.connect()
    const layouts = await prepareTables(connection)
    const byName = new Map<string, Layout>(layouts)
    const layoutOf = (kind: string) => {
      const layout = byName.get(kind)
      if (!layout) throw new LanternError('invalid-request', `there is no kind ${kind}`)
      return layout
    }
    return { instance, connection, layoutOf }
  } catch (thrown) {
    instance.closeSync()
    throw thrown
  }
}

/** What a file holds, by stock and day. */
export async function countDays({ connection, layoutOf }: OpenFile): Promise<DayCount[]> {
  const counts: DayCount[] = []
  for (const stock of stocks) {
    const reader = await connection.runAndReadAll(countSql(stock, layoutOf))
    for (const row of reader.getRows()) {
      const [count = 0, rows = 0, items = 0] = row.map(Number)
      counts.push({ stock, day: count, rows, items })
    }
  }
  return counts
}

function countSql({ shelf, kind }: Stock, layoutOf: (kind: string) => Layout): string {
  const counted = (moment: string, items: string, table: string) =>
    `SELECT ${moment} AS d, count(*)::DOUBLE, ${items}::DOUBLE FROM ${table} GROUP BY d ORDER BY d`
  if (shelf === 'coverage') return counted(`moment // ${day}`, 'count(*)', 'coverage')
  if (shelf === 'readings') return counted(`observed_at // ${day}`, 'count(*)', layoutOf(kind).table)
  return counted(`bucket // ${day / bucketMs}`, 'sum(readings)', quoted(rollupTable(kind)))
}

const namesOf = (layout: Layout) => layout.fields.map(({ name }) => quoted(name))

function rollupRows(layout: Layout): string {
  const parts = layout.fields.flatMap((_, index) =>
    ['count', 'sum', 'min', 'max', 'last', 'lastAt'].map((name) => `${name}${index}::DOUBLE`),
  )
  const columns = ['serial', 'bucket', 'readings', 'newest::DOUBLE', ...parts].join(', ')
  return `SELECT ${columns} FROM (${rowsOf(layout, '5m', 'bucket >= $low AND bucket < $high')})`
}

function rollupOf(row: readonly DuckDBValue[]): Rollup {
  const [serial = 0, bucket = 0, readings = 0, newest = 0, ...cells] = row.map(Number)
  const parts: (Part | undefined)[] = []
  for (let at = 0; at < cells.length; at += 6) {
    const [count = 0, sum = 0, min = 0, max = 0, last = 0, lastAt = 0] = cells.slice(at, at + 6)
    parts.push(count > 0 ? { count, sum, min, max, last, lastAt } : undefined)
  }
  return { serial, bucket, readings, newest, parts }
}

function coverageOf(
  [at, code, ...cells]: readonly DuckDBValue[],
  areaOf: (code: string) => { area: string; level: string; name: string },
): Coverage {
  const [places = 0, installed = 0, working = 0, target = 0] = cells.map(Number)
  return { at: Number(at), ...areaOf(String(code)), places, installed, working, target }
}

async function readLedger(connection: DuckDBConnection): Promise<Ledger> {
  const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRows()
  const [position] = await rows('SELECT value::DOUBLE FROM position')
  const progress = await rows('SELECT kind, rolled_until, raw_from::DOUBLE FROM progress ORDER BY kind')
  const due = await rows(
    'SELECT kind, bucket, max(round) FROM due GROUP BY kind, bucket ORDER BY kind, bucket',
  )
  const kindNamed = (name: DuckDBValue | undefined) => kindNames.filter((kind) => kind === name)
  return {
    position: Number(position?.[0] ?? 0),
    progress: progress.flatMap(([name, rolledUntil, rawFrom]) =>
      kindNamed(name).map((kind) => ({
        kind,
        rolledUntil: rolledUntil === null ? null : Number(rolledUntil),
        rawFrom: Number(rawFrom),
      })),
    ),
    due: due.flatMap(([name, bucket, round]) =>
      kindNamed(name).map((kind) => ({ kind, bucket: Number(bucket), round: Number(round) })),
    ),
    sites: await readSites(connection),
  }
}

/** The file does not know what places and areas are called. */
async function readSites(connection: DuckDBConnection): Promise<Site[]> {
  const areas = await connection.runAndReadAll('SELECT serial, area, level FROM site_area ORDER BY rowid')
  const areasOf = Map.groupBy(areas.getRows(), ([serial]) => Number(serial))
  const sites = await connection.runAndReadAll('SELECT serial, device, kind, place FROM site ORDER BY serial')
  return sites.getRows().flatMap(([number, device, name, place]) => {
    const serial = Number(number)
    const kind = kindNames.find((one) => one === name)
    if (!kind) return []
    const lies = areasOf.get(serial) ?? []
    return {
      ...{ serial, device: String(device), kind, place: String(place), placeType: '' },
      areas: lies.map(([, code, level]) => ({ code: String(code), level: String(level), name: '' })),
    }
  })
}
