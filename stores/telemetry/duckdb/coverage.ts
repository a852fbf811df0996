/**
 * Coverage as it was counted, minute by minute: one table, a row a moment and area. Its name and level are left to the
 * registry. Written by writer.ts, asked by duckdb.ts, kept as long as the roll-ups.
 */
import { type DuckDBConnection, LIST, listValue, VARCHAR } from '@duckdb/node-api'
import { LanternError } from '../../../model/errors.ts'
import type { CoveragePoint, CoverageQuery, CoverageRow } from '../port.ts'
import { checkWindow, shiftOf } from '../rules.ts'
import type { Read } from './pool.ts'

export async function prepareCoverage(connection: DuckDBConnection): Promise<void> {
  await connection.run(
    `CREATE TABLE IF NOT EXISTS coverage (moment BIGINT NOT NULL, area VARCHAR NOT NULL, places INTEGER NOT NULL,
       installed INTEGER NOT NULL, working INTEGER NOT NULL, target DOUBLE NOT NULL)`,
  )
}

/** Within a transaction. Of an area that comes twice the last row counts. */
export async function replaceCoverage(
  connection: DuckDBConnection,
  at: number,
  rows: readonly CoverageRow[],
): Promise<void> {
  const byArea = new Map(rows.map((row) => [row.area, row]))
  await connection.run(
    'DELETE FROM coverage WHERE moment = $moment AND area IN (SELECT unnest($areas))',
    { moment: at, areas: listValue([...byArea.keys()]) },
    { areas: LIST(VARCHAR) },
  )
  const appender = await connection.createAppender('coverage')
  for (const { area, places, installed, working, target } of byArea.values()) {
    appender.appendBigInt(BigInt(at))
    appender.appendVarchar(area)
    appender.appendInteger(places)
    appender.appendInteger(installed)
    appender.appendInteger(working)
    appender.appendDouble(target)
    appender.endRow()
  }
  appender.closeSync()
}

/** See the port. */
export async function readCoverage(read: Read, query: CoverageQuery): Promise<CoveragePoint[]> {
  checkWindow(query.window)
  const { areas, window, from, to, maxPoints } = query
  const reader = await read(
    `SELECT w::DOUBLE, sum(places)::DOUBLE, sum(installed)::DOUBLE, sum(working)::DOUBLE, max(target) FROM
       (SELECT (moment + $shift) // $window * $window - $shift AS w, arg_max(places, moment) AS places,
          arg_max(installed, moment) AS installed, arg_max(working, moment) AS working, arg_max(target, moment) AS target
        FROM coverage WHERE moment >= $from AND moment < $to AND area IN (SELECT unnest($areas)) GROUP BY w, area)
     GROUP BY w ORDER BY w LIMIT $limit`,
    { shift: shiftOf(query), window, from, to, areas: listValue([...areas]), limit: maxPoints + 1 },
    { areas: LIST(VARCHAR) },
  )
  const rows = reader.getRows()
  if (rows.length > maxPoints)
    throw new LanternError('query-too-large', `the answer has more than ${maxPoints} points`)
  return rows.map((row) => {
    const [time = 0, places = 0, installed = 0, working = 0, target = 0] = row.map(Number)
    return { time, places, installed, working, target }
  })
}
