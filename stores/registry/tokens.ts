/**
 * The tokens that devices sign in with: only their hashes are kept. Called through the Registry port by the
 * broker at each sign-in, and when tokens are replaced, one or a thousand at a time.
 */
import type { Kysely } from 'kysely'
import type { Device } from '../../model/device.ts'
import type { FieldFault } from '../../model/errors.ts'
import { chunksOf } from './chunks.ts'
import { takeNumbers } from './counters.ts'
import { deviceOfRow } from './devices.ts'
import { refusal, repeated } from './faults.ts'
import { bytesOf, hexOf } from './hashes.ts'
import type { DeviceCredential } from './port.ts'
import type { Schema } from './schema.ts'

export async function readCredential(db: Kysely<Schema>, id: string): Promise<DeviceCredential | undefined> {
  const row = await db.selectFrom('device').selectAll().where('id', '=', id).executeTakeFirst()
  return row && { device: deviceOfRow(row), tokenHash: bytesOf(row.token_hash) }
}

/** Must run in a transaction. The errors are the port's. */
export async function replaceTokens(
  db: Kysely<Schema>,
  tokens: readonly { id: string; tokenHash: Uint8Array }[],
): Promise<void> {
  const ids = tokens.map(({ id }) => id)
  const statuses = new Map<string, Device['status']>()
  for (const chunk of chunksOf(ids)) {
    const rows = await db.selectFrom('device').select(['id', 'status']).where('id', 'in', chunk).execute()
    for (const { id, status } of rows) statuses.set(id, status)
  }
  const invalid = repeated(ids).map((index) => ({
    field: `ids[${index}]`,
    message: `the id "${ids[index]}" comes twice`,
  }))
  const missing: FieldFault[] = []
  const retired: FieldFault[] = []
  ids.forEach((id, index) => {
    const field = `ids[${index}]`
    const status = statuses.get(id)
    if (status === undefined) missing.push({ field, message: `there is no device "${id}"` })
    if (status === 'decommissioned') retired.push({ field, message: `the device "${id}" was decommissioned` })
  })
  const faults = [...invalid, ...missing, ...retired]
  if (faults.length > 0)
    throw refusal(
      invalid.length > 0 ? 'invalid-request' : missing.length > 0 ? 'not-found' : 'conflict',
      faults,
    )
  const version = await takeNumbers(db, 'devices', tokens.length)
  for (const [index, { id, tokenHash }] of tokens.entries())
    await db
      .updateTable('device')
      .set({ token_hash: hexOf(tokenHash), version: version + index + 1 })
      .where('id', '=', id)
      .execute()
}
