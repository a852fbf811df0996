/**
 * The one form of every error over HTTP: RFC 9457 problem+json, whose codes are those of model/errors.ts. The
 * routes answer it; clients decide by its code.
 */
import { z } from 'zod'
import { errorCodes } from '../errors.ts'

export const problemType = 'application/problem+json'

export const problem = z
  .object({
    type: z.string().meta({ description: 'urn:lantern:problem: and the code' }),
    title: z.string(),
    status: z.number().int().meta({ description: 'The HTTP status' }),
    detail: z.string().meta({ description: 'What was wrong this time' }),
    code: z.enum(errorCodes).meta({ description: 'Stable: programs may decide by it' }),
    retryable: z.boolean().meta({ description: 'Whether the same request may succeed later' }),
    remedy: z.string().meta({ description: 'What to do about it' }),
    instance: z.string().meta({ description: 'The request, as the log and the X-Request-Id header name it' }),
    faults: z
      .array(z.object({ field: z.string(), message: z.string() }))
      .meta({ description: 'Each field that was wrong, such as devices[3].place; at most 1,000' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' })
export type Problem = z.infer<typeof problem>
