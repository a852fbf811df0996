/**
 * What an answer of InfluxDB, or none, means for the caller: wait and repeat, or look at the lines that were sent.
 */
import { HttpError } from '@influxdata/influxdb-client'
import { LanternError, messageOf } from '../../../model/errors.ts'

/** The server understood the lines and will not take (some of) them: 400, 422, or 413 for too many at once. */
export class LinesRefused extends Error {
  readonly tooLarge: boolean

  constructor(words: string, tooLarge: boolean) {
    super(words)
    this.name = 'LinesRefused'
    this.tooLarge = tooLarge
  }
}

/** The database, bucket or retention policy is not there (any more). */
export class PlaceMissing extends Error {}

/** The server, or its answer, is away; that ends by itself. */
export function away(detail: string, cause?: unknown, remedy?: string): LanternError {
  const options = { cause, passing: true, ...(remedy !== undefined && { remedy }) }
  return new LanternError('store-unavailable', `InfluxDB ${detail}`, options)
}

const reachIt = 'Check LANTERN_INFLUX_URL, and that the server runs and can be reached from here.'
const signInRightly =
  'Set LANTERN_INFLUX_USER and LANTERN_INFLUX_PASSWORD (1.x), or LANTERN_INFLUX_TOKEN (2.x), to what the server knows.'
const giveRights =
  'Give the user or token the right to read, write and delete there (1.x: GRANT ALL ON the database TO the user), and for setup that of an administrator.'

const missing = /database not found|retention policy not found|bucket .*not found|could not find bucket/

/** For an answer other than a good one to `what` (such as "refused a write"). */
export function refusal(what: string, status: number, body: string): Error {
  const words = wordsOf(body)
  // InfluxDB 1.x answers 500 for a missing retention policy, and 200 with this text to queries.
  if (missing.test(words)) return new PlaceMissing(words)
  if (status === 401 || status === 403)
    return away(
      `${what} with ${status} (${words}): check the token, or user and password, and their rights`,
      undefined,
      status === 401 ? signInRightly : giveRights,
    )
  if (status === 400 || status === 413 || status === 422) return new LinesRefused(words, status === 413)
  return away(`${what} with ${status}${words ? ` (${words})` : ''}`)
}

/** For whatever a request threw: what it is already, or the server was not reached or broke off. */
export function asInfluxError(what: string, thrown: unknown): Error {
  if (thrown instanceof LanternError || thrown instanceof LinesRefused || thrown instanceof PlaceMissing)
    return thrown
  if (thrown instanceof HttpError) return refusal(what, thrown.statusCode, thrown.body ?? thrown.message)
  const cause = thrown instanceof Error && thrown.cause !== undefined ? messageOf(thrown.cause) : ''
  return away(`cannot be reached: ${messageOf(thrown)}${cause ? ` (${cause})` : ''}`, thrown, reachIt)
}

/** Of {"error": "…"} (1.x) or {"message": "…"} (2.x) the text; else the beginning of what it is. */
function wordsOf(body: string): string {
  try {
    const { error, message } = JSON.parse(body)
    return String(message ?? error ?? body).slice(0, 400)
  } catch {
    return body.trim().slice(0, 400)
  }
}
