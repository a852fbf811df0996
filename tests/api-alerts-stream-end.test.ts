/** Who listens to the alerts and may not any more is cut off at the next heartbeat; everyone else goes on. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hour, second } from '../model/time.ts'
import { opening } from './alert-examples.ts'
import { type ApiFixture, now, startApiFixture } from './api-fixture.ts'

let city: ApiFixture
let url = ''
beforeEach(async () => {
  city = await startApiFixture({ limits: { heartbeatMs: 50 } })
  url = (await city.api.start({ host: '127.0.0.1', port: 0 })).url
})
// It ends every stream.
afterEach(() => city.stop())

const connect = (headers: Record<string, string>) =>
  fetch(`${url}/v1/alerts/stream`, { headers, signal: AbortSignal.timeout(20_000) })

/** A listener: what it heard so far, and when its stream was ended by the server. */
async function listen(headers: Record<string, string>) {
  const response = await connect(headers)
  expect(response.status).toBe(200)
  let heard = ''
  let over = false
  const ended = (async () => {
    const decoder = new TextDecoder()
    for await (const chunk of response.body ?? []) heard += decoder.decode(chunk, { stream: true })
    over = true
  })()
  return {
    ended,
    heard: () => heard,
    isOver: () => over,
    beats: () => heard.split(': still here').length - 1,
  }
}

async function cookieOf(role: 'viewer' | 'operator'): Promise<string> {
  const key = city.keyOf(role).authorization.replace('Bearer ', '')
  const answer = await city.ask('POST', '/v1/session', { body: { key } })
  return String(answer.headers['set-cookie']).split(';')[0] ?? ''
}

/** Two heartbeats more: enough for whoever may not listen to have been found out. */
async function heartbeats(listener: Awaited<ReturnType<typeof listen>>): Promise<void> {
  const from = listener.beats()
  await expect.poll(() => listener.beats(), { timeout: 10_000 }).toBeGreaterThan(from + 1)
}

describe('a stream', () => {
  it('ends with its key, revoked here or by another process; no event comes after it', async () => {
    const operator = await listen({ authorization: city.keyOf('operator').authorization })
    const viewer = await listen({ authorization: city.keyOf('viewer').authorization })
    const admin = await listen({ authorization: city.keyOf('admin').authorization })
    await heartbeats(viewer)
    await city.ask('DELETE', `/v1/keys/${city.keyOf('operator').id}`, { role: 'admin' })
    await operator.ended
    await city.registry.revokeApiKey(city.keyOf('viewer').id, now)
    city.setTime(now + 5 * second)
    await viewer.ended
    await city.registry.changeAlerts([opening('s', 'later')], now)
    await expect.poll(admin.heard, { timeout: 10_000 }).toContain('"later"')
    expect(operator.heard() + viewer.heard()).not.toContain('"later"')
    expect(admin.isOver()).toBe(false)
    const again = await connect({ authorization: city.keyOf('viewer').authorization })
    expect(again.status).toBe(401)
  })

  it('ends when its session does: signed out, or its time is over', async () => {
    const [mine, other] = [await cookieOf('viewer'), await cookieOf('viewer')]
    const [first, second] = [await listen({ cookie: mine }), await listen({ cookie: other })]
    const byKey = await listen({ authorization: city.keyOf('viewer').authorization })
    await heartbeats(first)
    await city.ask('DELETE', '/v1/session', { headers: { cookie: mine, host: 'x', origin: 'http://x' } })
    await first.ended
    await heartbeats(second)
    expect(second.isOver()).toBe(false)
    city.setTime(now + 12 * hour)
    await second.ended
    await heartbeats(byKey)
    expect(byKey.isOver()).toBe(false)
  })
})
