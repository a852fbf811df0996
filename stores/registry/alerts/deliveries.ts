/**
 * Deliveries as the sender and the API ask for them: what is due, what became of an attempt, what is dead and to be tried
 * again. Called through the Registry port; queue.ts keeps their order.
 */
import { type Kysely, type Selectable, sql } from 'kysely'
import { LanternError } from '../../../model/errors.ts'
import type { AlertRegistry, Delivery, DeliveryState } from '../alerts-port.ts'
import { takeNumbers } from '../counters.ts'
import type { Page } from '../port.ts'
import type { Schema } from '../schema.ts'
import { moveUp, queued } from './queue.ts'
import type { DeliveryTable } from './schema.ts'
import { refuseUnknown } from './subscriptions.ts'

/** Written out, because a database uses a partial index only for a condition that it can read. */
const isHead = sql.lit<1>(1)
const maxErrorLength = 1000

export async function readDue(
  db: Kysely<Schema>,
  now: number,
  limit: number,
  subscription?: string,
): Promise<Delivery[]> {
  let query = db.selectFrom('delivery').selectAll().where('head', '=', isHead).where('due_at', '<=', now)
  if (subscription !== undefined) query = query.where('subscription', '=', subscription)
  const rows = await query.orderBy('due_at').orderBy('id').limit(limit).execute()
  return rows.map(deliveryOfRow)
}

export async function readQueued(
  db: Kysely<Schema>,
  subscription: string,
  limit: number,
): Promise<Delivery[]> {
  const rows = await db
    .selectFrom('delivery')
    .selectAll()
    .where('subscription', '=', subscription)
    .where('state', '=', 'queued')
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(deliveryOfRow)
}

export async function readCounts(db: Kysely<Schema>): Promise<{ queued: number; dead: number }> {
  const count = db.selectFrom('delivery').select((row) => row.fn.countAll().as('rows'))
  const [queued, dead] = await Promise.all([
    count.where('ended_at', 'is', null).executeTakeFirstOrThrow(),
    count.where('state', '=', 'dead').where('ended_at', 'is not', null).executeTakeFirstOrThrow(),
  ])
  return { queued: Number(queued.rows), dead: Number(dead.rows) }
}

/** One look into the index a subscription, however much is queued. */
export async function readNextDueOfEach(db: Kysely<Schema>): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('subscription')
    .select((row) => [
      'subscription.id as id',
      row
        .selectFrom('delivery')
        .select('delivery.due_at')
        .whereRef('delivery.subscription', '=', 'subscription.id')
        .where('delivery.head', '=', isHead)
        .orderBy('delivery.due_at')
        .limit(1)
        .as('due'),
    ])
    .execute()
  return new Map(rows.flatMap(({ id, due }) => (due === null ? [] : [[id, due] as const])))
}

/** Must run in a transaction. Raises `not-found`. */
export async function insertTest(db: Kysely<Schema>, subscription: string, now: number): Promise<Delivery> {
  await refuseUnknown(db, subscription)
  const id = (await takeNumbers(db, 'deliveries', 1)) + 1
  const row = queued({ id, subscription, alert: null, step: null, head: 1, now })
  await db.insertInto('delivery').values(row).execute()
  return deliveryOfRow(row)
}

/** Must run in a transaction. */
export async function writeAttempts(
  db: Kysely<Schema>,
  results: Parameters<AlertRegistry['endAttempts']>[0],
): Promise<void> {
  for (const { id, attempts, state, dueAt, error, at } of results) {
    const last_error = error?.slice(0, maxErrorLength) ?? null
    const end = state ? ({ state, head: 0, ended_at: at } as const) : { due_at: dueAt ?? at }
    const row = await db
      .updateTable('delivery')
      .set({ attempts, last_error, ...end })
      .where('id', '=', id)
      .where('ended_at', 'is', null)
      .returning(['subscription', 'alert'])
      .executeTakeFirst()
    if (state && row && row.alert !== null) await moveUp(db, row.subscription, row.alert)
  }
}

export async function readDeliveries(
  db: Kysely<Schema>,
  request: {
    subscription: string
    state?: DeliveryState | undefined
    limit: number
    before?: number | undefined
  },
): Promise<Page<Delivery, number>> {
  let query = db.selectFrom('delivery').selectAll().where('subscription', '=', request.subscription)
  if (request.state !== undefined) query = query.where('state', '=', request.state)
  if (request.before !== undefined) query = query.where('id', '<', request.before)
  const rows = await query
    .orderBy('id', 'desc')
    .limit(request.limit + 1)
    .execute()
  const items = rows.slice(0, request.limit).map(deliveryOfRow)
  return { items, next: rows.length > request.limit ? (items.at(-1)?.id ?? null) : null }
}

/** Must run in a transaction. Raises `not-found`, also where the subscription is gone, and `conflict`. */
export async function requeue(
  db: Kysely<Schema>,
  subscription: string,
  id: number,
  now: number,
): Promise<Delivery> {
  await refuseUnknown(db, subscription)
  const row = await db
    .selectFrom('delivery')
    .selectAll()
    .where('id', '=', id)
    .where('subscription', '=', subscription)
    .executeTakeFirst()
  if (!row) throw new LanternError('not-found', `the subscription ${subscription} has no delivery ${id}`)
  if (row.state !== 'dead' && row.state !== 'dropped')
    throw new LanternError(
      'conflict',
      `the delivery ${id} is ${row.state}; only a dead or dropped one is sent again`,
    )
  const again = queued({ ...row, head: row.alert === null ? 1 : 0, now })
  await db.updateTable('delivery').set(again).where('id', '=', id).execute()
  if (row.alert !== null) await moveUp(db, row.subscription, row.alert)
  // Nobody gets this number; it tells those who look at the versions.
  await takeNumbers(db, 'deliveries', 1)
  return deliveryOfRow(again)
}

function deliveryOfRow(row: Selectable<DeliveryTable>): Delivery {
  return {
    id: row.id,
    subscription: row.subscription,
    alert: row.alert,
    step: row.step,
    idempotencyKey: `${row.subscription}-${row.id}`,
    createdAt: row.created_at,
    dueAt: row.due_at,
    attempts: row.attempts,
    state: row.state,
    lastError: row.last_error,
    endedAt: row.ended_at,
  }
}
