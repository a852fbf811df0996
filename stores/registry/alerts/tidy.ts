/**
 * Removes what has been kept long enough, a slice at a time, each in a transaction of its own, so that no other writer
 * waits long. Called through the Registry port about once an hour.
 */
import { setImmediate as breathe } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import { alertRetention as kept } from '../alerts-port.ts'
import type { Schema } from '../schema.ts'

/** Rows removed in one transaction. */
const slice = 500

type Write = <T>(change: (db: Kysely<Schema>) => Promise<T>) => Promise<T>
type Removal = (db: Kysely<Schema>) => Promise<number>

/** Answers how many rows were removed; steps and areas of an alert are not counted. */
export async function tidy(write: Write, now: number): Promise<number> {
  const removals: Removal[] = [
    (db) => oldAlerts(db, now - kept.clearedAlerts),
    (db) => endedDeliveries(db, 'sent', now - kept.sentDeliveries),
    (db) => endedDeliveries(db, 'dead', now - kept.failedDeliveries),
    (db) => endedDeliveries(db, 'dropped', now - kept.failedDeliveries),
    (db) => oldAudit(db, now - kept.audit),
  ]
  let removed = 0
  for (const remove of removals)
    for (let rows = slice; rows === slice; await breathe()) {
      rows = await write(remove)
      removed += rows
    }
  return removed
}

/** Their steps and areas go with them. */
const oldAlerts = async (db: Kysely<Schema>, until: number): Promise<number> =>
  removedRows(
    await db
      .deleteFrom('alert')
      .where('id', 'in', (inner) =>
        inner
          .selectFrom('alert')
          .select('id')
          .where('cleared_at', '<', until)
          .orderBy('cleared_at')
          .limit(slice),
      )
      .executeTakeFirst(),
  )

async function endedDeliveries(
  db: Kysely<Schema>,
  state: 'sent' | 'dead' | 'dropped',
  until: number,
): Promise<number> {
  const ended = db.selectFrom('delivery').where('state', '=', state).where('ended_at', 'is not', null)
  const beyond = await ended
    .select('ended_at')
    .orderBy('ended_at', 'desc')
    .limit(1)
    .offset(kept.maxDeliveries)
    .executeTakeFirst()
  const removed = await db
    .deleteFrom('delivery')
    .where(
      'id',
      'in',
      ended
        .select('id')
        .where('ended_at', '<=', Math.max(until - 1, beyond?.ended_at ?? -1))
        .orderBy('ended_at')
        .limit(slice),
    )
    .executeTakeFirst()
  return removedRows(removed)
}

async function oldAudit(db: Kysely<Schema>, until: number): Promise<number> {
  const beyond = await db
    .selectFrom('audit')
    .select('id')
    .orderBy('id', 'desc')
    .limit(1)
    .offset(kept.maxAudit)
    .executeTakeFirst()
  const removed = await db
    .deleteFrom('audit')
    .where('id', 'in', (inner) =>
      inner
        .selectFrom('audit')
        .select('id')
        .where((row) => row.or([row('id', '<=', beyond?.id ?? 0), row('at', '<', until)]))
        .limit(slice),
    )
    .executeTakeFirst()
  return removedRows(removed)
}

const removedRows = ({ numDeletedRows }: { numDeletedRows: bigint }) => Number(numDeletedRows)
