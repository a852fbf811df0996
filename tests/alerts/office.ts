/** A registry with a dispatcher at work, for tests: subscriptions are made and alerts changed as the product does it. */
import pino from 'pino'
import { createDispatcher, type Dispatcher } from '../../alerts/dispatch/dispatcher.ts'
import { createEgress } from '../../alerts/dispatch/egress.ts'
import { createMailSender } from '../../alerts/dispatch/email.ts'
import { createWebhookSender } from '../../alerts/dispatch/webhook.ts'
import { type SubscriptionInput, subscriptionInput } from '../../model/subscription.ts'
import type { AlertChange } from '../../stores/registry/alerts-port.ts'
import type { Registry } from '../../stores/registry/port.ts'
import { createSqliteRegistry } from '../../stores/registry/sqlite.ts'

export interface Office {
  readonly registry: Registry
  readonly dispatcher: Dispatcher
  /** What the dispatcher takes for now: the real time and this, ms. */
  skew: number
  subscribe(id: string, input: unknown): Promise<void>
  change(...changes: AlertChange[]): Promise<void>
  stop(): Promise<void>
}

export const secret = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY='

export async function openOffice(options: {
  file: string
  allowed?: readonly string[]
  smtpUrl?: string
}): Promise<Office> {
  const { file, allowed = ['127.0.0.0/8'], smtpUrl = '' } = options
  const registry = createSqliteRegistry({ file })
  await registry.start()
  const clock = () => Date.now() + office.skew
  const publicUrl = 'https://lantern.example'
  const senders = {
    webhook: createWebhookSender({ egress: createEgress({ allowed }), publicUrl }),
    email: createMailSender({
      smtpUrl,
      from: 'Lantern <alerts@lantern.example>',
      publicUrl,
      timeZone: 'Asia/Ho_Chi_Minh',
    }),
  }
  const dispatcher = createDispatcher({
    registry,
    senders,
    clock,
    logger: pino({ enabled: false }),
    chance: () => 0,
  })
  const running = dispatcher.run()
  const office: Office = {
    registry,
    dispatcher,
    skew: 0,
    async subscribe(id, input) {
      const checked: SubscriptionInput = subscriptionInput.parse(input)
      await registry.addSubscription({ id, input: checked, secret, by: 'key', now: clock() })
    },
    async change(...changes) {
      await registry.changeAlerts(changes, clock())
    },
    async stop() {
      dispatcher.stop()
      await running
      senders.webhook.stop()
      senders.email.stop()
      await registry.stop()
    },
  }
  return office
}
