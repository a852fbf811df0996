/**
 * How a receiver knows that a webhook is Lantern's and new: the headers of Standard Webhooks 1.0
 * (https://www.standardwebhooks.com): an id that is the same for every attempt, a time stamp, and an HMAC-SHA256 over both
 * and the body. The secret is `whsec_` and base64, so that the libraries of that standard take it as it is.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

const prefix = 'whsec_'

/** 256 random bits. */
export function newSigningSecret(): string {
  return prefix + randomBytes(32).toString('base64')
}

/** `at`: epoch ms of this attempt. */
export function signedHeaders(options: {
  id: string
  at: number
  body: string
  secret: string
}): Record<string, string> {
  const timestamp = String(Math.floor(options.at / 1000))
  return {
    'webhook-id': options.id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signatureOf(options, timestamp)}`,
    'idempotency-key': options.id,
  }
}

/** For receivers, and our tests of them: whether body and headers belong together. Their age is the receiver's to judge. */
export function isSigned(options: {
  headers: Readonly<Record<string, string | undefined>>
  body: string
  secret: string
}): boolean {
  const { headers, body, secret } = options
  const id = headers['webhook-id'] ?? ''
  const expected = Buffer.from(signatureOf({ id, body, secret }, headers['webhook-timestamp'] ?? ''))
  const given = Buffer.from((headers['webhook-signature'] ?? '').replace(/^v1,/, ''))
  return given.length === expected.length && timingSafeEqual(given, expected)
}

function signatureOf(
  { id, body, secret }: { id: string; body: string; secret: string },
  timestamp: string,
): string {
  const key = Buffer.from(secret.replace(prefix, ''), 'base64')
  return createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
}
