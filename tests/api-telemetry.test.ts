/** Telemetry, kinds and rejections over the API: what is asked, what is answered, and what is refused. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { offsetOf } from '../api/telemetry/time-zone.ts'
import { kinds } from '../model/kinds.ts'
import { hour } from '../model/time.ts'
import { type ApiFixture, startApiFixture } from './api-fixture.ts'

let city: ApiFixture
beforeAll(async () => {
  city = await startApiFixture()
})
afterAll(() => city.stop())

const ask = (url: string) => city.ask('GET', url, { role: 'viewer' })
const read = async (url: string) => {
  const answer = await ask(url)
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json()
}
const telemetry = (query: string) => `/v1/telemetry/traffic_counter?field=intensity${query}`

describe('telemetry', () => {
  test('answers the mean of five minutes over the last day, unless asked otherwise', async () => {
    const { series, ...rest } = await read(telemetry(''))
    expect(rest).toEqual({
      kind: 'traffic_counter',
      field: 'intensity',
      unit: '1',
      aggregate: 'mean',
      window: 300_000,
      source: 'raw',
      from: '2026-03-09T05:00:00.000Z',
      to: '2026-03-10T05:00:00.000Z',
    })
    expect(series).toHaveLength(1)
    expect(series[0]).toMatchObject({ group: null, name: null })
    expect(series[0].points).toHaveLength(24)
    expect(series[0].points[0]).toEqual({ time: '2026-03-10T03:00:00.000Z', value: 10, count: 1 })
  })

  test.each([
    ['mean', 15.5, 27.5],
    ['sum', 186, 330],
    ['min', 10, 22],
    ['max', 21, 33],
    ['count', 12, 12],
    ['p95', 20.45, 32.45],
    ['last', 21, 33],
  ])('%s of each hour', async (aggregate, first, second) => {
    const { series, unit } = await read(telemetry(`&window=1h&aggregate=${aggregate}`))
    const values = series[0].points.map(({ value }: { value: number }) => value)
    expect(values[0]).toBeCloseTo(first)
    expect(values[1]).toBeCloseTo(second)
    expect(unit).toBe(aggregate === 'count' ? '' : '1')
  })

  test('days begin at the local midnight of the city', async () => {
    const [{ points }] = (await read(telemetry('&window=1d'))).series
    // Midnight in Ho Chi Minh City is 17:00 of the day before in UTC.
    expect(points).toEqual([{ time: '2026-03-09T17:00:00.000Z', value: 21.5, count: 24 }])
  })

  test('takes a range, its end exclusive, as RFC 3339 or epoch ms', async () => {
    const range = `&from=2026-03-10T03:00:00Z&to=${Date.parse('2026-03-10T03:10:00Z')}`
    expect((await read(telemetry(range))).series[0].points).toHaveLength(2)
    expect((await read(telemetry('&from=0&to=1'))).series).toEqual([])
  })

  test.each([
    ['&groupBy=area', '719', 'Area 719'],
    ['&groupBy=area&area=719', '25750', 'Area 25750'],
    ['&groupBy=area&area=25750', '25750', 'Area 25750'],
    ['&groupBy=area&level=province', '74', 'Area 74'],
    ['&groupBy=place&area=74', 'p3', 'Place p3'],
    ['&groupBy=device&place=p3', 't1', 'Device t1'],
    ['&groupBy=device&device=t1', 't1', 'Device t1'],
  ])('groups: %s', async (query, group, name) => {
    const { series } = await read(telemetry(`&window=1h${query}`))
    expect(series.map((one: { group: string; name: string }) => [one.group, one.name])).toEqual([
      [group, name],
    ])
  })

  test('filters by where a device is', async () => {
    expect((await read(telemetry('&area=718'))).series).toEqual([])
    expect((await read(telemetry('&place=p1'))).series).toEqual([])
  })

  test('a boolean field has a mean: the share of true', async () => {
    expect((await read('/v1/telemetry/camera?field=recording')).series).toEqual([])
  })

  test.each([
    ['?field=speed', 'field', 'expected one of intensity, intervalSeconds, averageVehicleSpeed'],
    ['?', 'field', 'it is missing'],
    [
      '?field=intensity&aggregate=median',
      'aggregate',
      'expected one of mean, sum, min, max, count, p95, last',
    ],
    ['?field=intensity&window=5', 'window', 'a number and one of s, m, h, d'],
    ['?field=intensity&window=0s', 'window', 'at least 1s'],
    ['?field=intensity&from=yesterday', 'from', 'expected RFC 3339 with a time zone'],
    ['?field=intensity&from=2026-03-10T03:00:00', 'from', 'expected RFC 3339 with a time zone'],
    ['?field=intensity&to=2026-02-30T00:00:00Z', 'to', 'expected RFC 3339 with a time zone'],
    ['?field=intensity&from=2&to=1', 'from', 'before 1970-01-01T00:00:00.001Z'],
    ['?field=intensity&area=999', 'area', 'there is no area 999'],
    ['?field=intensity&place=999', 'place', 'there is no place 999'],
    ['?field=intensity&device=999', 'device', 'there is no device 999'],
    ['?field=intensity&device=c1', 'device', 'c1 is a camera, not a traffic_counter'],
    ['?field=intensity&level=district', 'level', 'only with groupBy=area'],
    ['?field=intensity&groupBy=area&level=ward', 'level', 'expected one of province, district, commune'],
    ['?field=intensity&groupBy=city', 'groupBy', 'expected one of area, place, device'],
    [
      '?field=intensity&fields=1',
      'fields',
      'known are: field, aggregate, window, from, to, area, place, device',
    ],
    ['?field=intensity&field=occupancy', 'field', 'expected string; received an array'],
  ])('refuses %s and names %s', async (query, field, message) => {
    const answer = await ask(`/v1/telemetry/traffic_counter${query}`)
    expect(answer.statusCode).toBe(400)
    expect(answer.json().faults).toEqual([{ field, message: expect.stringContaining(message) }])
  })

  test('refuses an unknown kind', async () => {
    expect((await ask('/v1/telemetry/toaster?field=intensity')).json().faults).toEqual([
      {
        field: 'kind',
        message: 'expected one of camera, traffic_counter, street_sensor; received "toaster"',
      },
    ])
  })
})

test('an answer that would have too many points is refused', async () => {
  const small = await startApiFixture({ limits: { telemetryPoints: 23 } })
  const answer = await small.ask('GET', telemetry(''), { role: 'viewer' })
  expect(answer.json()).toMatchObject({ code: 'query-too-large', status: 422 })
  await small.stop()
})

test.each([
  ['Asia/Ho_Chi_Minh', 7],
  ['Asia/Kathmandu', 5.75],
  ['America/St_Johns', -3.5],
  ['UTC', 0],
])('%s is %d hours east of UTC in winter', (zone, hours) => {
  expect(offsetOf(zone, Date.parse('2026-01-15T00:00:00Z'))).toBe(hours * hour)
})

test('/v1/kinds tells of every kind and field', async () => {
  const { items, next } = await read('/v1/kinds')
  expect(next).toBeNull()
  expect(items.map(({ name }: { name: string }) => name)).toEqual(kinds.map(({ name }) => name))
  expect(items[0].fields).toEqual(kinds[0].fields)
})

describe('rejections', () => {
  test('come newest first, with the remedy, to the end', async () => {
    const reasons: string[] = []
    for (let cursor = ''; ; ) {
      const page = await read(`/v1/rejections?limit=2${cursor}`)
      reasons.push(...page.items.map(({ reason }: { reason: string }) => reason))
      if (page.next === null) break
      cursor = `&cursor=${page.next}`
    }
    expect(reasons).toEqual(['unknown-device', 'invalid-field', 'not-json'])
  })

  test('are filtered by device and reason', async () => {
    const { items } = await read('/v1/rejections?device=c1&reason=not-json')
    expect(items).toEqual([
      {
        device: 'c1',
        reason: 'not-json',
        detail: 'detail of not-json',
        sample: '{"a":',
        count: 1,
        firstAt: '2026-03-10T05:00:00.000Z',
        lastAt: '2026-03-10T05:00:00.000Z',
        remedy: 'Send UTF-8 JSON; NaN, Infinity and comments are not JSON.',
      },
    ])
    expect((await ask('/v1/rejections?reason=bored')).statusCode).toBe(400)
  })
})
