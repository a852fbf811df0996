/** Who may do what over the API: every route with every role, keys that are not good, and the keys themselves. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hashSecret, includesRole, newApiKey, roles } from '../model/access.ts'
import { pages } from '../model/pages.ts'
import { documentedPath } from './api-answers.ts'
import { type ApiFixture, now, startApiFixture } from './api-fixture.ts'

let city: ApiFixture
beforeAll(async () => {
  city = await startApiFixture()
})
afterAll(() => city.stop())

const example: Readonly<Record<string, string>> = {
  '/v1/areas/:code': '/v1/areas/718',
  '/v1/places/:id': '/v1/places/p1',
  '/v1/telemetry/:kind': '/v1/telemetry/camera',
  '/v1/keys/:id': '/v1/keys/000000000000',
  // It would never end.
  '/v1/alerts/stream': '/v1/alerts/stream?after=wrong',
}
const addressOf = (url: string) => example[url] ?? documentedPath(url).replaceAll(/\{\w+\}/g, 'nobody')
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
const isMethod = (name: string) => methods.find((method) => method === name)

describe('roles', () => {
  test('every route below /v1 asks for exactly the role that it declares', async () => {
    const routes = city.routes.filter(({ url }) => url.startsWith('/v1'))
    expect(routes.length).toBeGreaterThan(20)
    for (const { method, url, access } of routes) {
      const address = addressOf(url)
      for (const role of [undefined, ...roles]) {
        const { statusCode } = await city.ask(isMethod(method) ?? 'GET', address, role ? { role } : {})
        const allowed =
          access === 'open' || roles.some((known) => known === access && role && includesRole(role, known))
        const expected = allowed ? 'allowed' : role ? 403 : 401
        const got = statusCode === 401 || statusCode === 403 ? statusCode : 'allowed'
        expect(`${method} ${url} as ${role}: ${got}`).toBe(`${method} ${url} as ${role}: ${expected}`)
      }
    }
  })

  test('nothing else is open', () => {
    const open = city.routes.filter(({ access, method }) => access === 'open' && method === 'GET')
    const ofThePage = [...Object.values(pages), '/assets/:file', '/lantern.svg']
    const others = open.map(({ url }) => url).filter((url) => !ofThePage.includes(url))
    expect(others.sort()).toEqual([
      '/healthz',
      '/metrics',
      '/openapi.json',
      '/readyz',
      '/v1/areas',
      '/v1/areas/:code',
      '/v1/cap',
      '/v1/cap/:alert/:step',
      '/v1/city',
      '/v1/coverage',
      '/v1/coverage/history',
      '/v1/open-data/areas.geojson',
      '/v1/open-data/coverage.csv',
      '/v1/open-data/places.csv',
      '/v1/open-data/places.geojson',
      '/v1/places',
      '/v1/places/:id',
      '/v1/session',
    ])
  })

  test('a refusal names the role that is needed', async () => {
    const answer = await city.ask('DELETE', '/v1/devices/c1', { role: 'viewer' })
    expect(answer.json()).toMatchObject({
      code: 'forbidden',
      detail: 'This needs the role operator; yours is viewer.',
    })
  })

  test('only public answers may be read from other sites', async () => {
    const { headers } = await city.ask('GET', '/v1/devices', { role: 'viewer' })
    expect(headers['access-control-allow-origin']).toBeUndefined()
    expect(headers['cache-control']).toBe('no-store')
  })
})

describe('keys that are not good', () => {
  test('all get the same answer', async () => {
    const { authorization } = city.keyOf('viewer')
    const revoked = newApiKey()
    await city.registry.addApiKey({
      id: revoked.id,
      name: 'Old',
      role: 'admin',
      hash: hashSecret(revoked.secret),
      now,
    })
    await city.registry.revokeApiKey(revoked.id, now)
    const bad = [
      `Bearer ${newApiKey().key}`,
      `Bearer ${revoked.key}`,
      `${authorization.slice(0, -1)}${authorization.endsWith('A') ? 'B' : 'A'}`,
      `${authorization}x`,
      authorization.replace('Bearer', 'Basic'),
      'Bearer ',
      'Bearer null',
      '',
    ]
    const answers = new Set<string>()
    for (const header of bad) {
      const answer = await city.ask('GET', '/v1/devices', { headers: { authorization: header } })
      expect(answer.headers['www-authenticate']).toBe('Bearer realm="lantern"')
      const { instance, ...said } = answer.json()
      expect(instance).toContain(answer.headers['x-request-id'])
      answers.add(JSON.stringify(said))
    }
    expect([...answers].map((said) => JSON.parse(said).code)).toEqual(['unauthenticated'])
    const without = await city.ask('GET', '/v1/devices')
    expect(without.json().detail).toBe('There is neither an Authorization header nor a session.')
  })

  test('the scheme may be written in any case, as RFC 9110 has it', async () => {
    const authorization = city.keyOf('viewer').authorization.replace('Bearer', 'bEARER')
    expect((await city.ask('GET', '/v1/kinds', { headers: { authorization } })).statusCode).toBe(200)
  })

  test('a key that another process revokes stops working within five seconds', async () => {
    const { id, secret, key } = newApiKey()
    await city.registry.addApiKey({ id, name: 'Short', role: 'viewer', hash: hashSecret(secret), now })
    const status = async () =>
      (await city.ask('GET', '/v1/kinds', { headers: { authorization: `Bearer ${key}` } })).statusCode
    expect(await status()).toBe(200)
    await city.registry.revokeApiKey(id, now)
    city.setTime(now + 5000)
    expect(await status()).toBe(401)
    city.setTime(now)
  })
})

describe('/v1/keys', () => {
  const make = async (name: string, role: string) =>
    (await city.ask('POST', '/v1/keys', { role: 'admin', body: { name, role } })).json()

  test('a key is shown once, works at once, and stops at once when it is revoked', async () => {
    const { key, id, ...shown } = await make('Grafana', 'viewer')
    expect(shown).toEqual({ name: 'Grafana', role: 'viewer', createdAt: expect.any(String), revokedAt: null })
    const headers = { authorization: `Bearer ${key}` }
    expect((await city.ask('GET', '/v1/kinds', { headers })).statusCode).toBe(200)
    const list = await city.ask('GET', '/v1/keys', { role: 'admin' })
    expect(list.json().items).toContainEqual({ id, ...shown })
    expect(list.body).not.toContain(key)
    const revoked = await city.ask('DELETE', `/v1/keys/${id}`, { role: 'admin' })
    expect(revoked.json()).toMatchObject({ id, revokedAt: expect.any(String) })
    expect((await city.ask('GET', '/v1/kinds', { headers })).statusCode).toBe(401)
  })

  test('are listed to the end', async () => {
    const ids: string[] = []
    for (let cursor = ''; ; ) {
      const page = (await city.ask('GET', `/v1/keys?limit=2${cursor}`, { role: 'admin' })).json()
      ids.push(...page.items.map(({ id }: { id: string }) => id))
      if (page.next === null) break
      cursor = `&cursor=${page.next}`
    }
    expect(ids.length).toBeGreaterThan(3)
    expect(ids).toEqual([...new Set(ids)].sort())
    expect(ids.sort()).toEqual((await city.registry.apiKeys()).map(({ id }) => id).sort())
  })

  test('refuses what is not a key', async () => {
    const answer = await city.ask('POST', '/v1/keys', {
      role: 'admin',
      body: { name: '', role: 'king', x: 1 },
    })
    expect(answer.json().faults.map(({ field }: { field: string }) => field)).toEqual(['name', 'role', 'x'])
    expect((await city.ask('DELETE', '/v1/keys/000000000000', { role: 'admin' })).statusCode).toBe(404)
  })

  test('the last administrator cannot be revoked, not even by two at the same moment', async () => {
    const own = city.keyOf('admin').id
    const last = await city.ask('DELETE', `/v1/keys/${own}`, { role: 'admin' })
    expect(last.json()).toMatchObject({ code: 'conflict', remedy: expect.stringContaining('another key') })
    const { id } = await make('Second', 'admin')
    const statuses = await Promise.all(
      [own, id].map(async (of) => (await city.ask('DELETE', `/v1/keys/${of}`, { role: 'admin' })).statusCode),
    )
    expect(statuses.sort()).toEqual([200, 409])
    const good = (await city.registry.apiKeys()).filter(
      ({ role, revokedAt }) => role === 'admin' && revokedAt === null,
    )
    expect(good).toHaveLength(1)
  })
})
