/**
 * The sessions of people who signed in on the page: found by the hash of their secret, bounded, and gone with their
 * key. Called through the Registry port.
 */
import type { Kysely } from 'kysely'
import { bytesOf, hexOf } from './hashes.ts'
import { maxSessions, type Session } from './port.ts'
import type { Schema } from './schema.ts'

/** Must run in a transaction. */
export async function insertSession(db: Kysely<Schema>, session: Session): Promise<void> {
  const { hash, key, role, createdAt, expiresAt } = session
  await db.deleteFrom('session').where('expires_at', '<=', createdAt).execute()
  await removeOldest(db, maxSessions.ofOneKey - 1, key)
  await removeOldest(db, maxSessions.inAll - 1)
  await db
    .insertInto('session')
    .values({ hash: hexOf(hash), key, role, created_at: createdAt, expires_at: expiresAt })
    .execute()
}

/** Leaves the newest, so many, of all or of one key. */
async function removeOldest(db: Kysely<Schema>, kept: number, key?: string): Promise<void> {
  let newest = db.selectFrom('session').select(['hash', 'created_at'])
  if (key !== undefined) newest = newest.where('key', '=', key)
  const rows = await newest.orderBy('created_at', 'desc').orderBy('hash').execute()
  for (const { hash } of rows.slice(kept)) await db.deleteFrom('session').where('hash', '=', hash).execute()
}

export async function readSession(db: Kysely<Schema>, hash: Uint8Array): Promise<Session | undefined> {
  const row = await db.selectFrom('session').selectAll().where('hash', '=', hexOf(hash)).executeTakeFirst()
  return (
    row && {
      hash: bytesOf(row.hash),
      key: row.key,
      role: row.role,
      createdAt: row.created_at,
      expiresAt: row.expires_at,
    }
  )
}

export async function deleteSession(db: Kysely<Schema>, hash: Uint8Array): Promise<void> {
  await db.deleteFrom('session').where('hash', '=', hexOf(hash)).execute()
}
