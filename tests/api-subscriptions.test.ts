/** Subscriptions over the API: made, changed and removed, their secret, their deliveries, and the audit of it all. */
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createEgress } from '../alerts/dispatch/egress.ts'
import type { Role } from '../model/access.ts'
import { hour } from '../model/time.ts'
import type { DeliveryState } from '../stores/registry/alerts-port.ts'
import { opening, subscribing } from './alert-examples.ts'
import { type ApiFixture, now, startApiFixture } from './api-fixture.ts'

const iso = (epochMs: number) => new Date(epochMs).toISOString()
const log: string[] = []
const egress = createEgress({ allowed: ['10.1.0.0/16'] })
let city: ApiFixture
beforeAll(async () => {
  city = await startApiFixture({
    checkTarget: (url) => egress.checkHost(url.hostname),
    logger: pino({ level: 'trace' }, { write: (line: string) => void log.push(line) }),
  })
})
afterAll(async () => {
  await city.stop()
  egress.stop()
})

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'
const send = (method: Method, url: string, body?: unknown, role: Role = 'operator') =>
  city.ask(method, `/v1/subscriptions${url}`, { role, ...(body === undefined ? {} : { body }) })
const audit = async (target: string): Promise<{ what: string; by: string; detail: object }[]> =>
  (await city.ask('GET', `/v1/audit?target=${target}`, { role: 'admin' })).json().items

const room = {
  name: 'The control room',
  channel: { type: 'webhook', url: 'https://control.example/alerts' },
  filter: { areas: ['718'], severities: ['major', 'critical'] },
}
const whole = { ...room, channel: { ...room.channel, format: 'lantern' }, enabled: true }

async function make(more: object = {}): Promise<{ id: string; secret: string }> {
  const made = await send('POST', '', { ...room, ...more })
  expect(made.statusCode).toBe(201)
  return z.object({ id: z.string(), secret: z.string() }).parse(made.json())
}

describe('a subscription', () => {
  it('is made, read, replaced and removed, each with a line in the audit', async () => {
    const { id, secret } = await make()
    expect(id).toMatch(/^[0-9a-f]{12}$/)
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    const by = city.keyOf('operator').id
    const shown = { ...whole, id, createdBy: by, createdAt: iso(now) }
    expect((await send('GET', `/${id}`)).json()).toEqual(shown)
    expect((await send('GET', '')).json()).toEqual({ items: [shown], next: null })

    const mail = {
      ...{ name: 'At night', channel: { type: 'email', to: ['ops@city.example'] }, enabled: false },
      quiet: { from: '22:00', to: '06:00', days: ['sat', 'sun'], timeZone: 'Asia/Ho_Chi_Minh' },
      ...{ digestSeconds: 300, filter: { kinds: ['camera'], rules: ['r'], placeTypes: ['market'] } },
    }
    const changed = await send('PUT', `/${id}`, mail, 'admin')
    expect(changed.json()).toEqual({ ...shown, ...mail })
    expect(await city.registry.subscriptionSecret(id)).toBe(secret)
    expect((await send('DELETE', `/${id}`)).json()).toEqual({ ...shown, ...mail })
    for (const [method, url, body] of [
      ['GET', '', undefined],
      ['PUT', '', room],
      ['DELETE', '', undefined],
      ['POST', ':test', undefined],
      ['GET', '/deliveries', undefined],
      ['POST', '/deliveries/1:retry', undefined],
    ] as const)
      expect((await send(method, `/${id}${url}`, body)).json(), method).toMatchObject({ code: 'not-found' })
    expect((await audit(id)).map((line) => [line.what, line.by])).toEqual([
      ['subscription.removed', by],
      ['subscription.changed', city.keyOf('admin').id],
      ['subscription.made', by],
    ])
  })

  it('shows its secret once, and never again: in no answer, no line of the audit, no line of the log', async () => {
    const { id, secret } = await make()
    const answers = [
      await send('GET', ''),
      await send('GET', `/${id}`),
      await send('PUT', `/${id}`, room),
      await send('POST', `/${id}:test`),
      await send('GET', `/${id}/deliveries`),
      await city.ask('GET', '/v1/audit', { role: 'admin' }),
      await send('DELETE', `/${id}`),
    ]
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 202, 200, 200, 200])
    expect(log.length).toBeGreaterThan(7)
    for (const text of [...answers.map(({ body }) => body), ...log])
      for (const part of [secret, secret.slice(6)]) expect(text).not.toContain(part)
  })

  it('is the affair of operators: a viewer sees none of it', async () => {
    const { id } = await make()
    for (const [method, url] of [
      ['GET', ''],
      ['POST', ''],
      ['GET', `/${id}`],
      ['PUT', `/${id}`],
      ['DELETE', `/${id}`],
      ['POST', `/${id}:test`],
      ['GET', `/${id}/deliveries`],
      ['POST', `/${id}/deliveries/1:retry`],
    ] as const)
      expect((await send(method, url, room, 'viewer')).json()).toMatchObject({ code: 'forbidden' })
    await send('DELETE', `/${id}`)
  })

  it.each([
    'http://127.0.0.1/hook',
    'http://127.1/hook',
    'http://0x7f000001/hook',
    'http://2130706433:8080/hook',
    'http://[::1]/hook',
    'http://[::ffff:127.0.0.1]/hook',
    'http://10.0.0.1/hook',
    'http://172.16.0.1/hook',
    'http://192.168.1.1/hook',
    'http://169.254.169.254/latest/meta-data',
    'http://100.64.0.1/hook',
    'http://0.0.0.0/hook',
    'http://224.0.0.1/hook',
    'http://[fe80::1]/hook',
    'http://[fd00::1]/hook',
    'http://[64:ff9b::7f00:1]/hook',
  ])('does not go to %s', async (url) => {
    const { id } = await make()
    for (const refused of [
      await send('POST', '', { ...room, channel: { type: 'webhook', url } }),
      await send('PUT', `/${id}`, { ...room, channel: { type: 'webhook', url } }),
    ])
      expect(refused.json()).toMatchObject({
        code: 'invalid-request',
        faults: [{ field: 'channel.url', message: expect.stringContaining('LANTERN_WEBHOOK_ALLOW') }],
      })
    await send('DELETE', `/${id}`)
    expect((await send('GET', '')).json().items).toEqual([])
  })

  it('goes to an address that the settings allow, and to a public one', async () => {
    for (const url of ['http://10.1.2.3/hook', 'https://8.8.8.8/hook', 'https://[2606:4700::1111]/hook']) {
      const { id } = await make({ channel: { type: 'webhook', url } })
      await send('DELETE', `/${id}`)
    }
    const refused = await send('POST', '', { ...room, channel: { type: 'webhook', url: 'http://10.2.0.1/' } })
    expect(refused.statusCode).toBe(400)
  })

  it.each([
    ['name', { name: '' }],
    ['channel.type', { channel: { type: 'pigeon' } }],
    ['channel.url', { channel: { type: 'webhook', url: 'ftp://files.example' } }],
    ['channel.url', { channel: { type: 'webhook', url: 'control.example' } }],
    ['channel.format', { channel: { type: 'webhook', url: 'https://a.example', format: 'xml' } }],
    ['channel.to', { channel: { type: 'email', to: [] } }],
    ['channel.to[0]', { channel: { type: 'email', to: ['ops'] } }],
    ['filter.areas[1]', { filter: { areas: ['718', 'atlantis'] } }],
    ['filter.kinds', { filter: { kinds: [] } }],
    ['filter.kinds[0]', { filter: { kinds: ['drone'] } }],
    ['filter.severities[0]', { filter: { severities: ['minor'] } }],
    ['filter.colour', { filter: { colour: 'red' } }],
    ['quiet.from', { quiet: { from: '22' } }],
    ['digestSeconds', { digestSeconds: 59 }],
    ['enabled', { enabled: 'yes' }],
    ['secret', { secret: 'whsec_mine' }],
  ])('with a wrong %s is refused: %j', async (field, change) => {
    const refused = await send('POST', '', { ...room, ...change })
    expect(refused.json()).toMatchObject({ code: 'invalid-request' })
    expect(refused.json().faults.map((fault: { field: string }) => fault.field)).toContain(field)
    expect((await send('GET', '')).json().items).toEqual([])
  })
})

describe('deliveries', () => {
  let id = ''
  let ids: number[] = []
  const list = async (query = '') => (await send('GET', `/${id}/deliveries${query}`)).json()
  const end = (delivery: number, state: Exclude<DeliveryState, 'queued'>, error: string | null = null) =>
    city.registry.endAttempts([{ id: delivery, attempts: 3, state, error, at: now + hour }])

  beforeAll(async () => {
    id = (await make({ filter: {} })).id
    await city.registry.changeAlerts(
      Array.from({ length: 7 }, (_, index) => opening('dark', `d${index}`)),
      now,
    )
    ids = (await city.registry.queuedDeliveries(id, 100)).map((delivery) => delivery.id)
    await end(ids[0] ?? 0, 'sent')
    await end(ids[1] ?? 0, 'dead', '500: out of order')
    await end(ids[2] ?? 0, 'dropped')
  })

  it('are listed with what became of them, the newest first', async () => {
    const { items, next } = await list()
    expect(next).toBeNull()
    expect(items.map((one: { id: number }) => one.id)).toEqual(ids.toReversed())
    expect(items[5]).toEqual({
      ...{ id: ids[1], alert: 2, step: 2, idempotencyKey: `${id}-${ids[1]}`, state: 'dead' },
      ...{ createdAt: iso(now), dueAt: expect.any(String), attempts: 3, lastError: '500: out of order' },
      endedAt: iso(now + hour),
    })
    expect(items[0]).toMatchObject({ state: 'queued', attempts: 0, lastError: null, endedAt: null })
  })

  it('are listed by their state, page by page', async () => {
    for (const state of ['sent', 'dead', 'dropped'])
      expect((await list(`?state=${state}`)).items).toHaveLength(1)
    const seen: number[] = []
    for (let cursor = ''; ; ) {
      const page = await list(`?state=queued&limit=3${cursor}`)
      expect(page.items.length).toBeLessThanOrEqual(3)
      seen.push(...page.items.map((one: { id: number }) => one.id))
      if (page.next === null) break
      cursor = `&cursor=${page.next}`
    }
    expect(seen).toEqual(ids.slice(3).reverse())
    expect((await list('?state=lost')).code).toBe('invalid-request')
  })

  it('are of one subscription: another sees and sends none of them', async () => {
    const other = await make()
    expect((await send('GET', `/${other.id}/deliveries`)).json().items).toEqual([])
    const stranger = await send('POST', `/${other.id}/deliveries/${ids[1]}:retry`)
    expect(stranger.json()).toMatchObject({ code: 'not-found' })
    expect((await list('?state=dead')).items).toHaveLength(1)
    await send('DELETE', `/${other.id}`)
  })

  it('are sent again when they are dead or dropped, by hand and with a line in the audit', async () => {
    for (const delivery of [ids[1], ids[2]]) {
      const again = await send('POST', `/${id}/deliveries/${delivery}:retry`)
      expect([again.statusCode, again.json()]).toMatchObject([
        202,
        { id: delivery, state: 'queued', idempotencyKey: `${id}-${delivery}`, endedAt: null },
      ])
      expect((await audit(String(delivery)))[0]).toMatchObject({ what: 'delivery.retried' })
    }
    for (const delivery of [ids[0], ids[1]])
      expect((await send('POST', `/${id}/deliveries/${delivery}:retry`)).json()).toMatchObject({
        code: 'conflict',
      })
    expect((await send('POST', `/${id}/deliveries/999999:retry`)).json()).toMatchObject({
      code: 'not-found',
    })
    expect((await send('POST', `/${id}/deliveries/x:retry`)).json()).toMatchObject({
      code: 'invalid-request',
    })
  })

  it('of a test go the way of every delivery', async () => {
    const test = await send('POST', `/${id}:test`)
    expect([test.statusCode, test.json()]).toMatchObject([202, { alert: null, step: null, state: 'queued' }])
    expect((await list('?limit=1')).items).toEqual([test.json()])
  })
})

describe('the audit', () => {
  const page = async (query: string) => (await city.ask('GET', `/v1/audit${query}`, { role: 'admin' })).json()

  it('is read by administrators alone, page by page, the newest first', async () => {
    for (const role of ['viewer', 'operator'] as const)
      expect((await city.ask('GET', '/v1/audit', { role })).json()).toMatchObject({ code: 'forbidden' })
    const all: number[] = []
    for (let cursor = ''; ; ) {
      const { items, next } = await page(`?limit=7${cursor}`)
      all.push(...items.map((line: { id: number }) => line.id))
      if (next === null) break
      cursor = `&cursor=${next}`
    }
    expect(all.length).toBeGreaterThan(14)
    expect(all).toEqual([...new Set(all)].sort((a, b) => b - a))
    expect(await page('?target=nobody')).toEqual({ items: [], next: null })
    expect((await page('?cursor=x')).code).toBe('invalid-cursor')
    expect((await page('?who=me')).code).toBe('invalid-request')
  })

  it('says what was asked for', async () => {
    const { id } = await make()
    expect((await audit(id))[0]?.detail).toEqual(whole)
  })
})

describe('the most', () => {
  it('are a thousand, listed to the end; then one has to go before another comes', async () => {
    const before = (await city.registry.subscriptions()).length
    for (let index = before; index < 1000; index++)
      await city.registry.addSubscription({
        ...{ id: index.toString(16).padStart(12, '0'), input: subscribing(), secret: 's', by: 'key', now },
      })
    const full = await send('POST', '', room)
    expect(full.json()).toMatchObject({ code: 'conflict', detail: expect.stringContaining('1000') })
    const first = (await send('GET', '?limit=600')).json()
    const rest = (await send('GET', `?limit=600&cursor=${first.next}`)).json()
    expect([first.items.length, rest.items.length, rest.next]).toEqual([600, 400, null])
    expect((await send('DELETE', `/${rest.items[0].id}`)).statusCode).toBe(200)
    await make()
  })
})
