/**
 * Signing in on the page: what a session needs, may, and survives; how it ends; and that no page but Lantern's own can
 * use it. The rules and where they come from are in api/session/.
 */
import { Writable } from 'node:stream'
import { type DestinationStream, pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hashSecret, newApiKey, newSecret } from '../model/access.ts'
import { session } from '../model/answers/session.ts'
import { hour, minute, second } from '../model/time.ts'
import { maxSessions } from '../stores/registry/port.ts'
import { type ApiFixture, now, startApiFixture } from './api-fixture.ts'

const origin = 'http://lantern.test:8080'
const own = { host: 'lantern.test:8080', origin }

let city: ApiFixture
let log = ''
beforeEach(async () => {
  log = ''
  const lines: DestinationStream = new Writable({
    write(bytes, _encoding, done) {
      log += bytes
      done()
    },
  })
  city = await startApiFixture({ logger: pino({ level: 'trace' }, lines) })
})
afterEach(() => city.stop())

const keyOf = (role: 'viewer' | 'operator' | 'admin') => city.keyOf(role).authorization.replace('Bearer ', '')
const post = (body: object, headers: Record<string, string> = own) =>
  city.ask('POST', '/v1/session', { body, headers })
const cookieOf = (answer: Awaited<ReturnType<typeof post>>) => String(answer.headers['set-cookie'])
const pairOf = (answer: Awaited<ReturnType<typeof post>>) => cookieOf(answer).split(';')[0] ?? ''

/** Signs in and answers the cookie as the browser sends it back. */
async function signIn(body: object, headers: Record<string, string> = own): Promise<string> {
  const answer = await post(body, headers)
  expect(answer.statusCode).toBe(200)
  return pairOf(answer)
}
const status = async (cookie: string, headers: Record<string, string> = {}) =>
  (await city.ask('GET', '/v1/devices', { headers: { cookie, ...headers } })).statusCode
const who = async (cookie: string) =>
  session.parse((await city.ask('GET', '/v1/session', { headers: { cookie } })).json()).signedIn
const change = (cookie: string, headers: Record<string, string> = own) =>
  city.ask('PATCH', '/v1/devices/c1', { body: { name: 'Renamed' }, headers: { ...headers, cookie } })

describe('signing in with a key', () => {
  test('gives a cookie that no script reads and no other site sends, and says as whom and until when', async () => {
    const answer = await post({ key: ` ${keyOf('operator')}\n` })
    expect(answer.json()).toEqual({
      signedIn: {
        key: city.keyOf('operator').id,
        name: 'The operator',
        role: 'operator',
        until: new Date(now + 12 * hour).toISOString(),
      },
    })
    expect(cookieOf(answer)).toMatch(/^lantern_session=[A-Za-z0-9_-]{43}; /)
    expect(cookieOf(answer).split('; ').slice(1).sort()).toEqual([
      'HttpOnly',
      `Max-Age=${12 * 60 * 60}`,
      'Path=/',
      'SameSite=Strict',
    ])
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(await who(pairOf(answer))).toEqual(answer.json().signedIn)
    expect(await status(pairOf(answer))).toBe(200)
  })

  test('gives another secret each time, never one that was brought, and ends what the browser had', async () => {
    const planted = `lantern_session=${newSecret()}`
    const first = await signIn({ key: keyOf('viewer') }, { ...own, cookie: planted })
    const second = await signIn({ key: keyOf('viewer') }, { ...own, cookie: first })
    expect(new Set([planted, first, second]).size).toBe(3)
    expect([await status(planted), await status(first), await status(second)]).toEqual([401, 401, 200])
    const failed = await post({ key: newApiKey().key }, { ...own, cookie: second })
    expect([failed.statusCode, failed.headers['set-cookie']]).toEqual([401, undefined])
    expect(await status(second)).toBe(200)
  })

  test('that is unknown, wrong, revoked or no key at all gets the same answer', async () => {
    const revoked = newApiKey()
    const { id, secret } = revoked
    await city.registry.addApiKey({ id, name: 'Old', role: 'admin', hash: hashSecret(secret), now })
    await city.registry.revokeApiKey(id, now)
    const wrong = keyOf('admin').slice(0, -43) + newSecret()
    const answers = new Set<string>()
    for (const key of [newApiKey().key, wrong, revoked.key, 'lk_', city.keyOf('admin').authorization]) {
      const answer = await post({ key })
      expect([answer.statusCode, answer.headers['set-cookie']]).toEqual([401, undefined])
      const { instance, ...said } = answer.json()
      expect(instance).toContain(answer.headers['x-request-id'])
      answers.add(JSON.stringify(said))
    }
    expect(answers.size).toBe(1)
    expect(JSON.parse([...answers][0] ?? '')).toMatchObject({
      code: 'unauthenticated',
      remedy: expect.stringContaining('administrator'),
    })
  })

  test('takes exactly one of key and code, and nothing else', async () => {
    for (const body of [{}, { key: 'a', code: 'b' }, { key: 5 }, { key: '' }, { secret: 'x' }, []])
      expect((await post(body)).json(), JSON.stringify(body)).toMatchObject({ code: 'invalid-request' })
  })
})

describe('a session', () => {
  test('has the role of its key, and what is done with it is done in the name of that key', async () => {
    const viewer = await signIn({ key: keyOf('viewer') })
    expect((await change(viewer)).json()).toMatchObject({ code: 'forbidden', detail: expect.any(String) })
    const operator = await signIn({ key: keyOf('operator') })
    expect((await change(operator)).statusCode).toBe(200)
    expect((await city.ask('GET', '/v1/keys', { headers: { cookie: operator } })).statusCode).toBe(403)
    const admin = await signIn({ key: keyOf('admin') })
    expect((await city.ask('GET', '/v1/keys', { headers: { cookie: admin } })).statusCode).toBe(200)
    await city.ask('POST', '/v1/keys', {
      body: { name: 'x', role: 'viewer' },
      headers: { ...own, cookie: admin },
    })
    expect(log).toContain(`"by":"${city.keyOf('admin').id}"`)
  })

  test('ends by the clock of the server, which no use puts off', async () => {
    const cookie = await signIn({ key: keyOf('viewer') })
    city.setTime(now + 12 * hour - 1)
    expect([await status(cookie), (await who(cookie))?.role]).toEqual([200, 'viewer'])
    city.setTime(now + 12 * hour)
    expect([await status(cookie), await who(cookie)]).toEqual([401, null])
  })

  test('survives a restart, and lasts as long as it is set', async () => {
    const cookie = await signIn({ key: keyOf('viewer') })
    const { registry, view, telemetry } = city
    const again = await startApiFixture({ registry, view, telemetry, limits: { sessionMs: hour } })
    const headers = { ...own, cookie }
    expect((await again.ask('GET', '/v1/devices', { headers })).statusCode).toBe(200)
    const short = await again.ask('POST', '/v1/session', { body: { key: keyOf('viewer') }, headers: own })
    expect(short.json().signedIn.until).toBe(new Date(now + hour).toISOString())
    expect(cookieOf(short)).toContain('Max-Age=3600')
    await again.stop()
  })

  test('ends with its key: at once here, within five seconds where another process revokes it', async () => {
    const operator = await signIn({ key: keyOf('operator') })
    const viewer = await signIn({ key: keyOf('viewer') })
    await city.ask('DELETE', `/v1/keys/${city.keyOf('operator').id}`, { role: 'admin' })
    expect([await status(operator), await who(operator), await status(viewer)]).toEqual([401, null, 200])
    await city.registry.revokeApiKey(city.keyOf('viewer').id, now)
    city.setTime(now + 5 * second)
    expect([await status(viewer), await who(viewer)]).toEqual([401, null])
  })

  test('is over for everyone who has its secret once one signs out', async () => {
    const cookie = await signIn({ key: keyOf('operator') })
    const other = await signIn({ key: keyOf('operator') })
    expect(await status(cookie)).toBe(200)
    const out = await city.ask('DELETE', '/v1/session', { headers: { ...own, cookie } })
    expect([out.statusCode, out.json()]).toEqual([200, { signedIn: null }])
    expect(cookieOf(out)).toMatch(/^lantern_session=; Max-Age=0; Path=\/; HttpOnly; SameSite=Strict$/)
    expect([await status(cookie), await who(cookie), await status(other)]).toEqual([401, null, 200])
    expect(await city.registry.session(hashSecret(cookie.split('=')[1] ?? ''))).toBeUndefined()
    expect((await city.ask('DELETE', '/v1/session', { headers: own })).json()).toEqual({ signedIn: null })
  })

  test('is not remembered where it ended while it was being read', async () => {
    const registry = Object.create(city.registry)
    let read = () => {}
    const asked = Promise.withResolvers<void>()
    const { view, telemetry } = city
    const again = await startApiFixture({ registry, view, telemetry })
    const cookie = await signIn({ key: keyOf('viewer') })
    registry.session = async (hash: Uint8Array) => {
      const found = await city.registry.session(hash)
      registry.session = city.registry.session
      asked.resolve()
      await new Promise<void>((done) => {
        read = done
      })
      return found
    }
    const slow = again.ask('GET', '/v1/devices', { headers: { cookie } })
    await asked.promise
    await again.ask('DELETE', '/v1/session', { headers: { ...own, cookie } })
    read()
    await slow
    expect((await again.ask('GET', '/v1/devices', { headers: { cookie } })).statusCode).toBe(401)
    await again.stop()
  })

  test('makes room for the newest: the oldest of the same key ends', async () => {
    const first = await signIn({ key: keyOf('viewer') })
    const other = await signIn({ key: keyOf('operator') })
    for (let index = 0; index < maxSessions.ofOneKey; index++) {
      city.setTime(now + 6 * second + index)
      await signIn({ key: keyOf('viewer') })
    }
    expect([await status(first), await status(other)]).toEqual([401, 200])
  })

  test('gives way to an Authorization header, good or not', async () => {
    const cookie = await signIn({ key: keyOf('admin') })
    expect(await status(cookie, { authorization: `Bearer ${newApiKey().key}` })).toBe(401)
    const { authorization } = city.keyOf('viewer')
    expect((await change(cookie, { ...own, authorization })).statusCode).toBe(403)
    // With a key, it makes no difference which page asks.
    const operator = city.keyOf('operator').authorization
    expect((await change(cookie, { origin: 'http://elsewhere', authorization: operator })).statusCode).toBe(
      200,
    )
  })
})

describe('other pages', () => {
  const foreign = [
    'http://lantern.test',
    'http://lantern.test:3000',
    'https://evil.example',
    'http://evil.lantern.test:8080',
    'null',
    '',
    'lantern.test:8080',
    `${origin}/`,
    `${origin}, ${origin}`,
  ]

  test('cannot change anything with the cookie, nor can who does not say which page asks', async () => {
    const cookie = await signIn({ key: keyOf('operator') })
    for (const one of foreign) {
      const answer = await change(cookie, { ...own, origin: one })
      expect([one, answer.statusCode, answer.json().code]).toEqual([one, 403, 'forbidden'])
    }
    const silent = await change(cookie, { host: own.host })
    expect(silent.json()).toMatchObject({ code: 'forbidden', detail: expect.stringContaining('Origin') })
    expect((await city.registry.device('c1'))?.name).toBe('Device c1')
    expect((await change(cookie)).statusCode).toBe(200)
  })

  test('cannot sign anybody in or out', async () => {
    const cookie = await signIn({ key: keyOf('operator') })
    for (const one of foreign) {
      const answer = await post({ key: keyOf('viewer') }, { ...own, origin: one })
      expect([one, answer.statusCode, answer.headers['set-cookie']]).toEqual([one, 403, undefined])
      const headers = { ...own, origin: one, cookie }
      expect((await city.ask('DELETE', '/v1/session', { headers })).statusCode).toBe(403)
    }
    expect((await city.ask('DELETE', '/v1/session', { headers: { cookie } })).statusCode).toBe(403)
    expect(await status(cookie)).toBe(200)
    // What is no browser has no page.
    expect((await post({ key: keyOf('viewer') }, {})).statusCode).toBe(200)
  })

  test('cannot even read with it, where the browser says that they ask', async () => {
    const cookie = await signIn({ key: keyOf('viewer') })
    const sites = ['same-origin', 'none', 'same-site', 'cross-site']
    const statuses = sites.map((site) => status(cookie, { 'sec-fetch-site': site }))
    expect(await Promise.all(statuses)).toEqual([200, 200, 401, 401])
  })

  test('cannot put a cookie before ours: exactly one must be good', async () => {
    const mine = await signIn({ key: keyOf('viewer') })
    const theirs = await signIn({ key: keyOf('operator') })
    const dead = () => `lantern_session=${newSecret()}`
    expect(await status(`${dead()}; ${mine}`)).toBe(200)
    expect(await status(`x=1; ${mine};${dead()}; lantern_session=; lantern_session="x"`)).toBe(200)
    expect(await status(`${mine}; ${mine}`)).toBe(200)
    expect(await status(`${theirs}; ${mine}`)).toBe(401)
    expect(await who(`${mine}; ${theirs}`)).toBeNull()
    expect(await status(Array.from({ length: 8 }, dead).concat(mine).join('; '))).toBe(401)
    for (const other of [mine.replace('lantern', 'Lantern'), `x${mine}`, `${mine}=`, `${mine}x`])
      expect(await status(other), other).toBe(401)
    // Signing out ends whatever was brought.
    await city.ask('DELETE', '/v1/session', { headers: { ...own, cookie: `${theirs}; ${mine}` } })
    expect([await status(mine), await status(theirs)]).toEqual([401, 401])
  })
})

describe('behind a proxy that speaks https', () => {
  test('the cookie is only for https, and the page is known by its public address', async () => {
    const proxied = await startApiFixture({ publicUrl: 'https://city.example/lantern' })
    const key = proxied.keyOf('operator').authorization.replace('Bearer ', '')
    const ask = (headers: Record<string, string>) =>
      proxied.ask('POST', '/v1/session', { body: { key }, headers })
    const inside = { host: '10.0.0.7:8080', origin: 'https://city.example' }
    const answer = await ask(inside)
    expect(cookieOf(answer).split('; ')).toContain('Secure')
    expect((await ask({ ...inside, host: 'city.example' })).statusCode).toBe(200)
    expect((await ask({ host: 'city.example', origin: 'http://city.example' })).statusCode).toBe(403)
    expect((await ask({ ...inside, origin: 'https://city.example:8443' })).statusCode).toBe(403)
    expect((await ask({ ...inside, origin: `http://${inside.host}` })).statusCode).toBe(200)
    await proxied.stop()
  })
})

describe('a one-time code', () => {
  const code = () => city.api.oneTimeCode(city.keyOf('admin').id)

  test('signs in as an operator, in the name of its key, once', async () => {
    const one = code()
    const cookie = await signIn({ code: one })
    expect(await who(cookie)).toMatchObject({ key: city.keyOf('admin').id, role: 'operator' })
    expect((await change(cookie)).statusCode).toBe(200)
    expect((await city.ask('GET', '/v1/keys', { headers: { cookie } })).statusCode).toBe(403)
    expect((await post({ code: one })).statusCode).toBe(401)
    expect(await status(cookie)).toBe(200)
  })

  test('signs only one of two in that come at the same moment', async () => {
    const one = code()
    const answers = await Promise.all([post({ code: one }), post({ code: one })])
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 401])
  })

  test('is good for a quarter of an hour, with its key alone; the answer does not say what was wrong', async () => {
    const [late, orphaned] = [code(), city.api.oneTimeCode(city.keyOf('operator').id)]
    await city.registry.revokeApiKey(city.keyOf('operator').id, now)
    const refusals = [await post({ code: orphaned }), await post({ code: newSecret() })]
    city.setTime(now + 15 * minute)
    refusals.push(await post({ code: late }))
    expect(new Set(refusals.map(({ statusCode }) => statusCode))).toEqual(new Set([401]))
    expect(new Set(refusals.map((answer) => answer.json().detail)).size).toBe(1)
    expect(refusals[0]?.json().remedy).toContain('start Lantern again')
    const timely = code()
    city.setTime(now + 30 * minute - 1)
    expect((await post({ code: timely })).statusCode).toBe(200)
  })

  test('is forgotten by a restart, and when ten younger ones were made', async () => {
    const one = code()
    const { registry, view, telemetry } = city
    const again = await startApiFixture({ registry, view, telemetry })
    const there = await again.ask('POST', '/v1/session', { body: { code: one }, headers: own })
    expect(there.statusCode).toBe(401)
    await again.stop()
    const younger = Array.from({ length: 10 }, code)
    expect((await post({ code: one })).statusCode).toBe(401)
    expect((await post({ code: younger[0] })).statusCode).toBe(200)
  })
})

test('no secret comes into the log, nor into any answer but the cookie', async () => {
  const key = keyOf('operator')
  const code = city.api.oneTimeCode(city.keyOf('admin').id)
  const wrong = newApiKey().key
  const cookies = [await signIn({ key }), await signIn({ code })]
  const answers = [await post({ key: wrong }), await post({ code }), await post({ key, code })]
  answers.push(await post({ key: { key } }), await post({ [key]: 1 }))
  for (const cookie of cookies) {
    await change(cookie, { origin: 'http://elsewhere' })
    answers.push(await city.ask('GET', '/v1/session', { headers: { cookie } }))
    await city.ask('DELETE', '/v1/session', { headers: { ...own, cookie } })
  }
  expect(log).toContain('signed in')
  expect(log).toContain('signed out')
  expect(log).toContain('a sign-in was refused')
  for (const secret of [key, wrong, code, ...cookies].map((text) => text.slice(-43))) {
    expect(log).not.toContain(secret)
    for (const { body } of answers.slice(0, 3)) expect(body).not.toContain(secret)
    for (const { body } of answers.slice(5)) expect(body).not.toContain(secret)
  }
})
