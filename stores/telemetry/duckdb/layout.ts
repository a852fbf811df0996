/**
 * How a kind lies in DuckDB: one table a kind, one column a field; its roll-ups are in rollup.ts. Used by every part
 * of the store that writes SQL.
 */
import type { DuckDBConnection } from '@duckdb/node-api'
import type { StoredField } from '../../../model/kind.ts'
import type { KindName } from '../../../model/kinds.ts'

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
