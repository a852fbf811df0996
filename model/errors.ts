/**
 * What can go wrong, said so that a program and a person both know what follows.
 * One catalogue: every error that Lantern answers with has its stable code here, with its HTTP status,
 * whether trying again can help, and the remedy. The API renders it as RFC 9457 problem+json.
 */
interface ErrorKind {
  readonly status: number
  readonly retryable: boolean
  readonly title: string
  readonly remedy: string
}

export const errorCatalogue = {
  'invalid-request': {
    status: 400,
    retryable: false,
    title: 'The request is not of the form this route takes',
    remedy: 'Correct the named fields; the forms are described at /docs.',
  },
  'invalid-cursor': {
    status: 400,
    retryable: false,
    title: 'The cursor was not made by this list',
    remedy: 'Start again without a cursor, with the same filters.',
  },
  unauthenticated: {
    status: 401,
    retryable: false,
    title: 'This needs a valid API key or session',
    remedy: 'Send the header "Authorization: Bearer <API key>", or sign in on the page.',
  },
  forbidden: {
    status: 403,
    retryable: false,
    title: 'Who asks may not do this',
    remedy: 'Use a key, or sign in with one, that has the role that the detail names.',
  },
  'not-found': {
    status: 404,
    retryable: false,
    title: 'There is nothing at this address',
    remedy: 'Check the identifier; the lists of /v1 show those that exist.',
  },
  'method-not-allowed': {
    status: 405,
    retryable: false,
    title: 'This address does not take this method',
    remedy: 'Use one of the methods that the Allow header names.',
  },
  conflict: {
    status: 409,
    retryable: false,
    title: 'This contradicts what is already there',
    remedy: 'Read the present state first, then decide.',
  },
  'payload-too-large': {
    status: 413,
    retryable: false,
    title: 'The request body is too large',
    remedy: 'Send fewer items at once: at most 1,000, and at most 4 MiB.',
  },
  'unsupported-media-type': {
    status: 415,
    retryable: false,
    title: 'This media type is not understood',
    remedy: 'Send application/json.',
  },
  'query-too-large': {
    status: 422,
    retryable: false,
    title: 'The answer would be larger than one answer may be',
    remedy: 'Narrow the time range, widen the window, or filter by area, place or device.',
  },
  'too-many-requests': {
    status: 429,
    retryable: true,
    title: 'Too many requests are under way',
    remedy: 'Wait for the seconds that Retry-After names, then try again.',
  },
  internal: {
    status: 500,
    retryable: true,
    title: 'Lantern made a mistake',
    remedy: 'The log has the details under this request id; please report it.',
  },
  'store-unavailable': {
    status: 503,
    retryable: true,
    title: 'A store cannot be reached now',
    remedy: 'Nothing acknowledged is lost; try again shortly and see /readyz.',
  },
  'store-timeout': {
    status: 504,
    retryable: true,
    title: 'A store did not answer in time',
    remedy: 'Narrow the query, or try again.',
  },
  'invalid-settings': {
    status: 500,
    retryable: false,
    title: 'A setting is wrong',
    remedy: 'Correct the named LANTERN_ variables; README.md lists them all.',
  },
  'invalid-city-file': {
    status: 422,
    retryable: false,
    title: 'The city file has faults, and nothing of it was loaded',
    remedy: 'Correct the rows that are named, then import it again.',
  },
} as const satisfies Record<string, ErrorKind>

export type ErrorCode = keyof typeof errorCatalogue
export const errorCodes = Object.keys(errorCatalogue) as ErrorCode[]

/** One thing wrong with one field of what was sent. `field` is a path such as `devices[3].place`. */
export interface FieldFault {
  readonly field: string
  readonly message: string
}

/** Every error that Lantern raises on purpose. Anything else that is thrown is a bug. */
export class LanternError extends Error {
  readonly code: ErrorCode
  readonly status: number
  readonly retryable: boolean
  readonly remedy: string
  readonly faults: readonly FieldFault[]
  /** It ends by itself (a server that is away comes back), so waiting is right however long it takes. */
  readonly passing: boolean

  constructor(
    code: ErrorCode,
    detail: string,
    options: { cause?: unknown; faults?: readonly FieldFault[]; remedy?: string; passing?: boolean } = {},
  ) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause })
    const kind = errorCatalogue[code]
    this.name = 'LanternError'
    this.code = code
    this.status = kind.status
    this.retryable = kind.retryable
    this.remedy = options.remedy ?? kind.remedy
    this.faults = options.faults ?? []
    this.passing = options.passing ?? false
  }
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
