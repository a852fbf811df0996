/**
 * Alerts under any interleaving of opens, steps, timers, attempts, failing changes and restarts, from two handles at
 * once: part of the registry's contract. The oracle keeps only the steps that were answered, and `wants`.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Alert, type AlertStep, stepNames } from '../../../model/alert.ts'
import { wants } from '../../../model/subscription.ts'
import type { AlertChange, Delivery } from '../../../stores/registry/alerts-port.ts'
import type { Registry } from '../../../stores/registry/port.ts'
import { exampleRule, newAlert, subscribing } from '../../alert-examples.ts'
import type { RegistrySubject } from './subject.ts'

const pick = fc.nat({ max: 1000 })
const randomChange = fc.record({
  /** Opened as often as everything else together. */
  step: fc.oneof(fc.constant('opened' as const), fc.constantFrom(...stepNames, 'cleared' as const)),
  rule: fc.nat({ max: 1 }),
  subject: fc.nat({ max: 1 }),
  /** By id instead, among those there have been. */
  id: fc.option(pick, { freq: 4 }),
  inhibitor: fc.option(fc.nat({ max: 1 }), { freq: 2 }),
  severity: fc.constantFrom('info' as const, 'major' as const, 'critical' as const),
})
const batch = fc.array(randomChange, { minLength: 1, maxLength: 6, size: 'max' })
const command = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant('change' as const), batch }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('race' as const), batch, against: batch }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('fail' as const), batch, at: pick }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.nat({ max: 60 }) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('restart' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('attempt' as const),
      which: pick,
      state: fc.constantFrom('sent' as const, 'dead' as const, undefined),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('retry' as const), which: pick }) },
)

type Taken = { alert: Alert; step: AlertStep }

export function randomAlertsContract(subject: RegistrySubject): void {
  describe('alerts, whatever happens', () => {
    it('are open once for a rule and a subject, lose no step, and tell each once to those who want it', async () => {
      let runs = 0
      const other = subject.open()
      await other.start()
      const doing = fc.asyncProperty(fc.array(command, { maxLength: 16, size: 'max' }), async (commands) => {
        const run = await createRun(subject, other, runs++)
        for (const one of commands) await run.take(one)
        await run.end()
      })
      try {
        await fc.assert(doing, { numRuns: 50 })
      } finally {
        await other.stop()
      }
    }, 60_000)
  })
}

/** One run: its own rules, subjects and subscriptions, in a registry that other runs have used before. */
async function createRun(subject: RegistrySubject, other: Registry, run: number) {
  const start = await subject.registry.versions()
  const rules = [0, 1].map((index) => `r${run}-${index}`)
  for (const id of rules) {
    const escalation = { escalation: { afterSeconds: 30, severity: 'critical' as const } }
    await subject.registry.putRule(exampleRule(id, id === rules[0] ? escalation : {}), { by: 'k', now: 0 })
  }
  const filters = [{ rules }, { rules, severities: ['critical' as const] }, { rules: rules.slice(1) }]
  const inputs = new Map(filters.map((filter, index) => [`s${run}-${index}`, subscribing({ filter })]))
  for (const [id, input] of inputs)
    await subject.registry.addSubscription({ id, input, secret: '', by: 'k', now: 0 })

  let now = 1000
  const history: Taken[] = []
  const ids = () => [...new Set(history.map(({ alert }) => alert.id))]

  function changeOf(random: typeof randomChange extends fc.Arbitrary<infer T> ? T : never): AlertChange {
    const { step, severity } = random
    const rule = rules[random.rule] ?? ''
    const target = { rule, subject: `d${run}-${random.subject}` }
    const by =
      random.inhibitor === null ? {} : { inhibitedBy: { rule, subject: `d${run}-${random.inhibitor}` } }
    const escalateAt = now + 40
    if (step === 'opened')
      return {
        type: 'open',
        alert: newAlert(rule, target.subject, { severity, openedAt: now, escalateAt }),
        ...by,
      }
    const id = random.id === null ? undefined : ids()[random.id % (ids().length + 1)]
    const input = { step, severity, at: now, by: 'key', until: now + 30, assignee: severity }
    return { type: 'step', target: id === undefined ? target : { id }, input, ...by }
  }

  async function take(one: typeof command extends fc.Arbitrary<infer T> ? T : never): Promise<void> {
    const { registry } = subject
    now += 1
    if (one.type === 'change') {
      const changes = one.batch.map(changeOf)
      note(await registry.changeAlerts(changes, now))
      await expectOpen(changes.at(-1))
    }
    if (one.type === 'race') {
      const sides = [registry.changeAlerts(one.batch.map(changeOf), now)]
      sides.push(other.changeAlerts(one.against.map(changeOf), now))
      note((await Promise.all(sides)).flat())
    }
    if (one.type === 'fail') await fail(one.batch.map(changeOf), one.at)
    if (one.type === 'wait') {
      now += one.ms
      note(await registry.runAlertTimers(now))
    }
    if (one.type === 'restart') await subject.reopen()
    if (one.type === 'attempt') {
      const due = await registry.dueDeliveries(now, 1000)
      const delivery = due[one.which % Math.max(due.length, 1)]
      const state = one.state && { state: one.state }
      if (delivery)
        await other.endAttempts([
          { id: delivery.id, attempts: 1, ...state, dueAt: now + 20, error: null, at: now },
        ])
    }
    if (one.type === 'retry') {
      const dead = (await allDeliveries()).filter(({ state }) => state === 'dead')
      const delivery = dead[one.which % Math.max(dead.length, 1)]
      if (delivery) await registry.retryDelivery(delivery.subscription, delivery.id, now)
    }
    await check()
  }

  /** Whatever came before: who asks last for an alert to be open, finds it open. */
  async function expectOpen(change: AlertChange | undefined): Promise<void> {
    if (change?.type !== 'open') return
    const { rule, subject: of } = change.alert
    const open = await subject.registry.openAlerts()
    expect(open.filter((alert) => alert.rule === rule && alert.subject === of)).toHaveLength(1)
  }

  /** A batch with something in it that no database keeps. */
  async function fail(changes: AlertChange[], at: number): Promise<void> {
    const before = await subject.registry.versions()
    const title = Symbol('no text') as never
    const alert = newAlert(rules[0] ?? '', `poison-${run}`, { title })
    changes.splice(at % (changes.length + 1), 0, { type: 'open', alert })
    await expect(other.changeAlerts(changes, now)).rejects.toThrow()
    expect(await subject.registry.versions()).toEqual(before)
  }

  function note(taken: readonly Taken[]): void {
    history.push(...[...taken].sort((a, b) => a.step.id - b.step.id))
  }

  async function allDeliveries(): Promise<Delivery[]> {
    const lists = await Promise.all(
      [...inputs.keys()].map((subscription) => subject.registry.deliveries({ subscription, limit: 10_000 })),
    )
    return lists.flatMap(({ items }) => items)
  }

  async function check(): Promise<void> {
    const { registry } = subject
    expect(history.map(({ step }) => step.id)).toEqual(history.map((_, index) => start.alerts + index + 1))
    const read: AlertStep[] = []
    for (let page: AlertStep[]; ; read.push(...page)) {
      page = await registry.alertSteps({ after: read.at(-1)?.id ?? start.alerts, limit: 7 })
      if (page.length === 0) break
    }
    expect(read).toEqual(history.map(({ step }) => step))

    const last = new Map<number, Alert>()
    for (const { alert, step } of history) {
      expect(alert.steps).toBe((last.get(alert.id)?.steps ?? 0) + 1)
      expect([step.alert, step.state, step.severity]).toEqual([alert.id, alert.state, alert.severity])
      last.set(alert.id, alert)
    }
    const open = await registry.openAlerts()
    // A timer with nothing to raise is taken away without a step.
    const plain = (alert: Alert) => ({ ...alert, escalateAt: null })
    const expected = [...last.values()].filter(({ state }) => state !== 'cleared').sort((a, b) => a.id - b.id)
    expect(open.map(plain)).toEqual(expected.map(plain))
    expect(new Set(open.map(({ rule, subject: of }) => `${rule} ${of}`)).size).toBe(open.length)
    const openIds = [null, ...open.map(({ id }) => id)]
    expect(open.filter(({ inhibitedBy }) => !openIds.includes(inhibitedBy))).toEqual([])
    await checkDeliveries()
  }

  async function checkDeliveries(): Promise<void> {
    const knowing = new Set<string>()
    const wanted: string[] = []
    for (const { alert, step } of history)
      for (const [id, input] of inputs) {
        if (!wants(input, alert, step.step, knowing.has(`${id} ${alert.id}`))) continue
        knowing.add(`${id} ${alert.id}`)
        wanted.push(`${id} ${step.id}`)
      }
    const deliveries = await allDeliveries()
    expect(deliveries.map(({ subscription, step }) => `${subscription} ${step}`).sort()).toEqual(
      wanted.sort(),
    )

    const lines = Map.groupBy(
      deliveries.filter(({ state }) => state === 'queued'),
      ({ subscription, alert }) => `${subscription} ${alert}`,
    )
    const due = await subject.registry.dueDeliveries(Number.MAX_SAFE_INTEGER, 10_000)
    expect(due.map(({ subscription, alert }) => `${subscription} ${alert}`).sort()).toEqual(
      [...lines.keys()].sort(),
    )
    const next = [...lines.values()].flat().filter(({ id }) => due.some((one) => one.id === id))
    const soonest = Math.min(...next.map(({ dueAt }) => dueAt))
    const told = [...(await subject.registry.nextDeliveries()).values()]
    expect(Math.min(...told)).toBe(soonest)
    expect(told.length === 0).toBe(next.length === 0)
  }

  async function end(): Promise<void> {
    const open = await subject.registry.openAlerts()
    for (const id of inputs.keys()) await subject.registry.removeSubscription(id, { by: 'k', now })
    await subject.registry.changeAlerts(
      open.map(({ id }) => ({ type: 'step', target: { id }, input: { step: 'cleared', at: now, by: 'k' } })),
      now,
    )
  }

  return { take, end }
}
