/**
 * The counters: one row of numbers that only grow. They give devices their serials, and every change its
 * version. Who takes numbers holds the row until the transaction ends, so that versions become visible in
 * their order and no reader that asks "since n" can miss one.
 */
import { type Kysely, type Selectable, sql, type Updateable } from 'kysely'
import type { Versions } from './port.ts'
import type { CounterTable, Schema } from './schema.ts'

type Counter = Exclude<keyof CounterTable, 'id' | 'position'>

/** Takes the next `many` numbers of a counter; returns the one before the first. */
export async function takeNumbers(db: Kysely<Schema>, counter: Counter, many: number): Promise<number> {
  const row = await db
    .updateTable('counter')
    .set({ [counter]: sql`${sql.ref(counter)} + ${many}` })
    .returning(`${counter} as newest`)
    .executeTakeFirstOrThrow()
  return row.newest - many
}

/**
 * All counters, held until the transaction ends: whoever else wants to change an alert waits. That makes "read the alert,
 * take the step, write it" safe in any database.
 */
export async function holdCounters(db: Kysely<Schema>): Promise<Selectable<CounterTable>> {
  return db
    .updateTable('counter')
    .set((row) => ({ alerts: row.ref('alerts') }))
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Only for counters that this transaction holds. */
export async function writeCounters(
  db: Kysely<Schema>,
  counters: Pick<Updateable<CounterTable>, Counter>,
): Promise<void> {
  await db.updateTable('counter').set(counters).execute()
}

export async function readVersions(db: Kysely<Schema>): Promise<Versions> {
  const { city, devices, states, alerts, rules, deliveries } = await db
    .selectFrom('counter')
    .select(['city', 'devices', 'states', 'alerts', 'rules', 'deliveries'])
    .executeTakeFirstOrThrow()
  return { city, devices, states, alerts, rules, deliveries }
}

export async function readPosition(db: Kysely<Schema>): Promise<number> {
  const { position } = await db.selectFrom('counter').select('position').executeTakeFirstOrThrow()
  return position
}

export async function writePosition(db: Kysely<Schema>, position: number): Promise<void> {
  await db.updateTable('counter').set({ position }).execute()
}
