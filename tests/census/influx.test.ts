/** The census on a real InfluxDB: what InfluxQL finds of it, repeated, dropped, outlived, and from the whole process. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { type MeasurementName, measurements } from '../../model/measurements.ts'
import { hour, minute } from '../../model/time.ts'
import { createInfluxTelemetry, type InfluxTelemetry } from '../../stores/telemetry/influx.ts'
import { opening } from '../alert-examples.ts'
import { hasInfluxd, type Influxd, needsInfluxd, startInfluxd } from '../support/influxd.ts'
import { seedDevices, startLantern, withRegistry } from '../support/lantern.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { begin, device, handMade } from './hand-made.ts'

const ofCensus = ['coverage', 'health', 'place', 'device', 'rejection', 'platform'] as const

describe.skipIf(!hasInfluxd)(`the census in InfluxDB (${needsInfluxd})`, { timeout: 60_000 }, () => {
  let influxd: Influxd
  beforeAll(async () => {
    influxd = await startInfluxd()
  })
  afterAll(() => influxd.remove())

  async function open(bucket: string): Promise<InfluxTelemetry> {
    const limits = { retentionDays: 30, rollupRetentionDays: 60 }
    const telemetry = createInfluxTelemetry({ url: influxd.url, bucket, ...limits })
    await telemetry.start()
    onTestFinished(() => telemetry.stop())
    return telemetry
  }

  const shelf = (bucket: string, name: MeasurementName) =>
    measurements[name].kept === 'rollups' ? `${bucket}_5m` : bucket
  async function series(bucket: string, name: MeasurementName) {
    const answer = await influxd.query(
      `SELECT * FROM "${bucket}"."${shelf(bucket, name)}"."${name}" GROUP BY *`,
    )
    const found: { tags?: Record<string, string>; columns: string[]; values: (string | number)[][] }[] =
      JSON.parse(answer).results[0].series ?? []
    return found.map(({ tags, columns, values }) => ({
      tags: Object.fromEntries(Object.entries(tags ?? {}).filter(([, value]) => value !== '')),
      rows: values.map((row) => Object.fromEntries(row.map((cell, index) => [columns[index], cell]))),
    }))
  }
  const rows = async (bucket: string, name: MeasurementName) =>
    (await series(bucket, name)).reduce((sum, one) => sum + one.rows.length, 0)
  const counts = async (bucket: string) => Promise.all(ofCensus.map((name) => rows(bucket, name)))

  /** A city with every kind of text in its names, and a few minutes of it. */
  async function live(telemetry: InfluxTelemetry, minutes: number) {
    const city = handMade({ store: { telemetry, points: telemetry.points } })
    city.places = city.places.map((place) => ({ ...place, name: `Chợ "${place.id}", a=b \\` }))
    city.devices = [device(1), device(2, { kind: 'street_sensor', place: 'p2' })]
    city.progress.readingsStored = 100
    for (let passed = 0; passed <= minutes; passed++) {
      city.hear(1)
      await city.tick(passed === 0 ? 0 : minute)
    }
    return city
  }

  it('is there for InfluxQL as model/measurements.ts says, and repeating it doubles nothing', async () => {
    const telemetry = await open('census')
    const city = await live(telemetry, 2)
    const time = new Date(begin).toISOString().replace('.000', '')
    expect((await series('census', 'coverage')).find(({ tags }) => tags.area === 'd1')).toEqual({
      tags: { area: 'd1', level: 'district', name: 'Area d1' },
      rows: [0, 1, 2].map((passed) => ({
        time: new Date(begin + passed * minute).toISOString().replace('.000', ''),
        ...{ places: 1, installed: 1, working: 1, installed_share: 1, working_share: 1, target: 0.7 },
      })),
    })
    // The protocol cannot say a backslash at the end.
    const ofPlace = {
      ...{ place: 'p1', place_name: 'Chợ "p1", a=b  ', place_type: 'school' },
      ...{ district: 'd1', district_name: 'Area d1', province: 'bd', province_name: 'Area bd' },
    }
    expect((await series('census', 'device')).find(({ tags }) => tags.device === 'dev-1')).toEqual({
      tags: { ...ofPlace, device: 'dev-1', kind: 'camera' },
      // The second is its turn.
      rows: [
        expect.objectContaining({ time, healthy: 1, fault: 'healthy', faults: '', heard_at: begin }),
        expect.objectContaining({ healthy: 1, heard_at: begin }),
      ],
    })
    expect((await series('census', 'place')).find(({ tags }) => tags.place === 'p1')).toMatchObject({
      tags: { ...ofPlace, label: 'Chợ "p1", a=b \\ (p1)' },
      rows: [{ time, state: 2, cameras: 1, healthy: 1, latitude: 10.98, longitude: 106.65 }],
    })
    expect(await series('census', 'health')).toHaveLength(9)
    expect((await series('census', 'rejection'))[0]?.rows).toMatchObject([{ count: 0 }, { count: 0 }])
    expect((await series('census', 'platform'))[0]?.rows.at(-1)).toMatchObject({ readings_per_second: 0 })
    for (const name of ofCensus)
      for (const { tags } of await series('census', name))
        expect(Object.keys(tags)).toEqual(expect.arrayContaining(Object.keys(measurements[name].tags)))

    const before = await counts('census')
    expect(Math.min(...before)).toBeGreaterThan(0)
    await live(telemetry, 2)
    expect(await counts('census')).toEqual(before)
    expect(city.log).toEqual([])
    expect(
      await telemetry.coverageHistory({
        ...{ areas: ['bd'], window: minute, offset: 0, from: begin, to: begin + hour, maxPoints: 10 },
      }),
    ).toHaveLength(3)
  })

  it('goes on in a database that was dropped and is made again', async () => {
    const telemetry = await open('dropped')
    const city = await live(telemetry, 0)
    await influxd.query('DROP DATABASE "dropped"')
    await city.tick(minute)
    await city.tick(minute)
    await city.tick(minute)
    expect(await rows('dropped', 'coverage')).toBe(9)
    expect(await rows('dropped', 'health')).toBeGreaterThan(0)
    expect(city.log.map((line) => line.includes('again'))).toEqual([true, true])
  })

  it('is removed when its time is over: with the readings, or with the roll-ups', async () => {
    const telemetry = await open('outlived')
    await live(telemetry, 1)
    await telemetry.maintain(begin + 25 * 24 * hour)
    expect(Math.min(...(await counts('outlived')))).toBeGreaterThan(0)
    await telemetry.maintain(begin + 32 * 24 * hour)
    const [coverage, ...others] = await counts('outlived')
    expect(coverage).toBe(6)
    expect(others).toEqual(others.map(() => 0))
    await telemetry.maintain(begin + 62 * 24 * hour)
    expect(await rows('outlived', 'coverage')).toBe(0)
  })

  it('comes from the whole process, with what only the main process knows', async () => {
    const dataDir = temporaryFolder()
    await seedDevices(dataDir, 5)
    const env = { LANTERN_TELEMETRY: 'influxdb', LANTERN_INFLUX_URL: influxd.url }
    const lantern = await startLantern({ dataDir, env })
    onTestFinished(() => lantern.kill().catch(() => undefined))
    const last = async () => (await series('lantern', 'platform'))[0]?.rows.at(-1) ?? {}
    await expect
      .poll(last, { timeout: 40_000, interval: 500 })
      .toMatchObject({ connections: 0, refusals: 0, journal_limit: 4096 * 2 ** 20, readings_per_second: 0 })
    const history = await fetch(`${lantern.httpUrl}/v1/coverage/history?window=1m`)
    // The minute may have turned meanwhile.
    const answer = z
      .object({ area: z.null(), points: z.array(z.object({ working: z.number() })).min(1) })
      .parse(await history.json())
    expect(answer.points[0]).toEqual({ working: 0 })
    expect(await rows('lantern', 'device')).toBeGreaterThanOrEqual(5)
    await withRegistry(dataDir, (registry) => registry.changeAlerts([opening('dark', 'dev-0')], Date.now()))
    await expect
      .poll(() => rows('lantern', 'alert_open'), { timeout: 20_000, interval: 500 })
      .toBeGreaterThanOrEqual(12)
    await expect.poll(() => rows('lantern', 'alert'), { timeout: 20_000, interval: 500 }).toBe(1)
    expect(await lantern.stop()).toBe(0)
  })
})
