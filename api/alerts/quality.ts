/**
 * GET /v1/alerts/quality: whether the alerts are of use to those who get them, in the measures of ISA-18.2 / IEC 62682
 * (alarm rate, chattering, stale and standing alarms) and how soon they are seen and over.
 */
import { z } from 'zod'
import { LanternError } from '../../model/errors.ts'
import { day, formatTime, hour, second, timestamp } from '../../model/time.ts'
import type { ApiDependencies, App } from '../dependencies.ts'
import { json } from '../plugins/answers.ts'
import { alertFilters } from './shown.ts'

const longestRange = 400 * day

const spread = z
  .object({ median: z.number(), p90: z.number() })
  .nullable()
  .meta({ description: 's; null: none' })

const quality = z
  .object({
    from: timestamp,
    to: timestamp,
    opened: z.number().int().meta({ description: 'Opened in the range, without those another stood for' }),
    perOperatorHour: z.number().meta({
      description:
        'Of these, an hour and operator; IEC 62682 calls up to 6 acceptable and 12 the most one can manage',
    }),
    operators: z.number().int().meta({ description: 'Keys that saw to alerts in the range; at least 1' }),
    inhibited: z.number().int().meta({ description: 'Opened in the range, for which another stood' }),
    chattering: z.number().int().meta({ description: 'Of those opened, that came and went' }),
    standing: z.number().int().meta({ description: 'Open now' }),
    stale: z.number().int().meta({ description: 'Open now, for more than a day' }),
    secondsToAcknowledge: spread,
    secondsToClear: spread,
  })
  .meta({ id: 'AlertQuality' })

export function alertQualityRoutes(app: App, api: ApiDependencies): void {
  app.get(
    '/v1/alerts/quality',
    {
      schema: {
        operationId: 'getAlertQuality',
        summary: 'Whether the alerts are of use',
        tags: ['Alerts'],
        querystring: z.strictObject({
          from: alertFilters.from.meta({ description: 'RFC 3339; unset: a day before `to`' }),
          to: alertFilters.to.meta({ description: 'RFC 3339, exclusive; unset: now' }),
        }),
        response: { 200: json('The measures', quality) },
      },
      config: { access: 'viewer', errors: ['store-unavailable'] },
    },
    async ({ query }) => {
      const now = api.clock()
      const to = query.to ?? now
      const from = query.from ?? to - day
      if (from >= to || to - from > longestRange)
        throw new LanternError('invalid-request', 'The time range is empty or too long.', {
          faults: [{ field: 'from', message: `must be before "to", by at most ${longestRange / day} days` }],
        })
      const {
        operators: seen,
        toAcknowledge,
        toClear,
        ...measured
      } = await api.registry.alertQuality({ from, to, now })
      const operators = Math.max(1, seen)
      return {
        from: formatTime(from),
        to: formatTime(to),
        ...measured,
        operators,
        perOperatorHour: measured.opened / ((to - from) / hour) / operators,
        secondsToAcknowledge: inSeconds(toAcknowledge),
        secondsToClear: inSeconds(toClear),
      }
    },
  )
}

function inSeconds(spread: { median: number; p90: number } | null) {
  return spread && { median: spread.median / second, p90: spread.p90 / second }
}
