/**
 * The webhook channel: one POST, signed, with CloudEvents headers (binary mode of the HTTP binding, 1.0). Redirects are not
 * followed, and of the answer only the status counts: its body is read no further than a message for people needs.
 */

import type { Readable } from 'node:stream'
import axios, { type AxiosError, type AxiosResponse } from 'axios'
import { LanternError, messageOf } from '../../model/errors.ts'
import { signedHeaders } from '../../model/signing.ts'
import { formatTime, second } from '../../model/time.ts'
import { alertmanagerBody } from './alertmanager.ts'
import type { Outcome, Sender } from './channel.ts'
import type { Egress } from './egress.ts'
import { bodyOf, type Message, typeOf } from './message.ts'

/** From the first look-up to the answer's status. */
const timeoutMs = 10 * second
/** A longer answer costs the connection. */
const maxAnswerBytes = 16_384
/** What a receiver may ask us to wait, at most. */
const maxWaitMs = 3_600 * second

export function createWebhookSender(options: { egress: Egress; publicUrl: string }): Sender<'webhook'> {
  const { egress, publicUrl } = options
  const client = axios.create({
    httpAgent: egress.httpAgent,
    httpsAgent: egress.httpsAgent,
    // A proxy would connect where the guard cannot see.
    proxy: false,
    maxRedirects: 0,
    responseType: 'stream',
    decompress: false,
    validateStatus: () => true,
    transformRequest: [(body) => body],
  })

  return {
    async send({ channel, message, secret, at, signal }) {
      const body = JSON.stringify(
        channel.format === 'alertmanager' ? alertmanagerBody(message, publicUrl) : bodyOf(message),
      )
      const timeout = AbortSignal.timeout(timeoutMs)
      try {
        egress.checkHost(new URL(channel.url).hostname)
        const response: AxiosResponse<Readable> = await client.post(channel.url, body, {
          headers: {
            'content-type': 'application/json',
            'user-agent': 'Lantern',
            ...cloudEventHeaders(message, publicUrl),
            ...signedHeaders({ id: message.id, at, body, secret }),
          },
          signal: AbortSignal.any([signal, timeout]),
        })
        return outcomeOf(response, await beginning(response.data), at)
      } catch (thrown) {
        if (timeout.aborted) return { ok: false, error: `no answer within ${timeoutMs / second} s` }
        return { ok: false, error: wordsOf(thrown) }
      }
    },
    stop: () => egress.stop(),
  }
}

function cloudEventHeaders(message: Message, publicUrl: string): Record<string, string> {
  const [first] = message.told
  const type = typeOf(message)
  return {
    'ce-specversion': '1.0',
    'ce-id': message.id,
    'ce-source': publicUrl || '/lantern',
    'ce-type': type === 'alert' && first ? `lantern.alert.${first.step.step}` : `lantern.${type}`,
    'ce-time': formatTime(message.at),
    ...(type === 'alert' && first ? { 'ce-subject': `alerts/${first.alert.id}` } : {}),
  }
}

function outcomeOf(response: AxiosResponse, text: string, now: number): Outcome {
  const { status } = response
  if (status >= 200 && status < 300) return { ok: true }
  const words = text ? `: ${text}` : ''
  if (status === 410) return { ok: false, error: `410 Gone${words}`, final: true }
  if (status >= 300 && status < 400)
    return {
      ok: false,
      error: `${status}: redirects are not followed; subscribe with the address it leads to`,
    }
  const waitMs = retryAfter(String(response.headers['retry-after'] ?? ''), now)
  return { ok: false, error: `${status}${words}`, ...(waitMs === undefined ? {} : { waitMs }) }
}

/** Seconds or an HTTP date (RFC 9110, 10.2.3); undefined: neither. */
function retryAfter(value: string, now: number): number | undefined {
  const ms = /^\d{1,9}$/.test(value) ? Number(value) * second : Date.parse(value) - now
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, maxWaitMs) : undefined
}

/** The first words of an answer. The rest of a short one is read, so that its connection may be used again. */
async function beginning(answer: Readable): Promise<string> {
  const parts: Buffer[] = []
  let size = 0
  try {
    for await (const part of answer) {
      const bytes = Buffer.from(part)
      size += bytes.length
      parts.push(bytes)
      // Leaving the loop destroys the stream, and with it the connection.
      if (size > maxAnswerBytes) break
    }
  } catch {
    // The status has been said; that the rest did not come changes nothing.
  }
  return Buffer.concat(parts).toString('utf8').replaceAll(/\s+/g, ' ').trim().slice(0, 200)
}

function wordsOf(thrown: unknown): string {
  if (thrown instanceof Error && thrown.cause instanceof LanternError) return thrown.cause.message
  const { code, message } = thrown as Partial<AxiosError>
  return code && message && !message.includes(code) ? `${code}: ${message}` : messageOf(thrown)
}
