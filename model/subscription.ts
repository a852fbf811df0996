/**
 * A subscription: who is told of which alerts, over which channel, and when. `wants` decides for each step of an alert;
 * the registry asks it in the transaction that keeps the step, so that what is to be delivered is never lost.
 */
import { z } from 'zod'
import { type Alert, type AlertStep, severities, severity } from './alert.ts'
import { displayName, identifier, slug } from './identifier.ts'
import { kindNames } from './kinds.ts'
import { schedule } from './rule.ts'

const webhook = z.strictObject({
  type: z.literal('webhook'),
  url: z.url({ protocol: /^https?$/ }).max(2000),
  format: z.enum(['lantern', 'alertmanager']).default('lantern').meta({
    description: 'alertmanager: the body that receivers of Prometheus Alertmanager take (version 4)',
  }),
})
const email = z.strictObject({
  type: z.literal('email'),
  to: z.array(z.email()).min(1).max(20),
})

/** What Lantern sends by itself. MQTT (`alerts/#`), the stream and the feed are there for who comes for them, with no subscription. */
export const channel = z.discriminatedUnion('type', [webhook, email])
export type Channel = z.infer<typeof channel>

export const subscriptionInput = z
  .strictObject({
    name: displayName,
    channel,
    filter: z
      .strictObject({
        areas: z.array(identifier).min(1).max(100).optional().meta({ description: 'With all below them' }),
        kinds: z.array(z.enum(kindNames)).min(1).optional(),
        rules: z.array(identifier).min(1).max(100).optional(),
        severities: z.array(severity).min(1).max(severities.length).optional(),
        placeTypes: z.array(slug).min(1).max(50).optional(),
      })
      .default({}),
    quiet: schedule
      .optional()
      .meta({ description: 'Hours in which nothing is sent but what is critical; it is sent when they end' }),
    digestSeconds: z
      .number()
      .int()
      .min(60)
      .max(86_400)
      .optional()
      .meta({ description: 'Everything of so long in one message; at once, unless said' }),
    enabled: z.boolean().default(true),
  })
  .meta({ id: 'SubscriptionInput' })
export type SubscriptionInput = z.infer<typeof subscriptionInput>

/** As it is stored; the secret that signs webhooks is stored beside it. Times in epoch ms. */
export interface Subscription extends SubscriptionInput {
  readonly id: string
  readonly createdBy: string
  readonly createdAt: number
}

/** Steps that somebody is told of; the others are the operators' own affair and stand in the history. */
export const toldSteps: ReadonlySet<AlertStep['step']> = new Set([
  'opened',
  'acknowledged',
  'escalated',
  'deescalated',
  'released',
  'chattering',
  'unshelved',
  'cleared',
])

/**
 * Whether a step is to be delivered. `alert`: as it is after the step. `knows`: whether the subscription was told of the
 * alert before. Nothing is told of an alert that another stands for (a storm) or that is shelved; that it is over is told
 * to those who know that it began, whatever its severity or their filter is now, and to nobody else.
 */
export function wants(
  subscription: SubscriptionInput,
  alert: Alert,
  step: AlertStep['step'],
  knows: boolean,
): boolean {
  const { areas, kinds, rules, severities: grades, placeTypes } = subscription.filter
  if (!subscription.enabled || !toldSteps.has(step)) return false
  if (step === 'cleared') return knows
  if (alert.inhibitedBy !== null || alert.shelvedUntil !== null) return false
  return (
    (areas === undefined || alert.areas.some((code) => areas.includes(code))) &&
    (kinds === undefined || (alert.kind !== null && kinds.includes(alert.kind))) &&
    (rules === undefined || rules.includes(alert.rule)) &&
    (grades === undefined || grades.includes(alert.severity)) &&
    (placeTypes === undefined || (alert.placeType !== null && placeTypes.includes(alert.placeType)))
  )
}
