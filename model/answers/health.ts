/** Whether Lantern lives and can do its work, as /healthz and /readyz answer it: for supervisors and the console. */
import { z } from 'zod'
import { componentHealth } from '../health.ts'

export const health = z.object({ status: z.literal('alive') }).meta({ id: 'Health' })
export type Health = z.infer<typeof health>

export const readiness = z
  .object({
    ready: z.boolean().meta({ description: 'Whether every component is well' }),
    components: z.array(componentHealth),
  })
  .meta({ id: 'Readiness' })
export type Readiness = z.infer<typeof readiness>
