/** Devices over the API: registering, finding, changing, new tokens, decommissioning; and their readings. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { secretMatches } from '../model/access.ts'
import { type ApiFixture, startApiFixture } from './api-fixture.ts'

let city: ApiFixture
beforeAll(async () => {
  city = await startApiFixture()
})
afterAll(() => city.stop())

const camera = (id: string, more: object = {}) => ({ id, kind: 'camera', place: 'p4', ...more })
const post = (body: unknown) => city.ask('POST', '/v1/devices', { role: 'operator', body })
const read = async (url: string) => {
  const answer = await city.ask('GET', url, { role: 'viewer' })
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json()
}
const signsIn = async (id: string, token: string) => {
  const credential = await city.registry.credential(id)
  return credential !== undefined && secretMatches(token, credential.tokenHash)
}

describe('registering', () => {
  test('one device: its token is shown once, and it is there at once', async () => {
    const answer = await post(camera('n1', { name: ' Gate ', reportingIntervalSeconds: 30 }))
    expect(answer.statusCode).toBe(201)
    const [device] = answer.json().devices
    expect(device).toMatchObject({ id: 'n1', name: 'Gate', status: 'commissioned', simulated: false })
    expect(await signsIn('n1', device.token)).toBe(true)
    const found = await read('/v1/devices/n1')
    expect(found).toMatchObject({ reportingIntervalSeconds: 30, state: { healthy: false, heardAt: null } })
    expect(found.state.faults).toEqual([{ code: 'never-heard', meaning: 'It has never been heard.' }])
    expect(JSON.stringify(found)).not.toContain(device.token)
  })

  test('a thousand at once, in their order, each with a token of its own', async () => {
    const devices = Array.from({ length: 1000 }, (_, index) => camera(`bulk-${index}`, { place: 'p3' }))
    const made = (await post({ devices })).json().devices
    expect(made.map(({ id }: { id: string }) => id)).toEqual(devices.map(({ id }) => id))
    expect(new Set(made.map(({ token }: { token: string }) => token)).size).toBe(1000)
    expect(await signsIn('bulk-999', made[999].token)).toBe(true)
    const { statusCode } = await post({ devices: [...devices, camera('one-more')] })
    expect(statusCode).toBe(400)
  })

  test('all or none: every fault is named where it is', async () => {
    const answer = await post({
      devices: [camera('fine'), camera('bad id', { kind: 'kamera', plaze: 1 }), { id: 'x', kind: 'camera' }],
    })
    expect(answer.statusCode).toBe(400)
    expect(answer.json().faults.map(({ field }: { field: string }) => field)).toEqual([
      'devices[1].id',
      'devices[1].kind',
      'devices[1].plaze',
      'devices[2].place',
    ])
    expect(answer.json().faults[2].message).toContain('known are: id, kind, place')
    const late = await post({ devices: [camera('fine'), camera('lost', { place: 'nowhere' })] })
    expect(late.json().faults).toMatchObject([{ field: 'devices[1].place' }])
    expect((await city.ask('GET', '/v1/devices/fine', { role: 'viewer' })).statusCode).toBe(404)
  })

  test('the faults of one device are named without an index', async () => {
    expect((await post(camera('c1'))).json()).toMatchObject({ code: 'conflict', faults: [{ field: 'id' }] })
    const lost = (await post(camera('y1', { place: 'nowhere' }))).json()
    expect(lost).toMatchObject({ code: 'invalid-request', faults: [{ field: 'place' }] })
    expect(lost.detail).not.toContain('devices[')
    const strange = (await post(camera('y1', { nmae: 'x' }))).json()
    expect(strange.faults).toMatchObject([{ field: 'nmae' }])
  })
})

describe('finding', () => {
  test('lists walk to the end', async () => {
    const found: string[] = []
    for (let cursor = ''; ; ) {
      const page = await read(`/v1/devices?limit=300${cursor}`)
      found.push(...page.items.map(({ id }: { id: string }) => id))
      if (page.next === null) break
      cursor = `&cursor=${page.next}`
    }
    expect(found).toEqual([...found].sort())
    expect(found).toHaveLength(1004)
  })

  test.each([
    ['kind=traffic_counter', ['t1']],
    ['place=p1', ['c1']],
    ['area=718', ['c1', 'c2']],
    ['fault=frozen', ['c2']],
    ['simulated=true', ['c1', 'c2', 't1']],
    ['simulated=false&place=p4', ['n1']],
    ['status=planned', []],
  ])('filters by %s', async (filter, ids) => {
    const { items } = await read(`/v1/devices?${filter}`)
    expect(items.map(({ id }: { id: string }) => id)).toEqual(ids)
  })

  test('one device says what it last said, and since when', async () => {
    expect((await read('/v1/devices/c1')).state).toEqual({
      healthy: true,
      faults: [],
      heardAt: '2026-03-10T04:59:50.000Z',
      online: true,
      onlineChangedAt: '2026-03-10T04:59:00.000Z',
      observedAt: '2026-03-10T04:59:50.000Z',
      receivedAt: '2026-03-10T04:59:51.000Z',
      values: { recording: true },
    })
  })
})

describe('changing', () => {
  const patch = (id: string, body: unknown) =>
    city.ask('PATCH', `/v1/devices/${id}`, { role: 'operator', body })

  test('only what is named, and coverage follows at once', async () => {
    await post(camera('m1', { place: 'p3', name: 'Before' }))
    expect((await patch('m1', { place: 'p4', status: 'planned' })).json()).toMatchObject({
      place: 'p4',
      status: 'planned',
      name: 'Before',
    })
    const evidence = await read('/v1/places/p4')
    expect(evidence.devices.map(({ id }: { id: string }) => id)).toContain('m1')
  })

  test('refuses what it does not know, and nothing at all', async () => {
    expect((await patch('c1', { colour: 'red' })).json().faults).toMatchObject([{ field: 'colour' }, {}])
    expect((await patch('c1', {})).json()).toMatchObject({ faults: [{ field: 'body' }] })
    expect((await patch('c1', { place: 'nowhere' })).json().faults).toMatchObject([{ field: 'place' }])
    expect((await patch('nobody', { name: 'x' })).json().code).toBe('not-found')
  })

  test('decommissioning is for good, and can be repeated', async () => {
    await post(camera('d1'))
    for (const _ of [1, 2]) {
      const answer = await city.ask('DELETE', '/v1/devices/d1', { role: 'operator' })
      expect([answer.statusCode, answer.json().status]).toEqual([200, 'decommissioned'])
    }
    expect((await patch('d1', { name: 'x' })).json().code).toBe('conflict')
    expect((await city.ask('POST', '/v1/devices/d1/token', { role: 'operator' })).json().code).toBe(
      'conflict',
    )
    expect((await city.ask('DELETE', '/v1/devices/nobody', { role: 'operator' })).json().code).toBe(
      'not-found',
    )
    expect((await read('/v1/devices?status=decommissioned')).items).toHaveLength(1)
  })
})

describe('tokens', () => {
  test('a new one makes the old one worthless', async () => {
    const [{ token: before }] = (await post(camera('k1'))).json().devices
    const { id, token } = (await city.ask('POST', '/v1/devices/k1/token', { role: 'operator' })).json()
    expect(id).toBe('k1')
    expect([await signsIn('k1', token), await signsIn('k1', before)]).toEqual([true, false])
  })

  test('of many devices at once, all or none', async () => {
    const rotate = (ids: unknown) =>
      city.ask('POST', '/v1/devices/tokens', { role: 'operator', body: { ids } })
    const { tokens } = (await rotate(['c1', 'c2'])).json()
    expect(await signsIn('c2', tokens[1].token)).toBe(true)
    const refused = (await rotate(['c1', 'nobody'])).json()
    expect(refused).toMatchObject({ code: 'not-found', faults: [{ field: 'ids[1]' }] })
    expect(await signsIn('c1', tokens[0].token)).toBe(true)
    expect((await rotate(['c1', 'a b'])).json()).toMatchObject({
      code: 'invalid-request',
      faults: [{ field: 'ids[1]' }],
    })
  })
})

describe('readings', () => {
  test('come newest first, to the end, each once', async () => {
    const found: { observedAt: string; values: object }[] = []
    for (let cursor = ''; ; ) {
      const page = await read(`/v1/devices/t1/readings?limit=8${cursor}`)
      found.push(...page.items)
      if (page.next === null) break
      cursor = `&cursor=${page.next}`
    }
    expect(found).toHaveLength(24)
    expect(found[0]).toEqual({
      observedAt: '2026-03-10T04:55:00.000Z',
      receivedAt: '2026-03-10T04:55:01.000Z',
      values: { intensity: 33, intervalSeconds: 300, occupancy: 0.25, averageVehicleSpeed: 30 },
    })
    const times = found.map(({ observedAt }) => observedAt)
    expect(times).toEqual([...new Set(times)].sort().reverse())
  })

  test.each([
    '2026-03-10T04:45:00Z',
    '2026-03-10T11:45:00%2B07:00',
    '2026-03-10T11:45:00+07:00',
    '1773117900000',
  ])('from %s: RFC 3339 or epoch ms', async (from) => {
    expect((await read(`/v1/devices/t1/readings?from=${from}`)).items).toHaveLength(3)
  })

  test('of a device that never reported there are none; of an unknown one there is no list', async () => {
    expect(await read('/v1/devices/c1/readings')).toEqual({ items: [], next: null })
    expect((await city.ask('GET', '/v1/devices/nobody/readings', { role: 'viewer' })).json().code).toBe(
      'not-found',
    )
  })
})
