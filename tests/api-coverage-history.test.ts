/** Coverage over time, over the API: what is asked, what is answered, and what is refused. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { minute } from '../model/time.ts'
import type { CoverageRow } from '../stores/telemetry/port.ts'
import { type ApiFixture, now, startApiFixture } from './api-fixture.ts'

let city: ApiFixture
beforeAll(async () => {
  city = await startApiFixture({ limits: { telemetryPoints: 100 } })
  for (let ago = 120; ago > 0; ago--)
    await city.telemetry.recordCoverage(now - ago * minute, [row('74', 10, 7, ago % 8), row('719', 0, 0, 0)])
})
afterAll(() => city.stop())

const row = (area: string, places: number, installed: number, working: number): CoverageRow => ({
  ...{ area, level: 'province', name: `Area ${area}`, places, installed, working, target: 0.7 },
})
const get = (query: string) => city.ask('GET', `/v1/coverage/history${query}`)
const read = async (query: string) => {
  const answer = await get(query)
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json()
}

describe('coverage over time', () => {
  test('is that of the whole city over the last day in windows of 5 minutes, to anyone, unless asked otherwise', async () => {
    const { points, ...rest } = await read('')
    expect(rest).toEqual({
      area: null,
      window: 300_000,
      from: '2026-03-09T05:00:00.000Z',
      to: '2026-03-10T05:00:00.000Z',
    })
    expect(points).toHaveLength(24)
    expect(points[0]).toEqual({
      time: '2026-03-10T03:00:00.000Z',
      ...{ places: 10, installed: 7, working: 4, installedShare: 0.7, workingShare: 0.4 },
      ...{ placesToTarget: 0, target: 0.7 },
    })
  })

  test('has the last figures of each window, in the zone of the city', async () => {
    const { points } = await read('?area=74&window=1h')
    expect(points).toMatchObject([
      { time: '2026-03-10T03:00:00.000Z', working: 5 },
      { time: '2026-03-10T04:00:00.000Z', working: 1 },
    ])
    const days = await read('?window=1d')
    expect(days.points).toMatchObject([{ time: '2026-03-09T17:00:00.000Z', working: 1 }])
    const zoned = await read('?from=2026-03-10T10:00:00%2B07:00&to=2026-03-10T10:02:00%2B07:00&window=1m')
    expect(zoned.points).toHaveLength(2)
  })

  test('has no share where there were no places, and no point where nothing was counted', async () => {
    const { points } = await read('?area=719&window=1h')
    expect(points).toHaveLength(2)
    expect(points[0]).toMatchObject({ places: 0, installedShare: null, workingShare: null })
    expect((await read('?area=25747')).points).toEqual([])
  })

  test('may be kept by caches for a while', async () => {
    const answer = await get('?area=74&to=2026-03-10T05:00:00Z')
    expect(answer.headers['cache-control']).toBe('public, max-age=10')
    const again = await city.ask('GET', '/v1/coverage/history?area=74&to=2026-03-10T05:00:00Z', {
      headers: { 'if-none-match': String(answer.headers.etag) },
    })
    expect(again.statusCode).toBe(304)
  })

  test.each([
    ['?area=nowhere', 'area'],
    ['?from=2026-03-11T00:00:00Z', 'from'],
    ['?from=yesterday', 'from'],
    ['?window=30s', 'window'],
    ['?window=5', 'window'],
    ['?level=district', 'level'],
  ])('refuses %s and names the field', async (query, field) => {
    const answer = await get(query)
    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toMatchObject({ code: 'invalid-request', faults: [{ field }] })
  })

  test('refuses more points than one answer may have, with the remedy', async () => {
    const answer = await get('?window=1m')
    expect(answer.statusCode).toBe(422)
    expect(answer.json()).toMatchObject({
      code: 'query-too-large',
      remedy: expect.stringContaining('window'),
    })
  })
})
