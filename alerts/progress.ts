/** What the alerts process tells the main process once a second, for health and metrics. */
import { z } from 'zod'

export const alertsMessage = z.object({
  type: z.literal('alerts'),
  figures: z.object({
    /** Since the process started. */
    sent: z.number(),
    failedAttempts: z.number(),
    /** Now. */
    underWay: z.number(),
    resting: z.number(),
    queued: z.number(),
    /** Given up, and still kept. */
    dead: z.number(),
  }),
})
export type AlertsMessage = z.infer<typeof alertsMessage>
