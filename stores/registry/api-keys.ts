/**
 * API keys: who may ask what over HTTP. Only hashes are kept; a revoked key stays listed, so that one
 * sees when it was revoked. Called through the Registry port.
 */
import type { Kysely } from 'kysely'
import type { Role } from '../../model/access.ts'
import { LanternError } from '../../model/errors.ts'
import { bytesOf, hexOf } from './hashes.ts'
import type { ApiKey } from './port.ts'
import type { Schema } from './schema.ts'

const columns = ['id', 'name', 'role', 'created_at as createdAt', 'revoked_at as revokedAt'] as const

/** Raises `conflict` where the id is taken. */
export async function insertApiKey(
  db: Kysely<Schema>,
  key: { id: string; name: string; role: Role; hash: Uint8Array; now: number },
): Promise<void> {
  const added = await db
    .insertInto('api_key')
    .values({
      id: key.id,
      name: key.name,
      role: key.role,
      hash: hexOf(key.hash),
      created_at: key.now,
      revoked_at: null,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst()
  if (added.numInsertedOrUpdatedRows === 0n)
    throw new LanternError('conflict', `there is already an API key with the id "${key.id}"`)
}

export async function readApiKey(
  db: Kysely<Schema>,
  id: string,
): Promise<(ApiKey & { hash: Uint8Array }) | undefined> {
  const row = await db
    .selectFrom('api_key')
    .select([...columns, 'hash'])
    .where('id', '=', id)
    .executeTakeFirst()
  return row && { ...row, hash: bytesOf(row.hash) }
}

/** The oldest first. */
export async function readApiKeys(db: Kysely<Schema>): Promise<ApiKey[]> {
  const rows = await db.selectFrom('api_key').select(columns).orderBy('created_at').orderBy('id').execute()
  return rows.map((row) => ({ ...row }))
}

/** Must run in a transaction. Raises `not-found`. A key that is revoked already keeps the time of the first revocation. */
export async function markRevoked(db: Kysely<Schema>, id: string, now: number): Promise<void> {
  const row = await db.selectFrom('api_key').select('id').where('id', '=', id).executeTakeFirst()
  if (!row) throw new LanternError('not-found', `there is no API key with the id "${id}"`)
  await db
    .updateTable('api_key')
    .set({ revoked_at: now })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .execute()
  await db.deleteFrom('session').where('key', '=', id).execute()
}
