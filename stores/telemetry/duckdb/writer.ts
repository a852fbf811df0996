/**
 * The writing side: readings and journal position in one transaction, on one connection, one after the
 * other. The rows go in through appenders on this thread; BEGIN, the position and COMMIT (which ends
 * when it is on disk) run off it.
 */
import { type DuckDBAppender, type DuckDBConnection, INTEGER, LIST, listValue } from '@duckdb/node-api'
import { LanternError } from '../../../model/errors.ts'
import type { KindName } from '../../../model/kinds.ts'
import type { Reading } from '../../../model/reading.ts'
import type { CoverageRow, Site } from '../port.ts'
import { type ColumnWriter, createColumnWriter } from './columns.ts'
import { replaceCoverage } from './coverage.ts'
import type { DueMarks, Mark } from './due.ts'
import { asStoreError } from './failures.ts'
import type { Layout } from './layout.ts'

export interface Writer {
  position(): Promise<number>
  append(readings: readonly Reading[], position: number): Promise<void>
  putSites(sites: readonly Site[]): Promise<void>
  recordCoverage(at: number, rows: readonly CoverageRow[]): Promise<void>
}

interface Lane {
  readonly columns: ColumnWriter
  /** Made anew after a failure: an appender that failed stays unusable. */
  appender: DuckDBAppender | undefined
}

export async function createWriter(options: {
  connection: DuckDBConnection
  layouts: ReadonlyMap<KindName, Layout>
  due: DueMarks
}): Promise<Writer> {
  const { connection, due } = options
  const begin = await connection.prepare('BEGIN')
  const commit = await connection.prepare('COMMIT')
  const setPosition = await connection.prepare('UPDATE position SET value = $1')
  const lanes = new Map<KindName, Lane>()
  for (const [kind, layout] of options.layouts)
    lanes.set(kind, { columns: createColumnWriter(layout), appender: undefined })

  /** Nothing of a failed transaction may stay: not in the database, and not in an appender's buffer. */
  async function abandon(): Promise<void> {
    for (const lane of lanes.values()) {
      lane.appender?.clear()
      lane.appender = undefined
    }
    await connection.run('ROLLBACK').catch(() => undefined)
  }

  async function transaction(work: () => Promise<void>): Promise<void> {
    try {
      await begin.run()
      await work()
      await commit.run()
    } catch (thrown) {
      await abandon()
      throw asStoreError(thrown)
    }
  }

  async function appendRows(kind: KindName, readings: readonly Reading[]): Promise<void> {
    const lane = lanes.get(kind)
    if (!lane) throw new LanternError('invalid-request', `there is no kind ${kind}`)
    lane.appender ??= await connection.createAppender(kind)
    lane.columns.write(readings, lane.appender)
    lane.appender.flushSync()
  }

  async function appendMarks(marks: readonly Mark[]): Promise<void> {
    if (marks.length === 0) return
    const appender = await connection.createAppender('due')
    due.write(marks, appender)
    appender.closeSync()
  }

  return {
    async position() {
      const reader = await connection.runAndReadAll('SELECT value FROM position')
      return Number(reader.value(0, 0))
    },
    async append(readings, position) {
      const groups = byKind(readings)
      const marks = [...groups].flatMap(([kind, ofKind]) => due.neededFor(kind, ofKind))
      await transaction(async () => {
        for (const [kind, ofKind] of groups) await appendRows(kind, ofKind)
        await appendMarks(marks)
        setPosition.bindBigInt(1, BigInt(position))
        await setPosition.run()
      })
      due.committed(marks)
    },
    putSites(sites) {
      return transaction(() => replaceSites(connection, sites))
    },
    recordCoverage: (at, rows) => transaction(() => replaceCoverage(connection, at, rows)),
  }
}

function byKind(readings: readonly Reading[]): Map<KindName, Reading[]> {
  const groups = new Map<KindName, Reading[]>()
  for (const reading of readings) {
    const group = groups.get(reading.kind)
    if (group) group.push(reading)
    else groups.set(reading.kind, [reading])
  }
  return groups
}

/** The last word on a serial counts, also within one list. */
async function replaceSites(connection: DuckDBConnection, sites: readonly Site[]): Promise<void> {
  const bySerial = new Map(sites.map((site) => [site.serial, site]))
  const serials = listValue([...bySerial.keys()])
  for (const table of ['site', 'site_area'])
    await connection.run(
      `DELETE FROM ${table} WHERE serial IN (SELECT unnest($serials))`,
      { serials },
      { serials: LIST(INTEGER) },
    )
  const site = await connection.createAppender('site')
  const area = await connection.createAppender('site_area')
  for (const { serial, device, kind, place, areas } of bySerial.values()) {
    site.appendInteger(serial)
    site.appendVarchar(device)
    site.appendVarchar(kind)
    site.appendVarchar(place)
    site.endRow()
    for (const { code, level } of areas) {
      area.appendInteger(serial)
      area.appendVarchar(level)
      area.appendVarchar(code)
      area.endRow()
    }
  }
  site.closeSync()
  area.closeSync()
}
