/**
 * Makes the tables of the telemetry file, and adds the columns of fields that a newer version of a kind brings,
 * when the store starts. A column is never removed, because old readings still have it.
 */
import type { DuckDBConnection } from '@duckdb/node-api'
import { type KindName, kinds } from '../../../model/kinds.ts'
import { prepareCoverage } from './coverage.ts'
import { type Column, columnsOf, columnType, type Layout, ownColumns, quoted } from './layout.ts'
import { prepareRollup } from './rollup.ts'

/** Makes what is missing in the file, all or nothing, and tells how each kind lies in it. */
export async function prepareTables(connection: DuckDBConnection): Promise<Map<KindName, Layout>> {
  await connection.run(`
    BEGIN;
    CREATE TABLE IF NOT EXISTS position (value BIGINT NOT NULL);
    INSERT INTO position SELECT 0 WHERE NOT EXISTS (FROM position);
    CREATE TABLE IF NOT EXISTS site (serial INTEGER NOT NULL, device VARCHAR NOT NULL, kind VARCHAR NOT NULL,
                                     place VARCHAR NOT NULL);
    CREATE TABLE IF NOT EXISTS site_area (serial INTEGER NOT NULL, level VARCHAR NOT NULL, area VARCHAR NOT NULL);
    -- Of each kind: the bucket before which all are rolled up, and from when (epoch ms) raw rows are complete.
    CREATE TABLE IF NOT EXISTS progress (kind VARCHAR NOT NULL, rolled_until INTEGER, raw_from BIGINT NOT NULL);
    CREATE TABLE IF NOT EXISTS due (kind VARCHAR NOT NULL, bucket INTEGER NOT NULL, round INTEGER NOT NULL);
  `)
  await prepareCoverage(connection)
  const layouts = new Map<KindName, Layout>()
  for (const kind of kinds) {
    const table = quoted(kind.name)
    const wanted = [
      ...ownColumns,
      ...kind.fields.map((field) => ({ name: field.name, type: columnType(field) })),
    ]
    assertDistinct(kind.name, wanted)
    await connection.run(
      `CREATE TABLE IF NOT EXISTS ${table} (${ownColumns.map((column) => `${column.name} ${column.type} NOT NULL`).join(', ')})`,
    )
    const present = new Set((await columnsOf(connection, kind.name)).map((column) => column.name))
    for (const column of wanted)
      if (!present.has(column.name))
        await connection.run(`ALTER TABLE ${table} ADD COLUMN ${quoted(column.name)} ${column.type}`)
    const columns = await columnsOf(connection, kind.name)
    const layout: Layout = { kind: kind.name, table, fields: kind.fields, columns }
    await prepareRollup(connection, layout)
    layouts.set(kind.name, layout)
  }
  await connection.run('COMMIT')
  return layouts
}

/** DuckDB's names do not tell upper from lower case, so two fields may not differ by that alone. */
function assertDistinct(kind: string, columns: readonly Column[]): void {
  const seen = new Set<string>()
  for (const { name } of columns) {
    const folded = name.toLowerCase()
    if (seen.has(folded)) throw new Error(`kind ${kind}: the name of field ${name} is taken`)
    seen.add(folded)
  }
}
