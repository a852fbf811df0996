/**
 * How many public places were watched over, by time, as the API answers it. The figures of now are in
 * model/coverage.ts.
 */
import { z } from 'zod'
import { coverageTotal } from '../coverage.ts'
import { timestamp } from '../time.ts'

export const coverageHistory = z
  .object({
    area: z.string().nullable().meta({ description: 'Its code; null: the whole city' }),
    window: z.number().int().meta({ description: 'The length of a window, ms' }),
    from: timestamp,
    to: timestamp,
    points: z
      .array(
        coverageTotal.extend({
          time: timestamp.meta({ description: 'The beginning of the window' }),
          target: z.number().meta({ description: 'The share of places that was to be installed' }),
        }),
      )
      .meta({
        description: 'The last figures of each window, by time; where nothing was counted there is none',
      }),
  })
  .meta({ id: 'CoverageHistory' })
export type CoverageHistory = z.infer<typeof coverageHistory>
