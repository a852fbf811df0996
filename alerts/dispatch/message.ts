/**
 * What one delivery says: which steps of which alerts, in one form from which each channel makes its own. A digest has
 * several, everything else one; a test has none.
 */
import { z } from 'zod'
import { type Alert, type AlertStep, shownAlert, stepName } from '../../model/alert.ts'
import { showAlert, showStep } from '../../model/shown-alert.ts'
import { formatTime, timestamp } from '../../model/time.ts'

export interface Told {
  readonly alert: Alert
  readonly step: AlertStep
}

export interface Message {
  /** The same for every attempt. */
  readonly id: string
  readonly subscription: { readonly id: string; readonly name: string }
  /** Epoch ms: when the newest of its steps was taken. */
  readonly at: number
  /** In the order in which they were taken. */
  readonly told: readonly Told[]
}

/** The body of a webhook in Lantern's own form. */
export const webhookBody = z
  .object({
    type: z.enum(['alert', 'digest', 'test']),
    subscription: z.object({ id: z.string(), name: z.string() }),
    at: timestamp,
    items: z.array(
      z.object({
        step: z.object({ id: z.number().int(), step: stepName, at: timestamp, by: z.string() }).loose(),
        alert: shownAlert,
      }),
    ),
  })
  .meta({ id: 'WebhookBody' })

export function typeOf({ told }: Message): z.infer<typeof webhookBody>['type'] {
  return told.length === 0 ? 'test' : told.length === 1 ? 'alert' : 'digest'
}

export function bodyOf(message: Message): z.infer<typeof webhookBody> {
  return {
    type: typeOf(message),
    subscription: message.subscription,
    at: formatTime(message.at),
    items: message.told.map(({ alert, step }) => ({ step: showStep(step), alert: showAlert(alert) })),
  }
}
