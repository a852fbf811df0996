/** Alerts as points: each step once, what is open each minute, over restarts and failures, and in a real InfluxDB. */
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { writtenAgain } from '../../ingest/census/alerts.ts'
import { minute, second } from '../../model/time.ts'
import type { AlertChange } from '../../stores/registry/alerts-port.ts'
import type { Registry } from '../../stores/registry/port.ts'
import { createSqliteRegistry } from '../../stores/registry/sqlite.ts'
import { createInfluxTelemetry } from '../../stores/telemetry/influx.ts'
import { opening, stepping } from '../alert-examples.ts'
import { hasInfluxd, type Influxd, needsInfluxd, startInfluxd } from '../support/influxd.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { begin, handMade } from './hand-made.ts'

let registry: Registry
beforeEach(async () => {
  registry = createSqliteRegistry({ file: join(temporaryFolder(), 'registry.sqlite') })
  await registry.start()
})
afterEach(() => registry.stop())

const change = (...changes: AlertChange[]) => registry.changeAlerts(changes, begin)
/** In the areas of the hand-made city. */
const open = (subject: string, more: Parameters<typeof opening>[2] = {}) =>
  opening('dark', subject, { areas: ['d1', 'bd'], openedAt: begin, ...more })
const storming = (change: AlertChange): AlertChange => ({
  ...change,
  inhibitedBy: { rule: 'dark', subject: 'd1' },
})

describe('each step', () => {
  it('is a point with its tags, and the times that it took', async () => {
    const city = handMade({ alerts: registry })
    await change(
      open('c1'),
      stepping('dark c1', 'escalated', { severity: 'critical', at: begin + 90 * second }),
      stepping('dark c1', 'acknowledged', { at: begin + 240 * second }),
      stepping('dark c1', 'cleared', { at: begin + 1800 * second }),
    )
    await city.tick(0)
    const levels = { district: 'd1', district_name: 'Area d1', province: 'bd', province_name: 'Area bd' }
    const tags = { ...levels, rule: 'dark', subject: 'c1' }
    const fields = { alert: '1', title: 'dark at c1' }
    expect(city.take('alert')).toEqual([
      {
        ...{ measurement: 'alert', time: begin, fields },
        tags: { ...tags, severity: 'major', step: 'opened' },
      },
      {
        ...{ measurement: 'alert', time: begin + 90 * second, fields },
        tags: { ...tags, severity: 'critical', step: 'escalated' },
      },
      {
        ...{ measurement: 'alert', time: begin + 240 * second },
        tags: { ...tags, severity: 'critical', step: 'acknowledged' },
        fields: { ...fields, seconds_to_acknowledge: 240 },
      },
      {
        ...{ measurement: 'alert', time: begin + 1800 * second },
        tags: { ...tags, severity: 'critical', step: 'cleared' },
        fields: { ...fields, seconds_to_clear: 1800 },
      },
    ])
  })

  it('is written once while Lantern runs, within ten seconds, also of areas that are gone', async () => {
    const city = handMade({ alerts: registry })
    await city.tick(0)
    expect(city.take('alert')).toEqual([])
    await change(open('c1', { areas: ['old', 'd1'] }), open('c2'))
    await city.tick(10 * second)
    const [first] = city.take('alert')
    expect(first?.tags).toEqual({
      ...{ district: 'd1', district_name: 'Area d1' },
      ...{ rule: 'dark', subject: 'c1', severity: 'major', step: 'opened' },
    })
    await change(stepping('dark c2', 'cleared'))
    await city.tick(10 * second)
    await city.tick(10 * second)
    expect(city.take('alert').map(({ tags }) => `${tags.subject} ${tags.step}`)).toEqual(['c2 cleared'])
  })

  it('waits for a store that is away, in its order, and none is left out', async () => {
    const city = handMade({ alerts: registry })
    await city.tick(0)
    city.failure = new Error('nobody there')
    await change(open('c1'))
    await city.tick(10 * second)
    await change(stepping('dark c1', 'cleared'))
    await city.tick(10 * second)
    expect(city.take('alert')).toEqual([])
    city.failure = null
    await city.tick(10 * second)
    expect(city.take('alert').map(({ tags }) => tags.step)).toEqual(['opened', 'cleared'])
    expect(city.log).toEqual([
      'what is kept beside the readings cannot be stored; it is tried again',
      'what is kept beside the readings is stored again',
    ])
  })

  it('is written again after a restart, the newest ten thousand of them', async () => {
    const more = 700
    for (let round = 0; round < (writtenAgain + more) / 100; round++)
      await change(...Array.from({ length: 100 }, (_, index) => open(`c${round}-${index}`)))
    const city = handMade({ alerts: registry })
    await city.tick(0)
    const points = city.take('alert')
    expect(points).toHaveLength(writtenAgain)
    expect([points[0]?.fields.alert, points.at(-1)?.fields.alert]).toEqual([
      String(more + 1),
      String(writtenAgain + more),
    ])
    const again = handMade({ alerts: registry })
    await again.tick(0)
    expect(again.take('alert')).toEqual(points)
  }, 60_000)
})

describe('each minute', () => {
  it('says how many are open of every area and severity, none included', async () => {
    const city = handMade({ alerts: registry })
    await change(
      open('c1'),
      open('c2'),
      stepping('dark c2', 'acknowledged'),
      open('c3', { areas: ['d2', 'bd'], severity: 'critical' }),
      open('bd', { subjectType: 'area', areas: ['bd'], severity: 'info' }),
      open('c4', { areas: ['d1', 'd1', 'nowhere'] }),
      open('over'),
      stepping('dark over', 'cleared'),
      open('shelved'),
      stepping('dark shelved', 'shelved', { until: begin + minute }),
    )
    await city.tick(0)
    const points = city.take('alert_open')
    expect(points).toHaveLength(12)
    const [first] = points
    expect([first?.tags, first?.time]).toEqual([
      { area: 'bd', level: 'province', name: 'Area bd', severity: 'info' },
      begin,
    ])
    const some = points.flatMap(({ tags, fields }) =>
      fields.open ? [`${tags.area} ${tags.severity} ${fields.open} ${fields.unacknowledged}`] : [],
    )
    expect(some).toEqual([
      'bd info 1 1',
      'bd major 2 1',
      'bd critical 1 1',
      'd1 major 3 2',
      'd2 critical 1 1',
    ])
    await city.tick(10 * second)
    expect(city.take('alert_open')).toEqual([])
    await city.tick(50 * second)
    expect(city.take('alert_open').map(({ time }) => time)).toEqual(points.map(() => begin + minute))
  })

  it('counts one for a storm, and every single one of thousands', async () => {
    const city = handMade({ alerts: registry })
    const names = Array.from({ length: 1200 }, (_, index) => `c${index}`)
    await change(open('d1', { subjectType: 'area' }), ...names.map((name) => storming(open(name))))
    await city.tick(0)
    const inDistrict = () =>
      city
        .take('alert_open')
        .filter(({ tags }) => tags.area === 'd1' && tags.severity === 'major')
        .map(({ fields }) => fields.open)
    expect(inDistrict()).toEqual([1])
    await change(stepping('dark d1', 'cleared'))
    await city.tick(minute)
    expect(inDistrict()).toEqual([1200])
  })
})

describe.skipIf(!hasInfluxd)(`in InfluxDB (${needsInfluxd})`, { timeout: 60_000 }, () => {
  let influxd: Influxd
  beforeAll(async () => {
    influxd = await startInfluxd()
  })
  afterAll(() => influxd.remove())

  const ask = async (query: string): Promise<(string | number)[][]> => {
    const [first] = JSON.parse(await influxd.query(query)).results[0].series ?? []
    return first?.values ?? []
  }

  it('two at once do not meet, a repeated start doubles nothing, and sums of time are right', async () => {
    const telemetry = createInfluxTelemetry({
      ...{ url: influxd.url, bucket: 'city', retentionDays: 30, rollupRetentionDays: 60 },
    })
    await telemetry.start()
    await change(
      open('c1'),
      open('c2', { title: 'Chợ "c2", a=b \\' }),
      ...['c1', 'c2'].map((name) => stepping(`dark ${name}`, 'acknowledged', { at: begin + 30 * second })),
      stepping('dark c1', 'cleared', { at: begin + minute }),
    )
    for (let start = 0; start < 2; start++) {
      const city = handMade({ alerts: registry, store: { telemetry, points: telemetry.points } })
      await city.tick(0)
      await city.tick(10 * second)
      expect(city.log).toEqual([])
    }
    const alert = '"city"."city_5m"."alert"'
    const [steps] = await ask(
      `SELECT count("alert"), mean("seconds_to_acknowledge"), count("seconds_to_clear") FROM ${alert}`,
    )
    expect(steps?.slice(1)).toEqual([5, 30, 1])
    const opened = await ask(
      `SELECT "title", "subject" FROM ${alert} WHERE "step" = 'opened' AND "district" = 'd1'`,
    )
    expect(opened.map((row) => row.slice(1)).sort()).toEqual([
      ['Chợ "c2", a=b \\', 'c2'],
      ['dark at c1', 'c1'],
    ])
    const now =
      '(SELECT last("open") AS "open" FROM "city"."city"."alert_open" WHERE "level" = \'district\' GROUP BY "area", "severity")'
    expect((await ask(`SELECT sum("open") FROM ${now}`)).map((row) => row[1])).toEqual([1])
    await telemetry.stop()
  })
})
