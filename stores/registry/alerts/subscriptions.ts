/**
 * Subscriptions and the secrets that sign their webhooks. A secret is kept as it is, because signing needs it; it leaves
 * this folder only through `subscriptionSecret`. Called through the Registry port.
 */
import type { Kysely, Selectable } from 'kysely'
import { LanternError } from '../../../model/errors.ts'
import { type Subscription, type SubscriptionInput, subscriptionInput } from '../../../model/subscription.ts'
import { takeNumbers } from '../counters.ts'
import type { Schema } from '../schema.ts'
import type { SubscriptionSource } from './change.ts'
import { dropQueued } from './queue.ts'

const columns = ['id', 'body', 'created_by', 'created_at'] as const

/** The oldest first. */
export async function readSubscriptions(db: Kysely<Schema>): Promise<Subscription[]> {
  const rows = await db
    .selectFrom('subscription')
    .select(columns)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
  return rows.map(subscriptionOfRow)
}

/** Reads them only when something has changed since the last time. */
export function subscriptionCache(): SubscriptionSource {
  let copy: { version: number; subscriptions: readonly Subscription[] } | undefined
  return async (db, version) => {
    if (copy?.version !== version) copy = { version, subscriptions: await readSubscriptions(db) }
    return copy.subscriptions
  }
}

/** Must run in a transaction. Raises `conflict` where the id is taken. */
export async function insertSubscription(
  db: Kysely<Schema>,
  made: { id: string; input: SubscriptionInput; secret: string; by: string; now: number },
): Promise<Subscription> {
  const { id, input, secret, by, now } = made
  const row = { id, body: JSON.stringify(input), secret, created_by: by, created_at: now }
  const added = await db
    .insertInto('subscription')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst()
  if (added.numInsertedOrUpdatedRows === 0n)
    throw new LanternError('conflict', `there is already a subscription with the id "${id}"`)
  await takeNumbers(db, 'rules', 1)
  return subscriptionOfRow(row)
}

/** Must run in a transaction. Raises `not-found`. */
export async function updateSubscription(
  db: Kysely<Schema>,
  id: string,
  input: SubscriptionInput,
  { now }: { now: number },
): Promise<Subscription> {
  const row = await db
    .updateTable('subscription')
    .set({ body: JSON.stringify(input) })
    .where('id', '=', id)
    .returning(columns)
    .executeTakeFirst()
  if (!row) throw unknown(id)
  if (!input.enabled) await dropQueued(db, id, { now, reason: 'the subscription was disabled' })
  await takeNumbers(db, 'rules', 1)
  return subscriptionOfRow(row)
}

/** Must run in a transaction. Raises `not-found`. */
export async function deleteSubscription(
  db: Kysely<Schema>,
  id: string,
  { now }: { now: number },
): Promise<void> {
  await refuseUnknown(db, id)
  await db.deleteFrom('subscription').where('id', '=', id).execute()
  await dropQueued(db, id, { now, reason: 'the subscription was removed' })
  await takeNumbers(db, 'rules', 1)
}

/** Raises `not-found`. */
export async function readSecret(db: Kysely<Schema>, id: string): Promise<string> {
  const row = await db.selectFrom('subscription').select('secret').where('id', '=', id).executeTakeFirst()
  if (!row) throw unknown(id)
  return row.secret
}

/** Raises `not-found` where there is no such subscription. */
export async function refuseUnknown(db: Kysely<Schema>, id: string): Promise<void> {
  const row = await db.selectFrom('subscription').select('id').where('id', '=', id).executeTakeFirst()
  if (!row) throw unknown(id)
}

const unknown = (id: string) => new LanternError('not-found', `there is no subscription "${id}"`)

function subscriptionOfRow(
  row: Pick<Selectable<Schema['subscription']>, (typeof columns)[number]>,
): Subscription {
  const input = subscriptionInput.parse(JSON.parse(row.body))
  return { ...input, id: row.id, createdBy: row.created_by, createdAt: row.created_at }
}
