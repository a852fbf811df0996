/**
 * The part of the registry port that keeps rules, alerts, subscriptions and deliveries. It is one store with the device
 * states, because an alert's steps, the deliveries they call for and the journal position belong into one transaction.
 */
import type { Alert, AlertState, AlertStep, Severity, StepInput } from '../../model/alert.ts'
import type { Rule } from '../../model/rule.ts'
import type { Subscription, SubscriptionInput } from '../../model/subscription.ts'
import { day } from '../../model/time.ts'
import type { Page } from './port.ts'

/** An alert to be opened; what `takeStep` and the store give it is left out. */
export type NewAlert = Omit<
  Alert,
  | 'id'
  | 'state'
  | 'ruleSeverity'
  | 'acknowledgedAt'
  | 'acknowledgedBy'
  | 'clearedAt'
  | 'clearedBy'
  | 'assignedTo'
  | 'shelvedUntil'
  | 'inhibitedBy'
  | 'chattering'
  | 'steps'
  | 'changedAt'
>

/** Which alert: by id, or the one that is open for a rule and a subject. */
export type AlertTarget = { readonly id: number } | { readonly rule: string; readonly subject: string }

export type AlertChange =
  /** Opens an alert, unless one is open for this rule and subject: then nothing happens. */
  | { readonly type: 'open'; readonly alert: NewAlert; readonly inhibitedBy?: AlertTarget }
  /** One step of the alert; nothing happens where there is none or the step does not apply. */
  | {
      readonly type: 'step'
      readonly target: AlertTarget
      readonly input: Omit<StepInput, 'inhibitedBy'>
      readonly inhibitedBy?: AlertTarget
    }

/** What the engine keeps of a subject between two readings, as JSON; null: forget it. */
export interface AlertMemory {
  readonly key: string
  readonly memory: string | null
}

export interface StoredRule {
  readonly rule: Rule
  /** Grows with every change of any rule. */
  readonly version: number
  readonly changedAt: number
  readonly changedBy: string
}

export const deliveryStates = ['queued', 'sent', 'dead', 'dropped'] as const
export type DeliveryState = (typeof deliveryStates)[number]

export interface Delivery {
  readonly id: number
  readonly subscription: string
  /** null: a test. */
  readonly alert: number | null
  /** The step that it tells of (its id); null: a test. */
  readonly step: number | null
  /** The same for every attempt: `<subscription>-<id>`. */
  readonly idempotencyKey: string
  /** When it was queued; of one that is sent again: when that was asked for. */
  readonly createdAt: number
  /** When to try (again). */
  readonly dueAt: number
  readonly attempts: number
  readonly state: DeliveryState
  /** What the last attempt said; null: none yet, or it went well. */
  readonly lastError: string | null
  readonly endedAt: number | null
}

export interface AlertFilter {
  readonly states?: readonly AlertState[] | undefined
  readonly severities?: readonly Severity[] | undefined
  readonly rule?: string | undefined
  /** With all below it. */
  readonly area?: string | undefined
  readonly kind?: NonNullable<Alert['kind']> | undefined
  readonly placeType?: string | undefined
  readonly subject?: string | undefined
  readonly assignedTo?: string | undefined
  /** Without those that another stands for, and without shelved ones, unless true. */
  readonly all?: boolean | undefined
  /** Opened at or after, before (epoch ms). */
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/** Spreads in ms; null: of none. */
export interface AlertQuality {
  readonly opened: number
  readonly inhibited: number
  readonly chattering: number
  /** Different keys that took steps in the range. */
  readonly operators: number
  /** Open now; and of these, opened more than a day ago. */
  readonly standing: number
  readonly stale: number
  readonly toAcknowledge: { readonly median: number; readonly p90: number } | null
  readonly toClear: { readonly median: number; readonly p90: number } | null
}

export interface AuditLine {
  readonly id: number
  readonly at: number
  readonly by: string
  /** Such as `rule.changed`, `subscription.made`, `alert.cleared`. */
  readonly what: string
  readonly target: string
  /** JSON: what changed; never a secret. */
  readonly detail: string
}

export interface AlertRegistry {
  rules(): Promise<StoredRule[]>
  /** Adds or replaces; `isNew`: true wants a new one, false one that exists. Raises `conflict` or `not-found`. */
  putRule(rule: Rule, change: { by: string; now: number; isNew?: boolean | undefined }): Promise<StoredRule>
  /** Its open alerts are cleared by `by`. Raises `not-found`. */
  removeRule(id: string, change: { by: string; now: number }): Promise<void>

  /**
   * Takes changes in their order, all or nothing: alerts, their history, and a delivery for each subscription that wants
   * the step. When an alert is cleared that stands for others, those still open are released. Answers the steps that were
   * really taken, in their order, each with the alert as it was after it.
   */
  changeAlerts(changes: readonly AlertChange[], now: number): Promise<{ alert: Alert; step: AlertStep }[]>
  /**
   * What the clock alone made of the engine (no message came in between), all or nothing. What comes of messages goes
   * with their position, through `applyState`.
   */
  keepAlerts(alerts: {
    changes: readonly AlertChange[]
    memories: readonly AlertMemory[]
    now: number
  }): Promise<{ alert: Alert; step: AlertStep }[]>
  /**
   * Ends shelvings that are over and escalates what nobody acknowledged, as of `now`: at most 1,000 at a time, the rest
   * at the next call. What is shelved or inhibited is not escalated until it stands for itself again.
   */
  runAlertTimers(now: number): Promise<{ alert: Alert; step: AlertStep }[]>
  alert(id: number): Promise<Alert | undefined>
  /** Every alert that is not cleared. */
  openAlerts(): Promise<Alert[]>
  /** Newest first; `before`: an id. */
  alerts(request: AlertFilter & { limit: number; before?: number | undefined }): Promise<Page<Alert, number>>
  /** Of rules that are public: what is open, and what was cleared after a moment; the newest first. */
  publicAlerts(request: { clearedAfter: number; limit: number }): Promise<Alert[]>
  /** What of alerts can be measured (IEC 62682), of those opened in [from, to) and of what is open now. */
  alertQuality(request: { from: number; to: number; now: number }): Promise<AlertQuality>
  /** In their order; `after`: the id of a step. */
  alertSteps(request: {
    alert?: number | undefined
    after?: number | undefined
    limit: number
  }): Promise<AlertStep[]>
  /** What the engine has kept, by key. */
  alertMemories(): Promise<Map<string, string>>

  addSubscription(made: {
    id: string
    input: SubscriptionInput
    secret: string
    by: string
    now: number
  }): Promise<Subscription>
  /** Raises `not-found`. Deliveries that are queued go on with the new settings; disabled, they are dropped. */
  changeSubscription(
    id: string,
    input: SubscriptionInput,
    change: { by: string; now: number },
  ): Promise<Subscription>
  /** Raises `not-found`. What is queued for it is dropped. */
  removeSubscription(id: string, change: { by: string; now: number }): Promise<void>
  subscriptions(): Promise<Subscription[]>
  /** What signs its webhooks. Raises `not-found`. */
  subscriptionSecret(id: string): Promise<string>

  /**
   * The queued deliveries that are due (of one subscription), the longest due first, at most one an alert and
   * subscription (the first in order).
   */
  dueDeliveries(now: number, limit: number, subscription?: string): Promise<Delivery[]>
  /** All that is queued for a subscription, due or not, in its order: for a digest. */
  queuedDeliveries(subscription: string, limit: number): Promise<Delivery[]>
  /** When the next of each subscription is due, for those that have one: so that none waits behind another. */
  nextDeliveries(): Promise<Map<string, number>>
  /** How many wait, and how many are dead and still kept. */
  deliveryCounts(): Promise<{ readonly queued: number; readonly dead: number }>
  /** Raises `not-found`. */
  addTestDelivery(subscription: string, now: number): Promise<Delivery>
  /**
   * Ends attempts. Without `state` it stays queued until `dueAt`. What is no longer queued stays as it is. Calls at the same
   * time may be kept together, all or none.
   */
  endAttempts(
    results: readonly {
      id: number
      attempts: number
      state?: Exclude<DeliveryState, 'queued'>
      dueAt?: number
      error: string | null
      at: number
    }[],
  ): Promise<void>
  deliveries(request: {
    subscription: string
    state?: DeliveryState | undefined
    limit: number
    before?: number | undefined
  }): Promise<Page<Delivery, number>>
  /** Queues a dead or dropped delivery of that subscription again. Raises `not-found`, or `conflict` for another state. */
  retryDelivery(subscription: string, id: number, now: number): Promise<Delivery>

  audit(line: Omit<AuditLine, 'id'>): Promise<void>
  audits(request: {
    limit: number
    before?: number | undefined
    target?: string | undefined
  }): Promise<Page<AuditLine, number>>

  /**
   * Removes what has been kept long enough (`alertRetention`), in small transactions; answers how many rows. The history
   * of an alert goes with it. Clears what was opened for a device or area in the moment when it went. To be called about
   * once an hour.
   */
  tidyAlerts(now: number): Promise<number>
}

/** Until when things are kept, ms after their end, and how many at most. Open alerts and queued deliveries stay. */
export const alertRetention = {
  clearedAlerts: 400 * day,
  sentDeliveries: 30 * day,
  failedDeliveries: 90 * day,
  /** Of each state that a delivery may end in. */
  maxDeliveries: 200_000,
  audit: 400 * day,
  maxAudit: 100_000,
} as const
