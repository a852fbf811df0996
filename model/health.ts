/**
 * How each part of Lantern says how it is: for /readyz, for the metrics, and for the log.
 */
import { z } from 'zod'

export const componentHealth = z
  .object({
    name: z.enum(['broker', 'journal', 'ingest', 'telemetry', 'registry', 'alerts']),
    ok: z.boolean(),
    detail: z.string().meta({ description: 'In words; what to do when it is not well' }),
    figures: z.record(z.string(), z.number()).meta({ description: 'What it counts, units in the names' }),
  })
  .meta({ id: 'ComponentHealth' })
export type ComponentHealth = z.infer<typeof componentHealth>
