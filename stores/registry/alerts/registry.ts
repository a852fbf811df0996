/**
 * The alert part of the registry port, put together of this folder's queries. A driver gives it its way to read, to write
 * in a transaction, and its fastest way to keep the engine's memory. Used by ../sqlite.ts.
 */
import { setImmediate as breathe } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import type { AlertMemory, AlertRegistry } from '../alerts-port.ts'
import type { StateChange } from '../port.ts'
import type { Schema } from '../schema.ts'
import { readAlert, readAlerts, readMemories, readOpenAlerts, readPublicAlerts, readSteps } from './alerts.ts'
import { insertAudit, readAudits } from './audit.ts'
import { applyChanges } from './change.ts'
import {
  insertTest,
  readCounts,
  readDeliveries,
  readDue,
  readNextDueOfEach,
  readQueued,
  requeue,
  writeAttempts,
} from './deliveries.ts'
import { clearGone } from './gone.ts'
import { grouped } from './grouped.ts'
import { readQuality } from './quality.ts'
import { deleteRule, readRules, writeRule } from './rules.ts'
import {
  deleteSubscription,
  insertSubscription,
  readSecret,
  readSubscriptions,
  subscriptionCache,
  updateSubscription,
} from './subscriptions.ts'
import { tidy } from './tidy.ts'
import { runTimers, timersAreDue } from './timers.ts'

/** The ends of delivery attempts gather for so long: nobody waits for them but the next of the same alert. */
const endsGatherMs = 10

/** What else a driver does to alerts in its own transactions. */
export interface AlertWriter {
  keep(db: Kysely<Schema>, alerts: NonNullable<StateChange['alerts']>): ReturnType<typeof applyChanges>
  clearGone(db: Kysely<Schema>, now: number, device?: string): Promise<number>
}

export function createAlertRegistry(driver: {
  read(): Kysely<Schema>
  write<T>(change: (db: Kysely<Schema>) => Promise<T>): Promise<T>
  /** Is called within `write`. */
  putMemories(memories: readonly AlertMemory[]): void
}): { port: AlertRegistry; writer: AlertWriter } {
  const { read, write, putMemories } = driver
  const subscriptions = subscriptionCache()
  const writer: AlertWriter = {
    async keep(db, { changes, memories, now }) {
      const taken = await applyChanges(db, changes, { now, subscriptions })
      putMemories(memories)
      return taken
    },
    clearGone: (db, now, device) => clearGone(db, { now, subscriptions, device }),
  }

  const port: AlertRegistry = {
    rules: async () => readRules(read()),
    putRule: async (rule, change) => write((db) => writeRule(db, rule, change)),
    removeRule: async (id, change) => write((db) => deleteRule(db, id, { ...change, subscriptions })),

    changeAlerts: async (changes, now) => write((db) => applyChanges(db, changes, { now, subscriptions })),
    keepAlerts: async (alerts) => write((db) => writer.keep(db, alerts)),
    async runAlertTimers(now) {
      return (await timersAreDue(read(), now)) ? write((db) => runTimers(db, { now, subscriptions })) : []
    },
    alert: async (id) => readAlert(read(), id),
    openAlerts: async () => readOpenAlerts(read()),
    alerts: async (request) => readAlerts(read(), request),
    publicAlerts: async (request) => readPublicAlerts(read(), request),
    alertQuality: async (request) => readQuality(read(), request),
    alertSteps: async (request) => readSteps(read(), request),
    alertMemories: async () => readMemories(read()),

    addSubscription: async (made) => write((db) => insertSubscription(db, made)),
    changeSubscription: async (id, input, change) => write((db) => updateSubscription(db, id, input, change)),
    removeSubscription: async (id, change) => write((db) => deleteSubscription(db, id, change)),
    subscriptions: async () => readSubscriptions(read()),
    subscriptionSecret: async (id) => readSecret(read(), id),

    dueDeliveries: async (now, limit, subscription) => readDue(read(), now, limit, subscription),
    queuedDeliveries: async (subscription, limit) => readQueued(read(), subscription, limit),
    nextDeliveries: async () => readNextDueOfEach(read()),
    deliveryCounts: async () => readCounts(read()),
    addTestDelivery: async (subscription, now) => write((db) => insertTest(db, subscription, now)),
    endAttempts: grouped((results) => write((db) => writeAttempts(db, results)), endsGatherMs),
    deliveries: async (request) => readDeliveries(read(), request),
    retryDelivery: async (subscription, id, now) => write((db) => requeue(db, subscription, id, now)),

    audit: async (line) => write((db) => insertAudit(db, line)),
    audits: async (request) => readAudits(read(), request),
    async tidyAlerts(now) {
      const slice = { now, subscriptions, limit: 200 }
      while ((await write((db) => clearGone(db, slice))) === slice.limit) await breathe()
      return tidy(write, now)
    },
  }
  return { port, writer }
}
