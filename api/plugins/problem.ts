/**
 * Every error as problem+json (model/answers/problem.ts), made from the catalogue in `model/errors.ts`.
 * Whatever is thrown becomes one; what was not meant to be thrown says nothing of itself.
 */
import { STATUS_CODES } from 'node:http'
import type { Problem } from '../../model/answers/problem.ts'
import { type ErrorCode, errorCatalogue, LanternError } from '../../model/errors.ts'

const maxFaults = 1000

export function problemOf(error: LanternError, requestId: string): Problem {
  return {
    type: `urn:lantern:problem:${error.code}`,
    title: errorCatalogue[error.code].title,
    status: error.status,
    detail: error.message,
    code: error.code,
    retryable: error.retryable,
    remedy: error.remedy,
    instance: `urn:lantern:request:${requestId}`,
    faults: error.faults.slice(0, maxFaults).map(({ field, message }) => ({ field, message })),
  }
}

/** What Fastify raises about a request, and the code of ours that it is. */
const ofFastify: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['payload-too-large', 'The body is larger than one request may be.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'unsupported-media-type',
    'The Content-Type of the body is not application/json.',
  ],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['invalid-request', 'The body is empty, and should be JSON.'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['invalid-request', 'The body is not JSON, or has a key such as __proto__.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['invalid-request', 'The body is not as long as Content-Length says.'],
  FST_ERR_BAD_URL: ['invalid-request', 'The address is not well encoded.'],
  FST_ERR_MAX_PARAM_LENGTH: ['not-found', 'A part of the address is longer than any identifier.'],
  FST_ERR_HANDLER_TIMEOUT: ['store-timeout', 'The answer was not ready in time.'],
}

/** The error of ours that a thrown thing is. What nobody meant to throw becomes `internal`, with it as cause. */
export function asLanternError(thrown: unknown): LanternError {
  if (thrown instanceof LanternError) return thrown
  const { code, statusCode } = fastifyFields(thrown)
  const known = code === undefined ? undefined : ofFastify[code]
  if (known) return new LanternError(known[0], known[1], { cause: thrown })
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new LanternError('invalid-request', `${STATUS_CODES[statusCode] ?? 'Bad request'}.`, {
      cause: thrown,
    })
  return new LanternError('internal', 'Something unexpected happened while this request was answered.', {
    cause: thrown,
  })
}

function fastifyFields(thrown: unknown): { code?: string; statusCode?: number } {
  if (!(thrown instanceof Error)) return {}
  return {
    ...('code' in thrown && typeof thrown.code === 'string' ? { code: thrown.code } : {}),
    ...('statusCode' in thrown && typeof thrown.statusCode === 'number'
      ? { statusCode: thrown.statusCode }
      : {}),
  }
}
