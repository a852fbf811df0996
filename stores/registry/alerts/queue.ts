/**
 * The queue of deliveries: what a step calls for is queued with it, and of each (subscription, alert) only the first in
 * line, its head, may be sent, so that one alert's steps arrive in their order. Called in the transactions that change it.
 */
import type { Kysely, Selectable } from 'kysely'
import { chunksOf } from '../chunks.ts'
import type { Schema } from '../schema.ts'
import type { DeliveryTable } from './schema.ts'
import type { TakenStep } from './steps.ts'

/** `last`: the newest number of a delivery so far. Answers how many were queued. */
export async function queueDeliveries(
  db: Kysely<Schema>,
  taken: readonly TakenStep[],
  { last, now }: { last: number; now: number },
): Promise<number> {
  const wanted = taken.flatMap(({ step, subscriptions }) =>
    subscriptions.map((subscription) => ({ subscription, alert: step.alert, step: step.id })),
  )
  if (wanted.length === 0) return 0
  const waiting = await lines(db, [...new Set(wanted.map(({ alert }) => alert))])
  const rows = wanted.map(({ subscription, alert, step }, index): Selectable<DeliveryTable> => {
    const line = lineOf(subscription, alert)
    const head = waiting.has(line) ? 0 : 1
    waiting.add(line)
    return queued({ id: last + index + 1, subscription, alert, step, head, now })
  })
  for (const chunk of chunksOf(rows)) await db.insertInto('delivery').values(chunk).execute()
  return rows.length
}

/** A delivery as it is when it is queued. */
export function queued(made: {
  id: number
  subscription: string
  alert: number | null
  step: number | null
  head: 0 | 1
  now: number
}): Selectable<DeliveryTable> {
  const { now, ...delivery } = made
  const fresh = { attempts: 0, state: 'queued', last_error: null, ended_at: null } as const
  return { ...delivery, ...fresh, created_at: now, due_at: now }
}

/** The lines in which something waits, of these alerts. */
async function lines(db: Kysely<Schema>, alerts: readonly number[]): Promise<Set<string>> {
  const found = new Set<string>()
  for (const chunk of chunksOf(alerts)) {
    const rows = await db
      .selectFrom('delivery')
      .select(['subscription', 'alert'])
      .distinct()
      .where('alert', 'in', chunk)
      .where('ended_at', 'is', null)
      .execute()
    for (const { subscription, alert } of rows) found.add(lineOf(subscription, alert))
  }
  return found
}

const lineOf = (subscription: string, alert: number | null) => `${alert} ${subscription}`

/** Makes the first in a line its head, where it has none. */
export async function moveUp(db: Kysely<Schema>, subscription: string, alert: number): Promise<void> {
  const line = db
    .selectFrom('delivery')
    .where('subscription', '=', subscription)
    .where('alert', '=', alert)
    .where('ended_at', 'is', null)
  await db
    .updateTable('delivery')
    .set({ head: 1 })
    .where('id', '=', line.select('id').orderBy('id').limit(1))
    .where((row) => row.not(row.exists(line.select('id').where('head', '=', 1))))
    .execute()
}

/** Drops all that is queued for a subscription. */
export async function dropQueued(
  db: Kysely<Schema>,
  subscription: string,
  { now, reason }: { now: number; reason: string },
): Promise<void> {
  await db
    .updateTable('delivery')
    .set({ state: 'dropped', head: 0, ended_at: now, last_error: reason })
    .where('subscription', '=', subscription)
    .where('state', '=', 'queued')
    .execute()
}
