/** Alerts over the API: the list and its filters, what operators do, quality, and the stream over a real connection. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { shownAlert } from '../model/alert.ts'
import { alertEvent } from '../model/answers/alerts.ts'
import { hour, minute, second } from '../model/time.ts'
import { opening, stepping } from './alert-examples.ts'
import { type ApiFixture, now, startApiFixture } from './api-fixture.ts'

let city: ApiFixture
beforeAll(async () => {
  city = await startApiFixture()
  const at = (more: object = {}) => ({
    ...{
      place: 'p1',
      placeType: 'school',
      areas: ['25747', '718', '74'],
      since: now - hour,
      openedAt: now - hour,
    },
    ...more,
  })
  await city.registry.changeAlerts(
    [
      opening('dark', 'c1', at()),
      opening('dark', 'c2', at({ placeType: 'market', severity: 'critical', openedAt: now - minute })),
      opening('jam', 't1', at({ kind: 'traffic_counter', areas: ['25750', '719', '74'], longitude: null })),
      opening('storm', '718', at({ subjectType: 'area', kind: null, areas: ['718', '74'] })),
      { ...stepping('dark c1', 'inhibited'), inhibitedBy: { rule: 'storm', subject: '718' } },
    ],
    now - hour,
  )
})
afterAll(() => city.stop())

const list = z.object({ items: z.array(shownAlert), next: z.string().nullable() })
async function subjects(query = ''): Promise<string[]> {
  const answer = await city.ask('GET', `/v1/alerts${query}`, { role: 'viewer' })
  expect(answer.statusCode).toBe(200)
  return list.parse(answer.json()).items.map(({ subject }) => subject.id)
}
const act = (id: number, name: string, body: object = {}) =>
  city.ask('POST', `/v1/alerts/${id}:${name}`, { role: 'operator', body })

describe('the list', () => {
  it('shows what stands for itself, newest first, by every filter', async () => {
    expect(await subjects()).toEqual(['718', 't1', 'c2'])
    expect(await subjects('?all=true')).toEqual(['718', 't1', 'c2', 'c1'])
    expect(await subjects('?area=718')).toEqual(['718', 'c2'])
    expect(await subjects('?severity=critical,info')).toEqual(['c2'])
    expect(await subjects('?kind=traffic_counter')).toEqual(['t1'])
    expect(await subjects('?placeType=market')).toEqual(['c2'])
    expect(await subjects('?rule=jam')).toEqual(['t1'])
    expect(await subjects('?subject=718')).toEqual(['718'])
    expect(await subjects('?state=cleared')).toEqual([])
    expect(await subjects(`?from=${new Date(now - 2 * minute).toISOString()}`)).toEqual(['c2'])
    expect(await subjects('?from=2026-03-10T11:58:00+07:00')).toEqual(['c2'])
    expect(await subjects('?assignedTo=nobody')).toEqual([])
  })

  it('comes in pages, and as GeoJSON', async () => {
    const first = await city.ask('GET', '/v1/alerts?limit=2', { role: 'viewer' })
    const { items, next } = list.parse(first.json())
    expect(items).toHaveLength(2)
    expect(await subjects(`?limit=2&cursor=${next}`)).toEqual(['c2'])
    const map = await city.ask('GET', '/v1/alerts?format=geojson', { role: 'viewer' })
    expect(map.headers['content-type']).toContain('application/geo+json')
    expect(map.json().features.map((one: { geometry: unknown }) => one.geometry)).toEqual([
      { type: 'Point', coordinates: [106.65, 10.98] },
      null,
      { type: 'Point', coordinates: [106.65, 10.98] },
    ])
  })

  it('says the names of the place and the areas beside their codes', async () => {
    const answer = await city.ask('GET', '/v1/alerts?subject=t1', { role: 'viewer' })
    const [{ place, placeName, areas, areaNames }] = answer.json().items
    expect(placeName).toBe(city.view.place(place)?.place.name)
    expect(areaNames).toEqual(areas.map((code: string) => city.view.area(code)?.name))
    expect(areaNames).toHaveLength(3)
    const one = await city.ask('GET', '/v1/alerts/3', { role: 'viewer' })
    expect(one.json()).toMatchObject({ placeName, areaNames })
  })

  it('names what is wrong with a filter', async () => {
    for (const [query, field] of [
      ['?severity=loud', 'severity'],
      ['?from=yesterday', 'from'],
      ['?state=open,gone', 'state'],
      ['?colour=red', 'colour'],
    ]) {
      const answer = await city.ask('GET', `/v1/alerts${query}`, { role: 'viewer' })
      expect(answer.json()).toMatchObject({ code: 'invalid-request' })
      expect(JSON.stringify(answer.json().errors ?? answer.json())).toContain(field)
    }
  })
})

describe('an operator', () => {
  it('acknowledges, assigns, comments, shelves and clears; the history keeps who and when', async () => {
    await city.registry.changeAlerts([stepping('dark c2', 'escalated', { severity: 'critical' })], now)
    expect((await act(2, 'acknowledge', { comment: 'I go' })).json()).toMatchObject({
      state: 'acknowledged',
      acknowledgedBy: city.keyOf('operator').id,
    })
    expect((await act(2, 'assign', { to: 'Team 3' })).json()).toMatchObject({ assignedTo: 'Team 3' })
    expect((await act(2, 'comment', { comment: 'The cable is cut' })).statusCode).toBe(200)
    expect((await act(2, 'shelve', { for: '8h', comment: 'Parts are ordered' })).json()).toMatchObject({
      shelvedUntil: new Date(now + 8 * hour).toISOString(),
    })
    expect(await subjects()).toEqual(['718', 't1'])
    expect((await act(2, 'unshelve')).statusCode).toBe(200)
    expect((await act(2, 'clear', { comment: 'Mended' })).json()).toMatchObject({ state: 'cleared' })
    const one = await city.ask('GET', '/v1/alerts/2', { role: 'viewer' })
    expect(
      one.json().history.map(({ step, by, comment }: Record<string, string>) => [step, by, comment]),
    ).toEqual([
      ['opened', 'lantern', null],
      ['acknowledged', city.keyOf('operator').id, 'I go'],
      ['assigned', city.keyOf('operator').id, null],
      ['commented', city.keyOf('operator').id, 'The cable is cut'],
      ['shelved', city.keyOf('operator').id, 'Parts are ordered'],
      ['unshelved', city.keyOf('operator').id, null],
      ['cleared', city.keyOf('operator').id, 'Mended'],
    ])
    const audit = await city.registry.audits({ limit: 100, target: '2' })
    expect(audit.items.map(({ what }) => what)).toEqual([
      'alert.cleared',
      'alert.unshelved',
      'alert.shelved',
      'alert.commented',
      'alert.assigned',
      'alert.acknowledged',
    ])
  })

  it('is told what is not there, over already, or said wrongly', async () => {
    expect((await act(2, 'acknowledge')).json()).toMatchObject({ code: 'conflict' })
    expect((await act(999, 'acknowledge')).json()).toMatchObject({ code: 'not-found' })
    expect((await act(3, 'shelve', { for: '1s', comment: 'x' })).json()).toMatchObject({
      code: 'invalid-request',
    })
    expect((await act(3, 'shelve', { for: '1h' })).json()).toMatchObject({ code: 'invalid-request' })
    expect((await act(3, 'comment', {})).json()).toMatchObject({ code: 'invalid-request' })
    const viewer = await city.ask('POST', '/v1/alerts/3:clear', { role: 'viewer', body: {} })
    expect(viewer.json()).toMatchObject({ code: 'forbidden' })
  })

  it('sees whether the alerts are of use', async () => {
    const answer = await city.ask('GET', '/v1/alerts/quality', { role: 'viewer' })
    expect(answer.json()).toMatchObject({
      opened: 3,
      perOperatorHour: 3 / 24,
      operators: 1,
      inhibited: 1,
      standing: 3,
      stale: 0,
      secondsToAcknowledge: { median: 60, p90: 60 },
      secondsToClear: { median: 60, p90: 60 },
    })
  })
})

describe('the stream', () => {
  /** What a client of the stream sees until it has so many events. */
  async function listen(options: {
    events: number
    query?: string
    lastId?: number
    meanwhile?: () => Promise<unknown>
  }) {
    const { events, query = '', lastId, meanwhile } = options
    const address = city.api.server.address()
    if (typeof address !== 'object' || !address) throw new Error('the API does not listen')
    const ending = new AbortController()
    const response = await fetch(`http://127.0.0.1:${address.port}/v1/alerts/stream${query}`, {
      headers: {
        authorization: city.keyOf('viewer').authorization,
        ...(lastId === undefined ? {} : { 'last-event-id': String(lastId) }),
      },
      signal: AbortSignal.any([ending.signal, AbortSignal.timeout(10_000)]),
    })
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    await meanwhile?.()
    const decoder = new TextDecoder()
    let text = ''
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true })
      if ((text.match(/^data: .*\n\n/gm) ?? []).length >= events) break
    }
    ending.abort()
    return [...text.matchAll(/^event: alert\nid: (\d+)\ndata: (.*)\n\n/gm)].map(([, id, data]) => {
      const event: unknown = JSON.parse(data ?? '')
      const { step, alert } = alertEvent.parse(event)
      // With the names of its place and areas, and nothing that the schema does not have.
      expect({ step, alert }).toEqual(event)
      return { id: Number(id), line: `${alert.subject.id} ${step.step}` }
    })
  }
  beforeAll(async () => {
    await city.api.start({ host: '127.0.0.1', port: 0 })
  })

  it('tells each step as it is taken, and after a break goes on where it ended', async () => {
    const seen = await listen({
      events: 2,
      meanwhile: () => city.registry.changeAlerts([opening('s', 'x'), stepping('s x', 'acknowledged')], now),
    })
    expect(seen.map(({ line }) => line)).toEqual(['x opened', 'x acknowledged'])
    await city.registry.changeAlerts([stepping('s x', 'cleared'), opening('s', 'y')], now)
    const rest = await listen({ events: 2, lastId: seen.at(-1)?.id ?? 0 })
    expect(rest.map(({ line }) => line)).toEqual(['x cleared', 'y opened'])
    expect(rest[0]?.id).toBe((seen.at(-1)?.id ?? 0) + 1)
  })

  it('tells only what it was asked for', async () => {
    const seen = await listen({
      events: 1,
      query: '?area=719&severity=major',
      meanwhile: () =>
        city.registry.changeAlerts(
          [
            opening('s', 'far'),
            opening('s', 'near', { areas: ['719', '74'] }),
            opening('s', 'low', { severity: 'info' }),
          ],
          now,
        ),
    })
    expect(seen.map(({ line }) => line)).toEqual(['near opened'])
  })

  it('tells a thousand steps to ten listeners, each in order and once', async () => {
    const from = (await city.registry.versions()).alerts
    const listeners = Array.from({ length: 10 }, () => listen({ events: 1000, query: `?after=${from}` }))
    await vi.waitFor(() => expect(listeners).toHaveLength(10))
    for (let group = 0; group < 10; group++)
      await city.registry.changeAlerts(
        Array.from({ length: 100 }, (_, index) => opening('many', `m${group * 100 + index}`)),
        now + second,
      )
    for (const seen of await Promise.all(listeners))
      expect(seen.map(({ line }) => line)).toEqual(
        Array.from({ length: 1000 }, (_, index) => `m${index} opened`),
      )
  })

  it('waits for a listener who reads nothing for a while, and then tells the rest', async () => {
    const devices = Array.from({ length: 1000 }, (_, index) => `device-${10_000 + index}`)
    const large = { evidence: { values: [], members: { count: 1000, of: 1000, devices } } }
    // More than the connection itself holds: what is left waits at the server.
    const many = Array.from({ length: 900 }, (_, index) => opening('storm', `s${index}`, large))
    const seen = await listen({
      events: many.length,
      meanwhile: async () => {
        await city.registry.changeAlerts(many, now)
        await sleep(1000)
      },
    })
    expect(seen.map(({ line }) => line)).toEqual(many.map((_, index) => `s${index} opened`))
  })
})
