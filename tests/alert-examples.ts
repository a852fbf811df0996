/**
 * Small examples of alerts, rules and subscriptions, each with only what a test says of it. Used by the tests of the
 * registry's alert side.
 */
import type { StepInput } from '../model/alert.ts'
import { type Rule, rule as ruleSchema } from '../model/rule.ts'
import { type SubscriptionInput, subscriptionInput } from '../model/subscription.ts'
import type { AlertChange, AlertTarget, NewAlert } from '../stores/registry/alerts-port.ts'

export const newAlert = (rule: string, subject: string, more: Partial<NewAlert> = {}): NewAlert => ({
  rule,
  title: `${rule} at ${subject}`,
  action: 'Go there and look',
  severity: 'major',
  subjectType: 'device',
  subject,
  kind: 'camera',
  place: 'p1',
  placeType: 'market',
  areas: ['d1', 'top'],
  longitude: 106.65,
  latitude: 10.98,
  since: 900,
  openedAt: 1000,
  escalateAt: null,
  public: false,
  evidence: { values: [{ observedAt: 900, field: 'recording', value: false }] },
  ...more,
})

export const opening = (rule: string, subject: string, more: Partial<NewAlert> = {}): AlertChange => ({
  type: 'open',
  alert: newAlert(rule, subject, more),
})

/** `target`: "rule subject", or an id. */
export const stepping = (
  target: string | number,
  step: StepInput['step'],
  more: Partial<Omit<StepInput, 'inhibitedBy'>> = {},
): AlertChange => ({
  type: 'step',
  target: targetOf(target),
  input: { step, at: 2000, by: 'key', ...more },
})

export function targetOf(target: string | number): AlertTarget {
  if (typeof target === 'number') return { id: target }
  const [rule = '', subject = ''] = target.split(' ')
  return { rule, subject }
}

export const exampleRule = (id: string, more: Partial<Rule> = {}): Rule =>
  ruleSchema.parse({
    id,
    name: 'Cameras gone dark',
    title: '{subject} is silent',
    action: 'Go there and look',
    severity: 'major',
    condition: { type: 'silence' },
    ...more,
  })

export const subscribing = (more: Partial<SubscriptionInput> = {}): SubscriptionInput =>
  subscriptionInput.parse({
    name: 'The control room',
    channel: { type: 'webhook', url: 'https://control.example/alerts' },
    ...more,
  })

/** What two processes both try to do, round by round: each alert can be opened, and cleared, by one of them only. */
export const contested = (round: number): AlertChange[] =>
  ['a', 'b', 'c'].flatMap((subject) => [
    opening('r', subject),
    ...(round % 2 === 0 ? [stepping(`r ${subject}`, 'cleared')] : []),
  ])
