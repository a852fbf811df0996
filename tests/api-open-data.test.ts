/**
 * The files of open data: whole, in CSV and GeoJSON, of an area or of the city; that they open in a spreadsheet as
 * what they are; and that large answers come compressed to whoever asks so.
 */
import { gunzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { csvField } from '../api/open-data/csv.ts'
import type { Place } from '../model/place.ts'
import { type ApiFixture, areas, now, places, startApiFixture } from './api-fixture.ts'

let city: ApiFixture
beforeAll(async () => {
  city = await startApiFixture()
})
afterAll(() => city.stop())

const rowsOf = (text: string) =>
  z.array(z.record(z.string(), z.string())).parse(parse(text, { bom: true, columns: true }))

async function download(file: string, headers: Record<string, string> = {}) {
  const answer = await city.ask('GET', `/v1/open-data/${file}`, { headers })
  expect(answer.statusCode, answer.body).toBe(200)
  return answer
}

describe('as CSV', () => {
  test('the places have their area by name, their state and their position', async () => {
    const { body, headers } = await download('places.csv')
    expect(body.startsWith('\uFEFFid,name,type,area,areaName,state,longitude,latitude\r\n')).toBe(true)
    expect(body.endsWith('\r\n')).toBe(true)
    expect(rowsOf(body).map(({ id, state }) => [id, state])).toEqual([
      ['p1', 'working'],
      ['p2', 'installed'],
      ['p3', 'none'],
      ['p4', 'none'],
    ])
    expect(rowsOf(body)[1]).toEqual({
      id: 'p2',
      name: 'Place p2',
      type: 'market',
      area: '25747',
      areaName: 'Area 25747',
      state: 'installed',
      longitude: '106.75',
      latitude: '10.95',
    })
    expect(headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': 'attachment; filename="lantern-places-2026-03-10.csv"',
      'cache-control': 'public, max-age=10',
      'access-control-allow-origin': '*',
    })
  })

  test('the coverage has every area of every level, with the goal and when it was counted', async () => {
    const rows = rowsOf((await download('coverage.csv')).body)
    expect(rows.map(({ code }) => code)).toEqual(['74', '718', '719', '25747', '25750'])
    expect(rows[0]).toEqual({
      code: '74',
      name: 'Area 74',
      level: 'province',
      parent: '',
      population: '1000',
      places: '4',
      installed: '2',
      working: '1',
      installedShare: '0.5',
      workingShare: '0.25',
      placesToTarget: '1',
      target: '0.7',
      deadline: '2025-12-31',
      asOf: '2026-03-10T05:00:00.000Z',
    })
    expect(rows[1]?.parent).toBe('74')
  })

  test('of an area only what is in it, and the name of the file says so', async () => {
    const { body, headers } = await download('places.csv?area=719')
    expect(rowsOf(body).map(({ id }) => id)).toEqual(['p3', 'p4'])
    expect(headers['content-disposition']).toContain('"lantern-places-719-2026-03-10.csv"')
    expect(rowsOf((await download('coverage.csv?area=719')).body).map(({ code }) => code)).toEqual([
      '719',
      '25750',
    ])
  })

  test("the day in the name is the city's", async () => {
    city.setTime(Date.parse('2026-03-10T18:00:00Z'))
    const { headers } = await download('coverage.csv')
    expect(headers['content-disposition']).toContain('coverage-2026-03-11.csv')
    city.setTime(now)
  })

  test('the ETag of the coverage is of its figures, whenever they were counted', async () => {
    const { headers, body } = await download('coverage.csv')
    city.setTime(now + 2000)
    const later = await download('coverage.csv')
    expect(later.body).not.toBe(body)
    expect(later.headers.etag).toBe(headers.etag)
    const again = await city.ask('GET', '/v1/open-data/coverage.csv', {
      headers: { 'if-none-match': String(headers.etag) },
    })
    expect([again.statusCode, again.body]).toEqual([304, ''])
    city.setTime(now)
  })

  test.each(['=1+1', '+84 274', '-2', '@SUM(A1)', '\t=1', '＝1'])(
    'a text that begins like a formula is none: %j',
    (text) => {
      expect(parse(csvField(text))[0]?.[0]).toBe(`'${text}`)
    },
  )

  test('a number is a number, and quotes, commas and lines come back as they were', () => {
    expect(csvField(-46.6)).toBe('-46.6')
    expect(csvField(null)).toBe('')
    for (const text of ['Trường "Hoa, Mai"', 'two\r\nlines', 'a;b', ' blank ', 'plain'])
      expect(parse(csvField(text))[0]?.[0]).toBe(text)
  })
})

const geoJson = z.strictObject({
  type: z.literal('FeatureCollection'),
  features: z.array(z.object({ id: z.string(), geometry: z.object({ type: z.string() }).nullable() })),
})

describe('as GeoJSON', () => {
  test('the places are points', async () => {
    const { body, headers } = await download('places.geojson')
    const { features } = geoJson.parse(JSON.parse(body))
    expect(features.map(({ id, geometry }) => [id, geometry?.type])).toEqual(
      places.map(({ id }) => [id, 'Point']),
    )
    expect(headers['content-type']).toContain('application/geo+json')
    expect(headers['content-disposition']).toContain('lantern-places-2026-03-10.geojson')
  })

  test('the areas have their boundaries, where there are any', async () => {
    const { features } = geoJson.parse(JSON.parse((await download('areas.geojson')).body))
    expect(new Set(features.map(({ id }) => id))).toEqual(new Set(areas.map(({ code }) => code)))
    expect(features.flatMap(({ id, geometry }) => (geometry ? [[id, geometry.type]] : []))).toEqual([
      ['718', 'Polygon'],
    ])
  })
})

test.each(['places.csv', 'places.geojson', 'coverage.csv', 'areas.geojson'])(
  '%s of an area that is not there is a fault of `area`',
  async (file) => {
    const answer = await city.ask('GET', `/v1/open-data/${file}?area=nowhere`)
    expect(answer.statusCode).toBe(400)
    expect(answer.json().faults).toEqual([{ field: 'area', message: 'there is no area nowhere' }])
  },
)

describe('with 2,500 places', () => {
  const many = Array.from(
    { length: 2500 },
    (_, index): Place => ({
      id: `m${String(index).padStart(5, '0')}`,
      name: `Trường tiểu học số ${index}`,
      type: 'school',
      area: '25747',
      longitude: 106.6 + index / 1e5,
      latitude: 10.9,
    }),
  )
  let large: ApiFixture
  beforeAll(async () => {
    large = await startApiFixture()
    await large.registry.putCity({ areas: [], places: many })
    await large.view.refresh()
  })
  afterAll(() => large.stop())

  test('a file has all of them, once and in order', async () => {
    const { body } = await large.ask('GET', '/v1/open-data/places.csv')
    expect(rowsOf(body).map(({ id }) => id)).toEqual([...many, ...places].map(({ id }) => id))
  })

  test.each(['/v1/places?limit=1000', '/v1/open-data/places.csv', '/v1/open-data/places.geojson'])(
    '%s comes compressed to whoever asks, with the same ETag, and is not sent twice',
    async (url) => {
      const plain = await large.ask('GET', url)
      const packed = await large.ask('GET', url, { headers: { 'accept-encoding': 'gzip, br' } })
      expect(packed.headers['content-encoding']).toBe('gzip')
      expect(String(packed.headers.vary).toLowerCase()).toContain('accept-encoding')
      expect(gunzipSync(packed.rawPayload).equals(plain.rawPayload)).toBe(true)
      expect(packed.rawPayload.length).toBeLessThan(plain.rawPayload.length / 4)
      expect(plain.headers['content-encoding']).toBeUndefined()
      expect(packed.headers.etag).toBe(plain.headers.etag)
      const again = await large.ask('GET', url, {
        headers: { 'accept-encoding': 'gzip', 'if-none-match': String(packed.headers.etag) },
      })
      expect([again.statusCode, again.body, again.headers['content-encoding']]).toEqual([304, '', undefined])
      for (const encoding of ['gzip', 'identity']) {
        const head = await large.ask('HEAD', url, { headers: { 'accept-encoding': encoding } })
        expect([head.statusCode, head.body, head.headers.etag]).toEqual([200, '', plain.headers.etag])
      }
    },
  )

  test('what is short, or asked for in another encoding, comes as it is', async () => {
    const short = await large.ask('GET', '/v1/coverage', { headers: { 'accept-encoding': 'gzip' } })
    expect(short.headers['content-encoding']).toBeUndefined()
    const other = await large.ask('GET', '/v1/places?limit=1000', { headers: { 'accept-encoding': 'br' } })
    expect([other.statusCode, other.headers['content-encoding']]).toEqual([200, undefined])
    const refused = await large.ask('GET', '/v1/places?limit=1000', {
      headers: { 'accept-encoding': 'gzip;q=0' },
    })
    expect(refused.headers['content-encoding']).toBeUndefined()
  })

  test('a body that comes compressed is not opened', async () => {
    const { statusCode } = await large.api.app.inject({
      method: 'POST',
      url: '/v1/devices',
      headers: {
        authorization: large.keyOf('operator').authorization,
        'content-type': 'application/json',
        'content-encoding': 'gzip',
      },
      payload: Buffer.from('1f8b08', 'hex'),
    })
    expect(statusCode).toBe(400)
  })
})
