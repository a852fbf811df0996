/**
 * The sessions of people who signed in on the page. Called by the migrator, once. There is no index but the key: the
 * table never holds more than a thousand rows (`maxSessions` of the port).
 */
import type { Kysely } from 'kysely'
import type { Schema } from '../schema.ts'

export async function up({ schema }: Kysely<Schema>): Promise<void> {
  await schema
    .createTable('session')
    .addColumn('hash', 'text', (column) => column.primaryKey())
    .addColumn('key', 'text', (column) => column.notNull().references('api_key.id'))
    .addColumn('role', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute()
}
