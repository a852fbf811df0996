/**
 * Brings the registry's tables to their newest form, in one transaction: several processes may start at
 * once, and the transaction lets the first do it while the others wait. Called by each driver's start().
 */
import type { Kysely } from 'kysely'
import { type MigrationProvider, Migrator } from 'kysely/migration'
import * as first from './migrations/0001-first.ts'
import * as alerts from './migrations/0002-alerts.ts'
import * as sessions from './migrations/0003-sessions.ts'
import type { Schema } from './schema.ts'

/** In the order of their names; one that has been released is never changed, only followed by another. */
const provider: MigrationProvider = {
  getMigrations: async () => ({
    '0001-first': first,
    '0002-alerts': alerts,
    '0003-sessions': sessions,
  }),
}

/** Raises what went wrong; then nothing is changed. The dialect must allow DDL in transactions. */
export async function migrate(db: Kysely<Schema>): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const { error } = await new Migrator({ db: transaction, provider }).migrateToLatest()
    if (error) throw error
  })
}
