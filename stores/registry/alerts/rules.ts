/**
 * The rules, as data. Called through the Registry port, by the API and by whoever seeds the first ones.
 */
import type { Kysely, Selectable } from 'kysely'
import { LanternError } from '../../../model/errors.ts'
import { type Rule, rule as ruleSchema } from '../../../model/rule.ts'
import type { StoredRule } from '../alerts-port.ts'
import { takeNumbers } from '../counters.ts'
import type { Schema } from '../schema.ts'
import { applyChanges, type SubscriptionSource } from './change.ts'

export async function readRules(db: Kysely<Schema>): Promise<StoredRule[]> {
  const rows = await db.selectFrom('rule').selectAll().orderBy('id').execute()
  return rows.map(storedOfRow)
}

/** Must run in a transaction. The errors are the port's. */
export async function writeRule(
  db: Kysely<Schema>,
  rule: Rule,
  { by, now, isNew }: { by: string; now: number; isNew?: boolean | undefined },
): Promise<StoredRule> {
  const present = await db.selectFrom('rule').select('id').where('id', '=', rule.id).executeTakeFirst()
  if (present && isNew === true)
    throw new LanternError('conflict', `there is already a rule with the id "${rule.id}"`)
  if (!present && isNew === false) throw unknown(rule.id)
  const version = (await takeNumbers(db, 'rules', 1)) + 1
  const row = { id: rule.id, body: JSON.stringify(rule), version, changed_at: now, changed_by: by }
  await db
    .insertInto('rule')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute()
  return storedOfRow(row)
}

/** Must run in a transaction. Raises `not-found`. */
export async function deleteRule(
  db: Kysely<Schema>,
  id: string,
  { by, now, subscriptions }: { by: string; now: number; subscriptions: SubscriptionSource },
): Promise<void> {
  const open = await db
    .selectFrom('alert')
    .select('id')
    .where('rule', '=', id)
    .where('cleared_at', 'is', null)
    .execute()
  const changes = open.map(({ id }) => ({
    type: 'step' as const,
    target: { id },
    input: { step: 'cleared' as const, at: now, by, comment: 'its rule was removed' },
  }))
  await applyChanges(db, changes, { now, subscriptions })
  const removed = await db.deleteFrom('rule').where('id', '=', id).executeTakeFirst()
  if (removed.numDeletedRows === 0n) throw unknown(id)
  // Last: a copy of the subscriptions is kept by this number, and must not be made before it is sure to stay.
  await takeNumbers(db, 'rules', 1)
}

const unknown = (id: string) => new LanternError('not-found', `there is no rule "${id}"`)

function storedOfRow(row: Selectable<Schema['rule']>): StoredRule {
  const { body, version, changed_at: changedAt, changed_by: changedBy } = row
  return { rule: ruleSchema.parse(JSON.parse(body)), version, changedAt, changedBy }
}
