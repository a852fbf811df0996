/**
 * Takes a whole city's telemetry into a new DuckDB file, for a transfer (../transfer/). It grows beside the store's own
 * file, with the mark in the same transaction as the rows, and takes its place only when it is complete: Lantern never
 * sees half of it.
 */
import { open as openHandle, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { DuckDBAppender } from '@duckdb/node-api'
import { LanternError } from '../../../model/errors.ts'
import type { Reading } from '../../../model/reading.ts'
import type { Ledger, Mark, Rollup, Rows, TransferTarget } from '../transfer/port.ts'
import { parseMark } from '../transfer/port.ts'
import { type Checkpoints, createCheckpoints } from './checkpoints.ts'
import { type ColumnWriter, createColumnWriter } from './columns.ts'
import { createDueMarks } from './due.ts'
import { asStoreError } from './failures.ts'
import { type Column, type Layout, quoted } from './layout.ts'
import { addUp, rollupColumnNames, rollupTable } from './rollup.ts'
import { countDays, type OpenFile, openFile } from './scan.ts'
import { createWriter } from './writer.ts'

/** Where it grows. */
const growing = (file: string) => `${file}.import`

export function createDuckDbTarget(options: { file: string }): TransferTarget {
  const { file } = options
  let opened: OpenFile | undefined
  let checkpoints: Checkpoints = createCheckpoints({ file: growing(file) })
  let writers = new Map<string, ColumnWriter>()

  function open(): OpenFile {
    if (!opened) throw new LanternError('store-unavailable', `${growing(file)} is not open`)
    return opened
  }

  function close(): void {
    opened?.connection.closeSync()
    opened?.instance.closeSync()
    opened = undefined
  }

  async function openGrowing(): Promise<void> {
    opened = await openFile(growing(file))
    checkpoints = createCheckpoints({ file: growing(file) })
    writers = new Map()
    await opened.connection.run('CREATE TABLE IF NOT EXISTS transfer (mark VARCHAR NOT NULL)')
  }

  async function transaction(work: (open: OpenFile) => Promise<void>): Promise<void> {
    const { connection } = open()
    try {
      await connection.run('BEGIN')
      await work(open())
      await connection.run('COMMIT')
    } catch (thrown) {
      await connection.run('ROLLBACK').catch(() => undefined)
      throw asStoreError(thrown)
    }
  }

  async function writeMark(mark: Mark): Promise<void> {
    const { connection } = open()
    await connection.run('DELETE FROM transfer')
    await connection.run('INSERT INTO transfer VALUES ($mark)', { mark: JSON.stringify(mark) })
  }

  /** Appends rows that look like readings to a table. */
  async function append(layout: Layout, rows: readonly Reading[], inTemp: boolean): Promise<void> {
    const name = unquoted(layout)
    let writer = writers.get(name)
    if (!writer) {
      writer = createColumnWriter(layout)
      writers.set(name, writer)
    }
    const appender = await open().connection.createAppender(name, 'main', inTemp ? 'temp' : undefined)
    writer.write(rows, appender)
    appender.closeSync()
  }

  async function keepRollups(layout: Layout, rows: readonly Rollup[]): Promise<void> {
    const { connection } = open()
    const parts = partsLayout(layout)
    const table = `temp.${parts.table}`
    await connection.run(`CREATE TEMP TABLE IF NOT EXISTS ${parts.table} (${columnsSql(parts)})`)
    await append(
      parts,
      rows.map((row) => asReading(layout, row)),
      true,
    )
    const select = `SELECT serial, bucket::INTEGER AS bucket, readings::INTEGER AS readings, observed_at AS newest,
      ${layout.fields.map((_, index) => partsSql(index)).join(', ')} FROM ${table}`
    await connection.run(
      `INSERT INTO ${quoted(rollupTable(layout.kind))} (${rollupColumnNames(layout)}) ${addUp(layout, select)}`,
    )
    await connection.run(`DELETE FROM ${table}`)
  }

  async function keepRows(rows: Rows): Promise<void> {
    const { connection, layoutOf } = open()
    if (rows.shelf === 'readings') return append(layoutOf(rows.kind), rows.rows, false)
    if (rows.shelf === 'rollups') return keepRollups(layoutOf(rows.kind), rows.rows)
    const appender = await connection.createAppender('coverage')
    for (const { at, area, places, installed, working, target } of rows.rows) {
      appender.appendBigInt(BigInt(at))
      appender.appendVarchar(area)
      for (const count of [places, installed, working]) appender.appendInteger(count)
      appender.appendDouble(target)
      appender.endRow()
    }
    appender.closeSync()
  }

  return {
    name: `DuckDB (${file})`,
    start: openGrowing,
    async stop() {
      if (opened) await checkpoints.run(opened.connection).catch(() => undefined)
      close()
    },
    counts: () => countDays(open()),
    async mark() {
      const reader = await open().connection.runAndReadAll('SELECT mark FROM transfer')
      const [text] = reader.getRows()[0] ?? []
      return text === undefined ? undefined : parseMark(String(text))
    },
    async isFree() {
      if (!(await stat(file).catch(() => undefined))) return true
      const own = await openFile(file)
      try {
        return (await countDays(own)).length === 0
      } finally {
        own.connection.closeSync()
        own.instance.closeSync()
      }
    },
    async clear() {
      close()
      await rm(growing(file), { force: true })
      await rm(`${growing(file)}.wal`, { force: true })
      await openGrowing()
    },
    async begin(mark) {
      // What an unfinished one had before its first mark, or a finished one after its last.
      await this.clear()
      await transaction(() => writeMark(mark))
    },
    async keep(rows, mark) {
      await transaction(async () => {
        await keepRows(rows)
        await writeMark(mark)
      })
      if (checkpoints.mayBeDue(rows.rows.length)) await checkpoints.runIfDue(open().connection)
    },
    setMark: (mark) => transaction(() => writeMark(mark)),
    async finish(mark, ledger) {
      const { connection, layoutOf } = open()
      const layouts = new Map(ledger.progress.map(({ kind }) => [kind, layoutOf(kind)]))
      const writer = await createWriter({ connection, layouts, due: await createDueMarks(connection) })
      await writer.putSites(ledger.sites)
      await transaction(async () => {
        await writeLedger(open(), ledger)
        await writeMark(mark)
      })
      await checkpoints.run(connection)
      close()
      // The log of a file that was empty must not be taken for one of this.
      await rm(`${file}.wal`, { force: true })
      await rename(growing(file), file)
      const folder = await openHandle(dirname(file))
      await folder.sync().finally(() => folder.close())
    },
  }
}

async function writeLedger({ connection }: OpenFile, { position, progress, due }: Ledger): Promise<void> {
  await connection.run('UPDATE position SET value = $position::BIGINT', { position })
  for (const { kind, rolledUntil, rawFrom } of progress)
    await connection.run(
      'UPDATE progress SET rolled_until = $rolledUntil::INTEGER, raw_from = $rawFrom::BIGINT WHERE kind = $kind',
      { kind, rolledUntil, rawFrom },
    )
  await connection.run('DELETE FROM due')
  const appender: DuckDBAppender = await connection.createAppender('due')
  for (const { kind, bucket, round } of due) {
    appender.appendVarchar(kind)
    appender.appendInteger(bucket)
    appender.appendInteger(round)
    appender.endRow()
  }
  appender.closeSync()
}

const partNames = ['count', 'sum', 'min', 'max', 'last', 'lastAt'] as const

/** Roll-ups go in as readings do, with their parts as values, and are added up by what adds up all roll-ups. */
function partsLayout({ kind, fields }: Layout): Layout {
  const columns: Column[] = [
    { name: 'serial', type: 'INTEGER' },
    { name: 'observed_at', type: 'BIGINT' },
    ...['bucket', 'readings'].map((name) => ({ name, type: 'DOUBLE' }) as const),
    ...fields.flatMap((_, index) =>
      partNames.map((name) => ({ name: `${name}${index}`, type: 'DOUBLE' }) as const),
    ),
  ]
  return { kind, table: quoted(`${kind}_parts`), fields: [], columns }
}

const unquoted = ({ table }: Layout) => table.slice(1, -1)
const columnsSql = ({ columns }: Layout) =>
  columns.map(({ name, type }) => `${quoted(name)} ${type}`).join(', ')

function partsSql(index: number): string {
  const whole = ['count', 'lastAt'].map((name) => `${name}${index}::BIGINT AS ${name}${index}`)
  return [...whole, ...['sum', 'min', 'max', 'last'].map((name) => `${name}${index}`)].join(', ')
}

function asReading({ kind, fields }: Layout, { serial, bucket, readings, newest, parts }: Rollup): Reading {
  const values: Record<string, number> = { bucket, readings }
  for (const index of fields.keys()) {
    const part = parts[index]
    // A field that no reading had counts as 0, as one of a reading without it does.
    values[`count${index}`] = part?.count ?? 0
    if (part) for (const name of partNames) values[`${name}${index}`] = part[name]
  }
  return { kind, serial, observedAt: newest, receivedAt: newest, values }
}
