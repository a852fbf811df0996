/**
 * What the clock does to alerts without any reading: shelvings that end, and what is escalated because nobody
 * acknowledged it. Called through the Registry port about once a second.
 */
import type { Kysely } from 'kysely'
import type { Alert, AlertStep } from '../../../model/alert.ts'
import type { AlertChange } from '../alerts-port.ts'
import type { Schema } from '../schema.ts'
import { applyChanges, type SubscriptionSource } from './change.ts'
import { readRules } from './rules.ts'

const atOnce = 1000

/** Whether a timer has run out, for the question that is asked each second and mostly answered no. */
export async function timersAreDue(db: Kysely<Schema>, now: number): Promise<boolean> {
  const [shelved, silent] = [await shelvingsOver(db, now, 1), await unacknowledged(db, now, 1)]
  return shelved.length + silent.length > 0
}

/** Must run in a transaction. */
export async function runTimers(
  db: Kysely<Schema>,
  { now, subscriptions }: { now: number; subscriptions: SubscriptionSource },
): Promise<{ alert: Alert; step: AlertStep }[]> {
  const shelved = await shelvingsOver(db, now, atOnce)
  const silent = await unacknowledged(db, now, atOnce)
  const rules = new Map((silent.length > 0 ? await readRules(db) : []).map(({ rule }) => [rule.id, rule]))
  const changes: AlertChange[] = [
    ...shelved.map(({ id }) => change(id, { step: 'unshelved', at: now, by: 'lantern' })),
    ...silent.flatMap(({ id, rule }) => {
      const severity = rules.get(rule)?.escalation?.severity
      return severity ? [change(id, { step: 'escalated', severity, at: now, by: 'lantern' })] : []
    }),
  ]
  const taken = await applyChanges(db, changes, { now, subscriptions })
  // What the rule no longer raises, or not above what it is already, is not looked at again.
  const raised = new Set(taken.map(({ alert }) => alert.id))
  const rest = silent.map(({ id }) => id).filter((id) => !raised.has(id))
  if (rest.length > 0)
    await db.updateTable('alert').set({ escalate_at: null }).where('id', 'in', rest).execute()
  return taken
}

const change = (id: number, input: Extract<AlertChange, { type: 'step' }>['input']): AlertChange => ({
  type: 'step',
  target: { id },
  input,
})

const shelvingsOver = (db: Kysely<Schema>, now: number, limit: number) =>
  db
    .selectFrom('alert')
    .select('id')
    .where('shelved_until', '<=', now)
    .orderBy('shelved_until')
    .limit(limit)
    .execute()

const unacknowledged = (db: Kysely<Schema>, now: number, limit: number) =>
  db
    .selectFrom('alert')
    .select(['id', 'rule'])
    .where('escalate_at', '<=', now)
    .where('inhibited_by', 'is', null)
    .where('shelved_until', 'is', null)
    .orderBy('escalate_at')
    .limit(limit)
    .execute()
