/**
 * The alert side of the SQLite registry alone: two processes at the same alerts, one of them killed, a file of an older
 * version, a full disk in the middle of a change, how much is kept, and that no question reads a whole table.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate as breathe } from 'node:timers/promises'
import { Kysely } from 'kysely'
import { Migrator } from 'kysely/migration'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { AlertStep } from '../model/alert.ts'
import { readOpenAlerts, readSteps } from '../stores/registry/alerts/alerts.ts'
import { applyChanges } from '../stores/registry/alerts/change.ts'
import { insertSubscription, subscriptionCache } from '../stores/registry/alerts/subscriptions.ts'
import { alertRetention } from '../stores/registry/alerts-port.ts'
import { migrate } from '../stores/registry/migrate.ts'
import * as first from '../stores/registry/migrations/0001-first.ts'
import type { Registry } from '../stores/registry/port.ts'
import type { Schema } from '../stores/registry/schema.ts'
import { createSqliteRegistry } from '../stores/registry/sqlite.ts'
import { sqliteDialect } from '../stores/registry/sqlite-dialect.ts'
import { contested, opening, stepping, subscribing } from './alert-examples.ts'
import { noVersions } from './registry-examples.ts'

describe('alerts in SQLite', () => {
  let folder: string
  let file: string
  let registry: Registry

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lantern-registry-'))
    file = join(folder, 'registry.sqlite')
    registry = createSqliteRegistry({ file })
  })
  afterEach(async () => {
    await registry.stop()
    await rm(folder, { recursive: true })
  })

  const otherWriter = (): ChildProcess =>
    fork(new URL('./registry-alert-writer.ts', import.meta.url), [file], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })

  async function subscribe(): Promise<void> {
    await registry.start()
    await registry.addSubscription({ id: 's', input: subscribing(), secret: '', by: 'k', now: 1 })
  }

  /** What must be true of the history of `contested` alerts, however it came about. */
  async function expectWhole(): Promise<AlertStep[]> {
    const steps = await registry.alertSteps({ limit: 1_000_000 })
    expect(steps.map(({ id }) => id)).toEqual(steps.map((_, index) => index + 1))
    const lives = Map.groupBy(steps, ({ alert }) => alert)
    const names = [...lives.values()].map((life) => life.map(({ step }) => step).join())
    expect(names.filter((name) => name !== 'opened,cleared' && name !== 'opened')).toEqual([])
    const open = await registry.openAlerts()
    expect(open).toHaveLength(names.filter((name) => name === 'opened').length)
    expect(new Set(open.map(({ subject }) => subject)).size).toBe(open.length)
    const { items } = await registry.deliveries({ subscription: 's', limit: 1_000_000 })
    expect(items.map(({ step }) => step).reverse()).toEqual(steps.map(({ id }) => id))
    return steps
  }

  it('are opened and cleared once when two processes do it at the same time', async () => {
    await subscribe()
    const other = otherWriter()
    const ended = Promise.all([once(other, 'exit'), once(other, 'disconnect')])
    const told: number[] = []
    let batches = 0
    other.on('message', (message) => {
      told.push(...z.array(z.number()).parse(message))
      batches++
    })
    await once(other, 'message')
    const before = batches
    // Both write until each has done its share while the other was at it.
    for (let round = 1; round < 30 || batches < before + 30; round++) {
      const taken = await registry.changeAlerts(contested(round), round)
      told.push(...taken.map(({ step }) => step.id))
      await breathe()
    }
    other.send('stop')
    expect((await ended)[0]).toEqual([0, null])
    const steps = await expectWhole()
    expect(told.sort((a, b) => a - b)).toEqual(steps.map(({ id }) => id))
  })

  it('are all there that a killed process was told are kept, each with its delivery', async () => {
    await subscribe()
    const other = otherWriter()
    const told: number[] = []
    other.on('message', (message) => {
      told.push(...z.array(z.number()).parse(message))
      if (told.length >= 60) other.kill('SIGKILL')
    })
    expect(await once(other, 'exit')).toEqual([null, 'SIGKILL'])
    const steps = await expectWhole()
    expect(steps.length).toBeGreaterThanOrEqual(Math.max(...told))
  })

  it('come into a file of the version before, which keeps what it had', async () => {
    const old = new Kysely<Schema>({
      dialect: sqliteDialect({ database: new DatabaseSync(file), lockWait: 30 }),
    })
    const provider = { getMigrations: async () => ({ '0001-first': first }) }
    expect((await new Migrator({ db: old, provider }).migrateToLatest()).error).toBeUndefined()
    await old.updateTable('counter').set({ states: 7, position: 9 }).execute()
    await old.destroy()
    await registry.start()
    expect(await registry.versions()).toEqual({ ...noVersions, states: 7 })
    expect(await registry.statePosition()).toBe(9)
    expect(await registry.changeAlerts([opening('r', 'a')], 1)).toHaveLength(1)
  })

  it('change all or none when there is no room, and go on after it', async () => {
    const database = new DatabaseSync(file)
    const db = new Kysely<Schema>({ dialect: sqliteDialect({ database, lockWait: 30 }) })
    await migrate(db)
    const subscriptions = subscriptionCache()
    const write = <T>(change: (db: Kysely<Schema>) => Promise<T>) => db.transaction().execute(change)
    await write((db) =>
      insertSubscription(db, { id: 's', input: subscribing(), secret: '', by: 'k', now: 1 }),
    )
    await write((db) => applyChanges(db, [opening('r', 'd0')], { now: 1, subscriptions }))
    const many = Array.from({ length: 2000 }, (_, index) => opening('r', `d${index}`))
    const fill = () =>
      write((db) => applyChanges(db, [stepping('r d0', 'cleared'), ...many], { now: 1, subscriptions }))

    const { page_count: pages } = z
      .object({ page_count: z.number() })
      .parse(database.prepare('pragma page_count').get())
    // A little more room each time, so that it ends in the alerts, in their history, in their deliveries.
    let refused = 0
    for (let room = 5; ; room += 20) {
      database.exec(`pragma max_page_count = ${pages + room}`)
      const outcome = await fill().catch((error: unknown) => error)
      if (Array.isArray(outcome)) break
      expect(outcome).toMatchObject({ code: 'store-unavailable' })
      refused++
      expect(await readOpenAlerts(db)).toHaveLength(1)
      expect(await readSteps(db, { limit: 10 })).toHaveLength(1)
      expect(await db.selectFrom('delivery').select('id').execute()).toEqual([{ id: 1 }])
    }
    expect(refused).toBeGreaterThan(5)
    expect(await readOpenAlerts(db)).toHaveLength(2000)
    expect(await readSteps(db, { limit: 9000 })).toHaveLength(2002)
    await db.destroy()
  })

  it('leave no more deliveries and audit lines than are kept, the oldest going first', async () => {
    await registry.start()
    const database = new DatabaseSync(file)
    const numbers = (count: number) =>
      `with recursive n (i) as (select 1 union all select i + 1 from n where i < ${count})`
    database.exec(`begin;
      ${numbers(alertRetention.maxDeliveries + 300)} insert into delivery
        (id, subscription, alert, step, created_at, due_at, attempts, state, ended_at, head)
        select i, 's', null, null, 0, 0, 1, 'sent', i, 0 from n;
      ${numbers(alertRetention.maxAudit + 2)} insert into audit select i, 0, 'k', 'rule.changed', 'r', '{}' from n;
      commit`)
    database.close()
    expect(await registry.tidyAlerts(1)).toBe(302)
    const oldest = await registry.deliveries({ subscription: 's', limit: 9, before: 303 })
    expect(oldest.items.map(({ id }) => id)).toEqual([302, 301])
    expect((await registry.audits({ limit: 9, before: 5 })).items.map(({ id }) => id)).toEqual([4, 3])
  })

  it('are asked for without reading a table from end to end', async () => {
    await registry.start()
    const asked = new Set<string>()
    const prepare = DatabaseSync.prototype.prepare
    DatabaseSync.prototype.prepare = function (sql, ...more) {
      asked.add(sql)
      return prepare.call(this, sql, ...more)
    }
    try {
      await askEverything()
    } finally {
      DatabaseSync.prototype.prepare = prepare
    }
    const database = new DatabaseSync(file)
    const plans = [...asked]
      .filter((sql) => !sql.startsWith('insert'))
      .flatMap((sql) =>
        database
          .prepare(`explain query plan ${sql}`)
          .all()
          .map((row) => ({ row, sql })),
      )
      .map(({ row, sql }) => `${z.object({ detail: z.string() }).parse(row).detail}: ${sql}`)
    database.close()
    // Counters, rules and subscriptions are few; open and public alerts are indexes of their own; and without any
    // condition a list is read from its end, as far as its limit. What waits is counted in the index of what waits.
    const allowed =
      /^SCAN (counter|subscription|rule|alert USING .*INDEX alert_(open_by_id|public))|: select [^()]* from "\w+"( where "head" = 1)? order by "\w+"( desc)? limit \?|^SCAN delivery USING (COVERING )?INDEX delivery_queue:/
    expect(plans.filter((plan) => plan.startsWith('SCAN') && !allowed.test(plan))).toEqual([])
    expect(plans.filter((plan) => plan.includes('INDEX')).length).toBeGreaterThan(30)
  })

  /** Every question of the port that may meet a large table. */
  async function askEverything(): Promise<void> {
    const page = { limit: 10, before: 100 }
    await registry.addSubscription({ id: 's', input: subscribing(), secret: '', by: 'k', now: 1 })
    await registry.changeAlerts([opening('r', 'a'), stepping(9, 'cleared')], 1)
    await registry.changeAlerts([stepping('r a', 'cleared'), stepping('s a', 'cleared')], 1)
    await registry.runAlertTimers(1)
    await registry.openAlerts()
    await registry.deliveryCounts()
    const filters = [
      ...[
        {},
        { area: 'a' },
        { rule: 'r' },
        { kind: 'camera' as const },
        { placeType: 'park' },
        { subject: 'a' },
      ],
      ...[{ severities: ['major' as const] }, { assignedTo: 'Lan' }, { from: 1, to: 2 }],
    ]
    for (const filter of filters) {
      await registry.alerts({ ...page, ...filter })
      await registry.alerts({ ...page, ...filter, states: ['open'] })
    }
    await registry.publicAlerts({ clearedAfter: 1, limit: 10 })
    await registry.alertQuality({ from: 1, to: 2, now: 3 })
    for (const asked of [{}, { alert: 1 }, { after: 1 }, { alert: 1, after: 1 }])
      await registry.alertSteps({ ...asked, limit: 10 })
    await registry.dueDeliveries(5, 10)
    const [due] = await registry.dueDeliveries(5, 10, 's')
    await registry.endAttempts([{ id: due?.id ?? 0, attempts: 1, state: 'dead', error: 'away', at: 2 }])
    await registry.retryDelivery('s', due?.id ?? 0, 3)
    await registry.nextDeliveries()
    await registry.deliveries({ ...page, subscription: 's' })
    await registry.deliveries({ ...page, subscription: 's', state: 'dead' })
    await registry.removeSubscription('s', { by: 'k', now: 4 })
    await registry.audits(page)
    await registry.audits({ ...page, target: 'r' })
    await registry.tidyAlerts(5)
  }
})
