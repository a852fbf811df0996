/**
 * Ends the alerts of what is no longer there, because nothing else ever would: a device that was decommissioned, or a
 * city that was replaced by another. Called in the transactions that remove them.
 */
import type { Kysely } from 'kysely'
import type { Schema } from '../schema.ts'
import { applyChanges, type SubscriptionSource } from './change.ts'

/**
 * Must run in a transaction, after the removal. `device`: only its alerts are looked at. Answers how many were cleared, at
 * most `limit`.
 */
export async function clearGone(
  db: Kysely<Schema>,
  options: {
    now: number
    subscriptions: SubscriptionSource
    device?: string | undefined
    limit?: number | undefined
  },
): Promise<number> {
  const { now, subscriptions, device, limit } = options
  let query = db
    .selectFrom('alert')
    .leftJoin('device', (join) =>
      join.onRef('device.id', '=', 'alert.subject').on('device.status', '<>', 'decommissioned'),
    )
    .leftJoin('area', 'area.code', 'alert.subject')
    .select(['alert.id as id', 'subject_type', 'device.id as device', 'area.code as area'])
    .where('cleared_at', 'is', null)
  if (device !== undefined) query = query.where('subject', '=', device)
  const open = await query.orderBy('alert.id').execute()
  const gone = open.filter((row) => (row.subject_type === 'device' ? row.device : row.area) === null)
  const changes = gone.slice(0, limit).map(({ id, subject_type }) => ({
    type: 'step' as const,
    target: { id },
    input: {
      step: 'cleared' as const,
      at: now,
      by: 'lantern',
      comment: `the ${subject_type} is gone from the city`,
    },
  }))
  await applyChanges(db, changes, { now, subscriptions })
  return changes.length
}
