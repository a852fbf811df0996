/**
 * Removes what has been kept long enough, a slice at a time, each in a transaction of its own, so that no other writer
 * waits long. Called through the Registry port about once an hour.
 */
import { setImmediate as breathe } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import { alertRetention as kept } from '../alerts-port.ts'
import type { Schema } from '../schema.ts'

/** Rows removed in one transaction; an alert takes a dozen others along. */
const slice = 200

type Write = <T>(change: (db: Kysely<Schema>) => Promise<T>) => Promise<T>
interface Removal {
  /** What is below it is removed: found once, because finding it may mean counting far. */
  bound(db: Kysely<Schema>): Promise<number>
  remove(db: Kysely<Schema>, bound: number): Promise<{ numDeletedRows: bigint }>
}

/** Answers how many rows were removed; steps and areas of an alert are not counted. */
export async function tidy(write: Write, now: number): Promise<number> {
  const removals: Removal[] = [
    oldAlerts(now - kept.clearedAlerts),
    endedDeliveries('sent', now - kept.sentDeliveries),
    endedDeliveries('dead', now - kept.failedDeliveries),
    endedDeliveries('dropped', now - kept.failedDeliveries),
    oldAudit(now - kept.audit),
  ]
  let removed = 0
  for (const { bound, remove } of removals) {
    const until = await write(bound)
    for (let rows = slice; rows === slice; await breathe()) {
      const { numDeletedRows } = await write((db) => remove(db, until))
      rows = Number(numDeletedRows)
      removed += rows
    }
  }
  return removed
}

/** Their steps and areas go with them. */
const oldAlerts = (until: number): Removal => ({
  bound: async () => until,
  remove: (db, bound) =>
    db
      .deleteFrom('alert')
      .where('id', 'in', (inner) =>
        inner
          .selectFrom('alert')
          .select('id')
          .where('cleared_at', '<', bound)
          .orderBy('cleared_at')
          .limit(slice),
      )
      .executeTakeFirstOrThrow(),
})

function endedDeliveries(state: 'sent' | 'dead' | 'dropped', until: number): Removal {
  const ended = (db: Kysely<Schema>) =>
    db.selectFrom('delivery').where('state', '=', state).where('ended_at', 'is not', null)
  return {
    async bound(db) {
      const beyond = await ended(db)
        .select('ended_at')
        .orderBy('ended_at', 'desc')
        .limit(1)
        .offset(kept.maxDeliveries)
        .executeTakeFirst()
      return Math.max(until, (beyond?.ended_at ?? -1) + 1)
    },
    remove: (db, bound) =>
      db
        .deleteFrom('delivery')
        .where(
          'id',
          'in',
          ended(db).select('id').where('ended_at', '<', bound).orderBy('ended_at').limit(slice),
        )
        .executeTakeFirstOrThrow(),
  }
}

/** By id, which grows with time. */
const oldAudit = (until: number): Removal => ({
  async bound(db) {
    const lines = db.selectFrom('audit').select('id').limit(1)
    const beyond = await lines.orderBy('id', 'desc').offset(kept.maxAudit).executeTakeFirst()
    const young = await lines.where('at', '>=', until).orderBy('at').executeTakeFirst()
    return Math.max(young?.id ?? Number.MAX_SAFE_INTEGER, (beyond?.id ?? -1) + 1)
  },
  remove: (db, bound) =>
    db
      .deleteFrom('audit')
      .where('id', 'in', (inner) =>
        inner.selectFrom('audit').select('id').where('id', '<', bound).orderBy('id').limit(slice),
      )
      .executeTakeFirstOrThrow(),
})
