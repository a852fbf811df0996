/**
 * Sends what the registry says is to be delivered: each subscription by itself, so that a slow or dead receiver holds up
 * nobody else, and the steps of one alert in their order. Nothing is taken from the registry before its end is known; a
 * crash repeats an attempt, with the same id. Started by alerts/main.ts.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { messageOf } from '../../model/errors.ts'
import type { Subscription } from '../../model/subscription.ts'
import { type Clock, second } from '../../model/time.ts'
import type { Delivery } from '../../stores/registry/alerts-port.ts'
import type { Registry } from '../../stores/registry/port.ts'
import type { Outcome, Sender } from './channel.ts'
import type { Message, Told } from './message.ts'
import { type Breaker, createBreaker, maxAttempts, waitAfter } from './patience.ts'
import { quietUntil } from './quiet.ts'

/** How often the registry is asked whether something has changed, ms. */
const lookEveryMs = 10
/** Without a change, how often it is looked all the same: for what becomes due by time. */
const sweepEveryMs = second
/** Attempts under way at once: of one subscription, and of all. */
const lanesEach = 4
const lanesAll = 256
/** Deliveries that one digest may hold. */
const maxDigest = 1000
/** Steps that are kept because others are told of them too. */
const maxKnown = 1000

export interface DispatcherFigures {
  readonly sent: number
  readonly failedAttempts: number
  readonly dead: number
  readonly underWay: number
  /** Targets that are left alone for a while. */
  readonly resting: number
}

export interface Dispatcher {
  /** Goes on until stopped; attempts under way are broken off then, and made again at the next start. */
  run(): Promise<void>
  stop(): void
  figures(): DispatcherFigures
}

type DispatcherRegistry = Pick<
  Registry,
  | 'versions'
  | 'subscriptions'
  | 'subscriptionSecret'
  | 'nextDeliveries'
  | 'dueDeliveries'
  | 'queuedDeliveries'
  | 'endAttempts'
  | 'alert'
  | 'alertSteps'
>

interface Target {
  readonly breaker: Breaker
  /** Ids of the deliveries under way. */
  readonly underWay: Set<number>
}

export function createDispatcher(options: {
  registry: DispatcherRegistry
  senders: { webhook: Sender<'webhook'>; email: Sender<'email'> }
  clock: Clock
  logger: Logger
  /** 0–1; Math.random unless a test says otherwise. */
  chance?: () => number
}): Dispatcher {
  const { registry, senders, clock, logger, chance = Math.random } = options
  const targets = new Map<string, Target>()
  const running = new Set<Promise<void>>()
  const ending = new AbortController()
  let subscriptions = new Map<string, Subscription>()
  const secrets = new Map<string, string>()
  /** What was read of alerts and steps, as of a version of the alerts: a step is told to many. */
  const known = { version: -1, told: new Map<string, Promise<Told | undefined>>() }
  let knownRules = -1
  let underWay = 0
  /** Attempts whose end is kept: their lanes are free, and the next of their alerts may be due. */
  let ended = 0
  const count = { sent: 0, failedAttempts: 0, dead: 0 }

  async function refreshSubscriptions(version: number): Promise<void> {
    if (version === knownRules) return
    subscriptions = new Map((await registry.subscriptions()).map((one) => [one.id, one]))
    for (const id of targets.keys()) if (!subscriptions.has(id)) targets.delete(id)
    secrets.clear()
    knownRules = version
  }

  function targetOf(id: string): Target {
    const known = targets.get(id)
    if (known) return known
    const made = { breaker: createBreaker(), underWay: new Set<number>() }
    targets.set(id, made)
    return made
  }

  /** Begins what can begin now. */
  async function sweep(): Promise<void> {
    const now = clock()
    for (const [id, dueAt] of await registry.nextDeliveries()) {
      const subscription = subscriptions.get(id)
      if (dueAt > now || !subscription) continue
      if (underWay >= lanesAll) return
      const target = targetOf(id)
      const most = subscription.digestSeconds ? 1 : lanesEach
      const free = Math.min(target.breaker.lanes(now, most) - target.underWay.size, lanesAll - underWay)
      if (free <= 0) continue
      const due = (await registry.dueDeliveries(now, free + target.underWay.size, id)).filter(
        (one) => !target.underWay.has(one.id),
      )
      for (const group of subscription.digestSeconds ? await digestOf(id, due) : due.map((one) => [one]))
        if (target.underWay.size < most) begin(subscription, target, group)
    }
  }

  /** Everything that waits, in one message; a test goes by itself. */
  async function digestOf(id: string, due: readonly Delivery[]): Promise<Delivery[][]> {
    const test = due.find(({ alert }) => alert === null)
    if (test) return [[test]]
    if (due.length === 0) return []
    const all = await registry.queuedDeliveries(id, maxDigest)
    return [all.filter(({ alert }) => alert !== null)]
  }

  function begin(subscription: Subscription, target: Target, deliveries: readonly Delivery[]): void {
    for (const { id } of deliveries) target.underWay.add(id)
    underWay++
    const attempt = deliver(subscription, target, deliveries)
      .catch((error) => {
        // The registry did not take the end of the attempt; it is made again.
        logger.error(
          { subscription: subscription.id, reason: messageOf(error) },
          'a delivery could not be noted',
        )
      })
      .finally(() => {
        for (const { id } of deliveries) target.underWay.delete(id)
        underWay--
        ended++
        running.delete(attempt)
      })
    running.add(attempt)
  }

  async function deliver(
    subscription: Subscription,
    target: Target,
    deliveries: readonly Delivery[],
  ): Promise<void> {
    const told = await Promise.all(deliveries.map(tell))
    const now = clock()
    const later = postponedUntil(subscription, deliveries, told, now)
    if (later > now) {
      await registry.endAttempts(
        deliveries.map(({ id, attempts }) => ({ id, attempts, dueAt: later, error: null, at: now })),
      )
      return
    }
    const [first] = deliveries
    const message: Message = {
      id: first?.idempotencyKey ?? '',
      subscription: { id: subscription.id, name: subscription.name },
      at: Math.max(...deliveries.map(({ createdAt }, index) => told[index]?.step.at ?? createdAt)),
      told: told.filter((one) => one !== undefined),
    }
    const outcome = await attempt(subscription, message, now)
    if (ending.signal.aborted && !outcome.ok) return
    note(subscription, target, outcome)
    await end(deliveries, outcome)
  }

  /** What a delivery tells; undefined: it is a test. */
  async function tell({ alert, step }: Delivery): Promise<Told | undefined> {
    if (alert === null || step === null) return undefined
    const key = `${alert} ${step}`
    const kept = known.told.get(key)
    if (kept !== undefined) return kept
    if (known.told.size >= maxKnown) known.told.clear()
    const read = readTold(alert, step)
    known.told.set(key, read)
    // What could not be read is read again.
    read.catch(() => known.told.delete(key))
    return read
  }

  async function readTold(id: number, stepId: number): Promise<Told | undefined> {
    const [alert, [step]] = await Promise.all([
      registry.alert(id),
      registry.alertSteps({ alert: id, after: stepId - 1, limit: 1 }),
    ])
    return alert && step ? { alert, step } : undefined
  }

  /** Until when it has to wait: for its digest, and for the end of quiet hours unless something is critical. */
  function postponedUntil(
    { digestSeconds, quiet }: Subscription,
    deliveries: readonly Delivery[],
    told: readonly (Told | undefined)[],
    now: number,
  ): number {
    if (told.every((one) => one === undefined)) return now
    let until = now
    if (digestSeconds) {
      const window = digestSeconds * second
      const oldest = Math.min(...deliveries.map(({ createdAt }) => createdAt))
      until = Math.max(until, Math.floor(oldest / window + 1) * window)
    }
    if (quiet && !told.some((one) => one?.alert.severity === 'critical'))
      until = Math.max(until, quietUntil(quiet, now))
    return until
  }

  async function attempt(subscription: Subscription, message: Message, at: number): Promise<Outcome> {
    const { channel } = subscription
    try {
      const secret = channel.type === 'webhook' ? await secretOf(subscription.id) : ''
      const request = { message, secret, at, signal: ending.signal }
      return channel.type === 'webhook'
        ? await senders.webhook.send({ channel, ...request })
        : await senders.email.send({ channel, ...request })
    } catch (error) {
      return { ok: false, error: messageOf(error) }
    }
  }

  async function secretOf(subscription: string): Promise<string> {
    const secret = secrets.get(subscription) ?? (await registry.subscriptionSecret(subscription))
    secrets.set(subscription, secret)
    return secret
  }

  /** One line when a target begins to fail, and one when it is well again. */
  function note({ id, name }: Subscription, { breaker }: Target, outcome: Outcome): void {
    const rested = breaker.restsUntil() > 0
    if (outcome.ok) {
      breaker.succeeded()
      if (rested) logger.info({ subscription: id, name }, 'a subscriber can be reached again')
      return
    }
    breaker.failed(clock(), outcome.waitMs)
    if (!rested && breaker.restsUntil() > 0)
      logger.warn(
        { subscription: id, name, reason: outcome.error },
        'a subscriber cannot be reached; its deliveries wait',
      )
  }

  async function end(deliveries: readonly Delivery[], outcome: Outcome): Promise<void> {
    const at = clock()
    await registry.endAttempts(
      deliveries.map(({ id, attempts: before }) => {
        const attempts = before + 1
        if (outcome.ok) {
          count.sent++
          return { id, attempts, state: 'sent', error: null, at }
        }
        count.failedAttempts++
        const { error, final, waitMs = 0 } = outcome
        if (final || attempts >= maxAttempts) {
          count.dead++
          return { id, attempts, state: 'dead', error, at }
        }
        return { id, attempts, dueAt: at + Math.max(waitMs, waitAfter(attempts, chance())), error, at }
      }),
    )
  }

  return {
    async run() {
      let seen = -1
      let sweptAt = Number.NEGATIVE_INFINITY
      let sweptAfter = 0
      while (!ending.signal.aborted) {
        try {
          const { deliveries, rules, alerts } = await registry.versions()
          if (alerts !== known.version) known.told.clear()
          known.version = alerts
          await refreshSubscriptions(rules)
          if (deliveries !== seen || ended !== sweptAfter || performance.now() - sweptAt >= sweepEveryMs) {
            seen = deliveries
            sweptAfter = ended
            sweptAt = performance.now()
            await sweep()
          }
        } catch (error) {
          logger.error({ reason: messageOf(error) }, 'deliveries cannot be read; they are tried again')
          await sleep(sweepEveryMs)
        }
        await sleep(lookEveryMs)
      }
      await Promise.allSettled(running)
    },
    stop: () => ending.abort(new Error('Lantern is stopping')),
    figures: () => ({
      ...count,
      underWay,
      resting: [...targets.values()].filter(({ breaker }) => breaker.restsUntil() > clock()).length,
    }),
  }
}
