/** The ids of subscriptions: 12 hexadecimal digits by chance, as those of API keys. */
import { randomBytes } from 'node:crypto'
import { z } from 'zod'

export const newSubscriptionId = () => randomBytes(6).toString('hex')

export const subscriptionPath = z.object({
  id: z.string().regex(/^[0-9a-f]{12}$/, 'the 12 hexadecimal digits of a subscription id'),
})
