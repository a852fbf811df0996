/**
 * How a kind lies in DuckDB: one table a kind, one column a field. The tables are made, and columns that
 * a newer version of a kind adds are added, when the store starts; a column is never removed, because old
 * readings still have it.
 */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { StoredField } from '../../../model/kind.ts'
import { type KindName, kinds } from '../../../model/kinds.ts'

/** A column of a raw table in the order of the table: one of the store's own three, or a field. */
export interface Column {
  readonly name: string
  readonly type: 'INTEGER' | 'BIGINT' | 'DOUBLE' | 'BOOLEAN'
}

export interface Layout {
  readonly kind: KindName
  /** Quoted for SQL. */
  readonly table: string
  readonly fields: readonly StoredField[]
  readonly columns: readonly Column[]
}

/**
 * serial: the device. observed_at: epoch ms (BIGINT and TIMESTAMP_MS were measured equal in size and speed;
 * whole numbers need no conversion). delay: received_at - observed_at in ms, which packs into two bytes.
 */
export const ownColumns: readonly Column[] = [
  { name: 'serial', type: 'INTEGER' },
  { name: 'observed_at', type: 'BIGINT' },
  { name: 'delay', type: 'BIGINT' },
]

/** A name as SQL takes it; names come from the code, values are always bound. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function columnType(field: StoredField): 'DOUBLE' | 'BOOLEAN' {
  return field.type === 'boolean' ? 'BOOLEAN' : 'DOUBLE'
}

/** Makes what is missing in the file, and tells how each kind lies in it. */
export async function prepareTables(connection: DuckDBConnection): Promise<Map<KindName, Layout>> {
  await connection.run(`
    CREATE TABLE IF NOT EXISTS position (value BIGINT NOT NULL);
    INSERT INTO position SELECT 0 WHERE NOT EXISTS (FROM position);
    CREATE TABLE IF NOT EXISTS site (serial INTEGER NOT NULL, device VARCHAR NOT NULL, kind VARCHAR NOT NULL,
                                     place VARCHAR NOT NULL);
    CREATE TABLE IF NOT EXISTS site_area (serial INTEGER NOT NULL, level VARCHAR NOT NULL, area VARCHAR NOT NULL);
  `)
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
    layouts.set(kind.name, {
      kind: kind.name,
      table,
      fields: kind.fields,
      columns: await columnsOf(connection, kind.name),
    })
  }
  return layouts
}

/** The columns a table has, in its order. */
export async function columnsOf(connection: DuckDBConnection, table: string): Promise<Column[]> {
  const reader = await connection.runAndReadAll(
    'SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = $table ORDER BY column_index',
    { table },
  )
  return reader.getRows().map(([name, type]) => {
    if (type !== 'INTEGER' && type !== 'BIGINT' && type !== 'DOUBLE' && type !== 'BOOLEAN')
      throw new Error(`table ${table}: column ${String(name)} has the unexpected type ${String(type)}`)
    return { name: String(name), type }
  })
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
