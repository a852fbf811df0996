/**
 * What anyone may read: coverage, areas, places; and how the operation of Lantern is seen. Every answer is also
 * held against its zod schema by the fixture.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { minute } from '../model/time.ts'
import { type ApiFixture, areas, now, places, startApiFixture } from './api-fixture.ts'

let city: ApiFixture
beforeAll(async () => {
  city = await startApiFixture()
})
afterAll(() => city.stop())

const get = async (url: string, headers: Record<string, string> = {}) => {
  const answer = await city.ask('GET', url, { headers })
  expect(answer.statusCode, answer.body).toBe(200)
  return answer
}
/** Walks a list to its end, two at a time; `items` is where a page has them. */
async function walk(
  url: string,
  items: 'items' | 'features' = 'items',
): Promise<{ id?: string; code?: string }[]> {
  const found = []
  for (let cursor = ''; ; ) {
    const page = (await get(`${url}${url.includes('?') ? '&' : '?'}limit=2${cursor}`)).json()
    found.push(...page[items])
    if (page.next === null) return found
    cursor = `&cursor=${page.next}`
  }
}

describe('the city', () => {
  const whole = {
    name: 'Area 74',
    timeZone: 'Asia/Ho_Chi_Minh',
    goal: { target: 0.7, deadline: '2025-12-31' },
    levels: ['province', 'district', 'commune'],
    simulated: true,
    baseMap: null,
  }

  test('says its name, its goal and that its devices are simulated', async () => {
    const answer = await get('/v1/city')
    expect(answer.json()).toEqual(whole)
    expect(answer.headers['cache-control']).toBe('public, max-age=10')
  })

  test('of two provinces and no device has no name of its own, and nothing simulated', async () => {
    const baseMap = { url: 'https://tiles.example/{z}/{x}/{y}.png', attribution: '© The Mappers' }
    const other = await startApiFixture({ baseMap })
    try {
      for (const id of ['c1', 'c2', 't1']) await other.registry.decommissionDevice(id, now)
      await other.registry.putCity({
        areas: [{ code: '75', name: 'B', level: 'province', parent: null, population: null, boundary: null }],
        places: [],
      })
      await other.view.refresh()
      const answer = await other.ask('GET', '/v1/city')
      expect(answer.json()).toEqual({ ...whole, name: null, simulated: false, baseMap })
    } finally {
      await other.stop()
    }
  })
})

describe('coverage', () => {
  test('within the smallest area is its own, and of nothing below', async () => {
    const { total, areas: below } = (await get('/v1/coverage?within=25747')).json()
    expect(total).toMatchObject({ places: 2, installed: 2, working: 1 })
    expect(below).toEqual([])
  })

  test('counts installed and working by district, and how many are missing to the goal', async () => {
    expect((await get('/v1/coverage')).json()).toEqual({
      asOf: '2026-03-10T05:00:00.000Z',
      goal: { target: 0.7, deadline: '2025-12-31' },
      total: {
        places: 4,
        installed: 2,
        working: 1,
        installedShare: 0.5,
        workingShare: 0.25,
        placesToTarget: 1,
      },
      areas: [
        {
          code: '718',
          name: 'Area 718',
          level: 'district',
          places: 2,
          installed: 2,
          working: 1,
          installedShare: 1,
          workingShare: 0.5,
          placesToTarget: 0,
        },
        {
          code: '719',
          name: 'Area 719',
          level: 'district',
          places: 2,
          installed: 0,
          working: 0,
          installedShare: 0,
          workingShare: 0,
          placesToTarget: 2,
        },
      ],
    })
  })

  test('takes a level and an area', async () => {
    const { total, areas } = (await get('/v1/coverage?level=commune&within=718')).json()
    expect(total.places).toBe(2)
    expect(areas.map(({ code }: { code: string }) => code)).toEqual(['25747'])
  })

  test('follows the clock: what is silent does not work', async () => {
    city.setTime(now + 10 * minute)
    expect((await get('/v1/coverage')).json().total).toMatchObject({ installed: 2, working: 0 })
    city.setTime(now)
  })
})

describe('conditional answers', () => {
  test.each(['/v1/coverage', '/v1/places', '/v1/places/p1', '/v1/areas', '/v1/areas/718'])(
    '%s is not sent twice to who has it',
    async (url) => {
      const first = await get(url)
      expect(first.headers['cache-control']).toMatch(/^public, max-age=\d+$/)
      expect(first.headers['access-control-allow-origin']).toBe('*')
      const tag = String(first.headers.etag)
      expect(tag).toMatch(/^W\/"[\w-]+"$/)
      for (const known of [tag, `"other", ${tag.slice(2)}`, '*']) {
        const second = await city.ask('GET', url, { headers: { 'if-none-match': known } })
        expect([second.statusCode, second.body, second.headers.etag]).toEqual([304, '', tag])
      }
      expect((await get(url, { 'if-none-match': 'W/"other"' })).body).toBe(first.body)
    },
  )

  test('the tag of coverage is of its figures, not of the time', async () => {
    const first = await get('/v1/coverage')
    city.setTime(now + 5000)
    const later = await get('/v1/coverage')
    expect(later.json().asOf).not.toBe(first.json().asOf)
    expect(later.headers.etag).toBe(first.headers.etag)
    city.setTime(now + 10 * minute)
    expect((await get('/v1/coverage')).headers.etag).not.toBe(first.headers.etag)
    city.setTime(now)
  })

  test('an error is never kept, and has no tag', async () => {
    const { statusCode, headers } = await city.ask('GET', '/v1/places/none', {
      headers: { 'if-none-match': '*' },
    })
    expect([statusCode, headers.etag, headers['cache-control']]).toEqual([404, undefined, 'no-store'])
  })
})

describe('areas', () => {
  test('are listed by code, page by page', async () => {
    const codes = areas.map(({ code }) => code).sort()
    expect((await walk('/v1/areas')).map(({ code }) => code)).toEqual(codes)
    expect((await walk('/v1/areas?format=geojson', 'features')).map(({ id }) => id)).toEqual(codes)
  })

  test('are filtered by level and by area', async () => {
    expect((await walk('/v1/areas?level=district')).map(({ code }) => code)).toEqual(['718', '719'])
    expect((await walk('/v1/areas?within=718')).map(({ code }) => code)).toEqual(['25747', '718'])
  })

  test('have their boundary as GeoJSON, where there is one', async () => {
    const answer = await get('/v1/areas?level=district', { accept: 'application/geo+json' })
    expect(answer.headers['content-type']).toMatch(/^application\/geo\+json/)
    expect(answer.headers.vary).toBe('Accept')
    const [with718, without] = answer.json().features
    expect(with718).toMatchObject({ type: 'Feature', id: '718', geometry: { type: 'Polygon' } })
    expect(without).toMatchObject({ id: '719', geometry: null, properties: { parent: '74' } })
  })

  test('one comes alone, in either form', async () => {
    expect((await get('/v1/areas/718')).json()).toEqual(areas.find(({ code }) => code === '718'))
    expect((await get('/v1/areas/718?format=geojson')).json()).toMatchObject({ type: 'Feature', id: '718' })
    expect((await city.ask('GET', '/v1/areas/999')).json().code).toBe('not-found')
  })
})

describe('places', () => {
  const ids = async (url: string) => (await walk(url)).map(({ id }) => id)

  test('are listed by id, page by page, with what is proved of each', async () => {
    expect(await ids('/v1/places')).toEqual(places.map(({ id }) => id))
    const { items } = (await get('/v1/places')).json()
    expect(items.map(({ state }: { state: string }) => state)).toEqual([
      'working',
      'installed',
      'none',
      'none',
    ])
  })

  test('are filtered by area, type, state and bounding box', async () => {
    expect(await ids('/v1/places?area=719')).toEqual(['p3', 'p4'])
    expect(await ids('/v1/places?type=market')).toEqual(['p2'])
    expect(await ids('/v1/places?state=none&area=719&type=school')).toEqual(['p4'])
    expect(await ids('/v1/places?bbox=106.7,10,106.8,11')).toEqual(['p2'])
    expect(await ids('/v1/places?bbox=-10,-10,-9,-9')).toEqual([])
  })

  test('come as a GeoJSON collection, longitude first', async () => {
    const { features, next, type } = (await get('/v1/places?format=geojson&limit=1')).json()
    expect(type).toBe('FeatureCollection')
    expect(features).toEqual([
      {
        type: 'Feature',
        id: 'p1',
        geometry: { type: 'Point', coordinates: [106.65, 10.95] },
        properties: { id: 'p1', name: 'Place p1', type: 'school', area: '25747', state: 'working' },
      },
    ])
    expect(next).toEqual(expect.any(String))
    // The query goes before the Accept header.
    const asked = await get('/v1/places?format=json', { accept: 'application/geo+json' })
    expect(asked.headers['content-type']).toMatch(/^application\/json/)
  })

  test('one comes with its evidence, and without any reading', async () => {
    const answer = (await get('/v1/places/p2')).json()
    expect(answer).toMatchObject({ id: 'p2', state: 'installed' })
    expect(answer.areas.map(({ code }: { code: string }) => code)).toEqual(['25747', '718', '74'])
    expect(answer.devices).toEqual([
      {
        id: 'c2',
        kind: 'camera',
        name: 'Device c2',
        status: 'commissioned',
        healthy: false,
        faults: [{ code: 'frozen', meaning: 'Its picture stands still.' }],
        heardAt: '2026-03-10T04:59:50.000Z',
      },
    ])
  })
})

describe('operation', () => {
  test('/healthz is alive', async () => {
    expect((await get('/healthz')).json()).toEqual({ status: 'alive' })
  })

  test('/readyz tells of every component, and fails when one is not well', async () => {
    expect((await get('/readyz')).json().ready).toBe(true)
    const broken = { name: 'journal', ok: false, detail: 'the disk is full', figures: {} } as const
    city.setComponents([broken])
    const answer = await city.ask('GET', '/readyz')
    expect([answer.statusCode, answer.json()]).toEqual([503, { ready: false, components: [broken] }])
  })

  test('/metrics counts requests by route, never by address', async () => {
    await city.ask('GET', '/v1/places/p1')
    await city.ask('GET', '/v1/somewhere/else')
    const { body, headers } = await get('/metrics')
    expect(headers['content-type']).toContain('text/plain')
    expect(body).toMatch(
      /http_request_duration_seconds_count\{method="GET",route="\/v1\/places\/:id",status="200"\} \d/,
    )
    expect(body).toContain('route="(none)"')
    expect(body).not.toContain('/v1/places/p1')
    expect(body).not.toContain('somewhere')
  })
})

test('every answer says what a browser may not do', async () => {
  for (const url of ['/v1/coverage', '/v1/devices', '/nowhere', '/v1/%zz', '/healthz']) {
    const { headers } = await city.ask('GET', url)
    expect(headers, url).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' })
    expect(headers['x-request-id'], url).toMatch(/^[0-9a-f-]{36}$/)
  }
})
