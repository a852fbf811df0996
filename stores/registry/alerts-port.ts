/**
 * The part of the registry port that keeps rules, alerts, subscriptions and deliveries. It is one store with the device
 * states, because an alert's steps, the deliveries they call for and the journal position belong into one transaction.
 */
import type { Alert, AlertState, AlertStep, Severity, StepInput } from '../../model/alert.ts'
import type { Rule } from '../../model/rule.ts'
import type { Subscription, SubscriptionInput } from '../../model/subscription.ts'
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
  readonly alert: number
  /** The step that it tells of (its id); null: a test. */
  readonly step: number | null
  /** The same for every attempt: `<subscription>-<id>`. */
  readonly idempotencyKey: string
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
  readonly states?: readonly AlertState[]
  readonly severities?: readonly Severity[]
  readonly rule?: string
  /** With all below it. */
  readonly area?: string
  readonly kind?: string
  readonly placeType?: string
  readonly subject?: string
  readonly assignedTo?: string
  /** Without those that another stands for, and without shelved ones, unless true. */
  readonly all?: boolean
  /** Opened at or after, before (epoch ms). */
  readonly from?: number
  readonly to?: number
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
  putRule(rule: Rule, change: { by: string; now: number; isNew?: boolean }): Promise<StoredRule>
  /** Its open alerts are cleared by `by`. Raises `not-found`. */
  removeRule(id: string, change: { by: string; now: number }): Promise<void>

  /**
   * Takes changes in their order, all or nothing: alerts, their history, and a delivery for each subscription that wants
   * the step. Answers the alerts that really changed, as they are now, each with its step.
   */
  changeAlerts(changes: readonly AlertChange[], now: number): Promise<{ alert: Alert; step: AlertStep }[]>
  /** Ends shelvings that are over and escalates what nobody acknowledged, as of `now`. */
  runAlertTimers(now: number): Promise<{ alert: Alert; step: AlertStep }[]>
  alert(id: number): Promise<Alert | undefined>
  /** Every alert that is not cleared. */
  openAlerts(): Promise<Alert[]>
  /** Newest first; `before`: an id. */
  alerts(request: AlertFilter & { limit: number; before?: number | undefined }): Promise<Page<Alert, number>>
  /** In their order; `after`: the id of a step. */
  alertSteps(request: { alert?: number; after?: number; limit: number }): Promise<AlertStep[]>
  /** What the engine has kept, by key. */
  alertMemories(): Promise<Map<string, string>>

  addSubscription(made: {
    id: string
    input: SubscriptionInput
    secret: string
    by: string
    now: number
  }): Promise<Subscription>
  /** Raises `not-found`. Deliveries that are queued go on with the new settings. */
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

  /** The queued deliveries that are due, the oldest first, at most one an alert and subscription (the first in order). */
  dueDeliveries(now: number, limit: number): Promise<Delivery[]>
  /** When the next is due, epoch ms; null: none is queued. */
  nextDelivery(): Promise<number | null>
  addTestDelivery(subscription: string, now: number): Promise<Delivery>
  /** Ends an attempt. Without `state` it stays queued until `dueAt`. */
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
  /** Queues a dead or dropped delivery again. Raises `not-found`, or `conflict` for another state. */
  retryDelivery(id: number, now: number): Promise<Delivery>

  audit(line: Omit<AuditLine, 'id'>): Promise<void>
  audits(request: {
    limit: number
    before?: number | undefined
    target?: string
  }): Promise<Page<AuditLine, number>>
}
