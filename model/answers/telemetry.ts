/**
 * What the devices of a kind measured, in windows of time, as the API answers it: one series of all, or one
 * for each area, place or device.
 */
import { z } from 'zod'
import { kindNames } from '../kinds.ts'
import { aggregates } from '../reading.ts'
import { timestamp } from '../time.ts'

const seriesPoint = z.object({
  time: timestamp.meta({ description: 'The beginning of the window' }),
  value: z.number(),
  count: z.number().int().meta({ description: 'How many readings it is made of' }),
})

export const telemetry = z
  .object({
    kind: z.enum(kindNames),
    field: z.string(),
    unit: z.string().meta({ description: 'Of the field; a count has none' }),
    aggregate: z.enum(aggregates),
    window: z.number().int().meta({ description: 'The length of a window, ms' }),
    source: z.enum(['raw', '5m']).meta({
      description: 'Every reading, or the 5-minute roll-ups, which outlive them and answer for long ranges',
    }),
    from: timestamp,
    to: timestamp,
    series: z.array(
      z.object({
        group: z.string().nullable().meta({ description: 'The area, place or device; null without groupBy' }),
        name: z.string().nullable().meta({ description: 'Its name, where it has one' }),
        points: z
          .array(seriesPoint)
          .meta({ description: 'By time; windows without a reading have no point' }),
      }),
    ),
  })
  .meta({ id: 'Telemetry' })
export type Telemetry = z.infer<typeof telemetry>
