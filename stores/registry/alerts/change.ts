/**
 * The one way by which alerts change: loads those that a list of changes is about, takes the steps (steps.ts), and writes
 * alerts, history and deliveries, all in the caller's transaction. Called by the port's methods, for the engine, for
 * people and for timers alike.
 */
import type { Kysely } from 'kysely'
import type { Alert, AlertStep } from '../../../model/alert.ts'
import type { Subscription } from '../../../model/subscription.ts'
import type { AlertChange, AlertTarget } from '../alerts-port.ts'
import { chunksOf } from '../chunks.ts'
import { holdCounters, writeCounters } from '../counters.ts'
import type { Schema } from '../schema.ts'
import { queueDeliveries } from './queue.ts'
import { type KeptAlert, keptOfRow, rowOfAlert } from './rows.ts'
import { createWorkbench, type Workbench } from './steps.ts'

/** Reads the subscriptions; `version`: the counter of rules and subscriptions, by which a copy may be kept. */
export type SubscriptionSource = (db: Kysely<Schema>, version: number) => Promise<readonly Subscription[]>

/** Must run in a transaction. Answers the steps that were really taken. */
export async function applyChanges(
  db: Kysely<Schema>,
  changes: readonly AlertChange[],
  options: { now: number; subscriptions: SubscriptionSource },
): Promise<{ alert: Alert; step: AlertStep }[]> {
  if (changes.length === 0) return []
  const counters = await holdCounters(db)
  const bench = createWorkbench({
    subscriptions: await options.subscriptions(db, counters.rules),
    lastAlert: counters.alert_ids,
    lastStep: counters.alerts,
  })
  bench.add(await concerned(db, changes))
  for (const change of changes) bench.take(change)
  await releaseThoseLeft(db, bench)
  if (bench.taken.length === 0) return []

  await writeAlerts(db, bench)
  const queued = await queueDeliveries(db, bench.taken, { last: counters.deliveries, now: options.now })
  await writeCounters(db, {
    alerts: counters.alerts + bench.taken.length,
    alert_ids: counters.alert_ids + bench.opened.length,
    deliveries: counters.deliveries + queued,
  })
  return bench.taken.map(({ alert, step }) => ({ alert, step }))
}

/** Every alert that one of the changes names, and what is open for their subjects. */
async function concerned(db: Kysely<Schema>, changes: readonly AlertChange[]): Promise<KeptAlert[]> {
  const ids = new Set<number>()
  const subjects = new Set<string>()
  const note = (target: AlertTarget | undefined) => {
    if (target && 'id' in target) ids.add(target.id)
    else if (target) subjects.add(target.subject)
  }
  for (const change of changes) {
    if (change.type === 'open') subjects.add(change.alert.subject)
    else note(change.target)
    note(change.inhibitedBy)
  }
  const found: KeptAlert[] = []
  for (const chunk of chunksOf([...ids])) {
    const rows = await db.selectFrom('alert').selectAll().where('id', 'in', chunk).execute()
    found.push(...rows.map(keptOfRow))
  }
  for (const chunk of chunksOf([...subjects])) {
    const rows = await db
      .selectFrom('alert')
      .selectAll()
      .where('subject', 'in', chunk)
      .where('cleared_at', 'is', null)
      .execute()
    found.push(...rows.map(keptOfRow))
  }
  return found
}

/** Nobody stays inhibited by an alert that is over. */
async function releaseThoseLeft(db: Kysely<Schema>, bench: Workbench): Promise<void> {
  for (const chunk of chunksOf([...bench.cleared.keys()])) {
    const rows = await db
      .selectFrom('alert')
      .selectAll()
      .where('inhibited_by', 'in', chunk)
      .where('cleared_at', 'is', null)
      .orderBy('id')
      .execute()
    bench.add(rows.map(keptOfRow))
  }
  for (const { id, over } of bench.left())
    bench.take({ type: 'step', target: { id }, input: { step: 'released', at: over, by: 'lantern' } })
}

async function writeAlerts(db: Kysely<Schema>, bench: Workbench): Promise<void> {
  // By id: where one was cleared and the next opened for the same subject, the old one comes first.
  const rows = bench
    .changed()
    .sort((a, b) => a.alert.id - b.alert.id)
    .map(rowOfAlert)
  for (const chunk of chunksOf(rows, alertsPerStatement))
    await db
      .insertInto('alert')
      .values(chunk)
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet((row) => ({
          severity: row.ref('excluded.severity'),
          state: row.ref('excluded.state'),
          acknowledged_at: row.ref('excluded.acknowledged_at'),
          acknowledged_by: row.ref('excluded.acknowledged_by'),
          cleared_at: row.ref('excluded.cleared_at'),
          cleared_by: row.ref('excluded.cleared_by'),
          assigned_to: row.ref('excluded.assigned_to'),
          shelved_until: row.ref('excluded.shelved_until'),
          inhibited_by: row.ref('excluded.inhibited_by'),
          chattering: row.ref('excluded.chattering'),
          escalate_at: row.ref('excluded.escalate_at'),
          evidence: row.ref('excluded.evidence'),
          told: row.ref('excluded.told'),
          steps: row.ref('excluded.steps'),
          changed_at: row.ref('excluded.changed_at'),
        })),
      )
      .execute()
  const areas = bench.opened.flatMap((alert) =>
    [...new Set(alert.areas)].map((area) => ({ area, alert: alert.id })),
  )
  for (const chunk of chunksOf(areas)) await db.insertInto('alert_area').values(chunk).execute()
  for (const chunk of chunksOf(bench.taken.map(({ step }) => step)))
    await db.insertInto('alert_step').values(chunk).execute()
}

/** Times the columns of an alert, this stays far below every database's limit of parameters. */
const alertsPerStatement = 100
