/** The InfluxDB driver of the telemetry port, on a real server: the contract, and what only this driver has. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { hour, minute } from '../model/time.ts'
import { createInfluxTelemetry, type InfluxTelemetryOptions } from '../stores/telemetry/influx.ts'
import type { Telemetry } from '../stores/telemetry/port.ts'
import { begin, sites, temperature } from './contracts/telemetry/city.ts'
import { retentionDays, rollupRetentionDays, telemetryContract } from './contracts/telemetry.ts'
import { startFaultyProxy } from './support/faulty-proxy.ts'
import { hasInfluxd, type Influxd, needsInfluxd, startInfluxd } from './support/influxd.ts'

describe.skipIf(!hasInfluxd)(`InfluxDB (${needsInfluxd})`, { timeout: 240_000 }, () => {
  let influxd: Influxd
  let databases = 0
  const started: Telemetry[] = []
  beforeAll(async () => {
    influxd = await startInfluxd()
  })
  afterEach(async () => {
    for (const telemetry of started.splice(0)) await telemetry.stop()
  })
  afterAll(() => influxd.remove())

  telemetryContract('InfluxDB', async () => {
    const bucket = `contract-${++databases}`
    return {
      open: () => createInfluxTelemetry({ url: influxd.url, bucket, retentionDays, rollupRetentionDays }),
      async remove() {
        await influxd.query(`DROP DATABASE "${bucket}"`)
      },
    }
  })

  async function open(bucket: string, options: Partial<InfluxTelemetryOptions> = {}): Promise<Telemetry> {
    const telemetry = createInfluxTelemetry({
      url: influxd.url,
      bucket,
      retentionDays,
      rollupRetentionDays,
      ...options,
    })
    await telemetry.start()
    started.push(telemetry)
    return telemetry
  }

  const newest = (telemetry: Telemetry, serial: number) =>
    telemetry.latest({ kind: 'street_sensor', serial, limit: 100 })

  it('writes one measurement a kind, with tags of device, place and each level, and flags as 0 and 1', async () => {
    const telemetry = await open('lines')
    await telemetry.putSites(sites)
    await telemetry.append(
      [
        {
          kind: 'camera',
          serial: 3,
          observedAt: begin,
          receivedAt: begin + 40,
          values: { recording: true, fps: 25 },
        },
      ],
      1,
    )
    const answer = await influxd.query('SELECT * FROM "lines"."lines"."camera" GROUP BY *')
    expect(JSON.parse(answer).results[0].series).toEqual([
      {
        name: 'camera',
        tags: {
          ...{ serial: '3', device: 'dev-3', place: 'park', place_type: 'park' },
          ...{ commune: 'c2', commune_name: 'Phường c2', district: 'd2', district_name: 'Quận d2' },
          ...{ province: 'bd', province_name: 'Bình Dương' },
        },
        columns: ['time', 'delay', 'fps', 'recording'],
        values: [[new Date(begin).toISOString().replace('.000', ''), 40, 25, 1]],
      },
    ])
  })

  it('opens books from before sites had names, and learns the names', async () => {
    const telemetry = await open('old-books')
    const old = {
      device: 'dev-6',
      kind: 'street_sensor',
      place: 'school',
      areas: [{ code: 'd1', level: 'district' }],
    }
    const site = JSON.stringify(JSON.stringify(old))
    const url = `${influxd.url}/write?db=old-books&rp=old-books_5m`
    const written = await fetch(url, { method: 'POST', body: `lantern_site,serial=6 site=${site} 0` })
    expect(written.status).toBe(204)
    await telemetry.stop()
    await telemetry.start()
    await telemetry.append([temperature(6, begin, 1)], 1)
    await telemetry.putSites(sites)
    await telemetry.append([temperature(6, begin + 1, 2)], 2)
    const answer = JSON.parse(await influxd.query('SHOW SERIES ON "old-books" FROM "street_sensor"'))
    expect(answer.results[0].series[0].values.flat()).toEqual([
      expect.stringMatching(/^street_sensor,commune=c1,.*district_name=Quận\\ d1,.*place_type=school,/),
      'street_sensor,device=dev-6,district=d1,place=school,serial=6',
    ])
  })

  it('takes any text as a tag', async () => {
    const telemetry = await open('texts')
    const [site] = sites.filter(({ serial }) => serial === 6)
    if (!site) throw new Error('the city has a device 6')
    const place = 'a, b=c "d" \\'
    await telemetry.putSites([{ ...site, place }])
    await telemetry.append([temperature(6, begin, 1)], 1)
    const { series } = await telemetry.series({
      kind: 'street_sensor',
      field: 'temperature',
      aggregate: 'sum',
      window: hour,
      offset: 0,
      from: begin,
      to: begin + hour,
      groupBy: 'place',
      maxPoints: 10,
    })
    expect(series).toMatchObject([{ group: place, points: [{ value: 1 }] }])
  })

  it('finds the lines that the server refuses, says its words, and stores all others', async () => {
    const telemetry = await open('refusals')
    // A field keeps its type within a shard, so from now on numbers are refused here.
    const body = `street_sensor,serial=99 pm10="text" ${begin * 1e6}`
    const written = await fetch(`${influxd.url}/write?db=refusals`, { method: 'POST', body })
    expect(written.status).toBe(204)
    const readings = Array.from({ length: 200 }, (_, index) => {
      const reading = temperature(6, begin + index, index)
      return index % 50 === 7 ? { ...reading, values: { pm10: index } } : reading
    })
    const { refused } = await telemetry.append(readings, 1)
    expect(refused.map(({ index }) => index)).toEqual([7, 57, 107, 157])
    expect(refused[0]?.detail).toContain('field type conflict')
    expect(await telemetry.position()).toBe(1)
    expect((await telemetry.latest({ kind: 'street_sensor', serial: 6, limit: 1000 })).length).toBe(196)
  })

  it('leaves out what the server itself would not keep, and says so', async () => {
    await influxd.query('CREATE DATABASE "short" WITH DURATION 7d NAME "short"')
    const now = Date.now()
    const telemetry = await open('short')
    const readings = [temperature(6, now - 8 * 24 * hour, 1), temperature(6, now - hour, 2)]
    expect(await telemetry.append(readings, 1)).toEqual({
      refused: [{ index: 0, detail: expect.stringContaining('before what InfluxDB keeps in short') }],
    })
    expect(await newest(telemetry, 6)).toEqual([readings[1]])
    expect(await telemetry.watermarks()).toEqual(new Map([[6, now - hour]]))
  })

  it('does not store a reading twice when its device has moved before the repetition', async () => {
    const proxy = await startFaultyProxy(influxd)
    const telemetry = await open('moved', { url: proxy.url })
    await telemetry.putSites(sites)
    const readings = [temperature(6, begin, 1)]
    proxy.spoil(['no answer'])
    await expect(telemetry.append(readings, 1)).rejects.toMatchObject({
      code: 'store-unavailable',
      passing: true,
    })
    proxy.spoil([])
    const [moved] = sites.filter(({ serial }) => serial === 7)
    if (!moved) throw new Error('the city has a device 7')
    await telemetry.putSites([{ ...moved, serial: 6, device: 'dev-6' }])
    await telemetry.append(readings, 1)
    expect(await newest(telemetry, 6)).toEqual(readings)
    await proxy.stop()
  })

  it('finishes a removal that was broken off, and counts nothing twice', async () => {
    const proxy = await startFaultyProxy(influxd)
    const telemetry = await open('broken-off', { url: proxy.url })
    const readings = Array.from({ length: 100 }, (_, index) => temperature(6, begin + index * minute, 1))
    await telemetry.append(readings, 1)
    const query = {
      kind: 'street_sensor',
      field: 'temperature',
      aggregate: 'sum',
      window: 24 * hour,
      offset: 0,
      from: begin,
      to: begin + 24 * hour,
      maxPoints: 10,
    } as const
    const later = begin + (retentionDays + 5) * 24 * hour
    const sum = async (store: Telemetry) => (await store.series(query)).series[0]?.points[0]?.value
    let breaks = 0
    for (let round = 0; round < 40; round++) {
      // Late ones come, and the maintenance breaks off at one request or another.
      await telemetry.append([temperature(7, begin + round * minute, 1)], 2 + round)
      proxy.spoil(round % 2 === 0 ? ['no answer'] : ['nothing sent'])
      const worked = await telemetry.maintain(later + round * minute).then(
        () => true,
        () => false,
      )
      if (!worked) breaks++
      proxy.spoil([])
      expect(await sum(telemetry)).toBe(100 + round + 1)
    }
    expect(breaks).toBeGreaterThan(10)
    for (let round = 0; round < 3; round++) await telemetry.maintain(later + (50 + round) * minute)
    expect(await sum(telemetry)).toBe(140)
    expect((await telemetry.stats()).readings).toBe(0)
    await proxy.stop()
  })

  it('says what is wrong at the start: no server, no InfluxDB', async () => {
    const url = 'http://127.0.0.1:9'
    const nobody = createInfluxTelemetry({ url, bucket: 'x', retentionDays, rollupRetentionDays })
    await expect(nobody.start()).rejects.toMatchObject({ code: 'store-unavailable', passing: true })
    await expect(nobody.append([], 1)).rejects.toMatchObject({ code: 'store-unavailable' })
  })
})

describe.skipIf(!hasInfluxd)(`InfluxDB with users (${needsInfluxd})`, () => {
  let influxd: Influxd
  beforeAll(async () => {
    influxd = await startInfluxd({ users: true })
  })
  afterAll(() => influxd.remove())

  it('signs in, and waits with a clear word while the password is wrong', async () => {
    const options = { url: influxd.url, bucket: 'city', retentionDays, rollupRetentionDays, user: 'admin' }
    const wrong = createInfluxTelemetry({ ...options, password: 'wrong' })
    await expect(wrong.start()).rejects.toMatchObject({
      passing: true,
      message: expect.stringMatching(/401.*user and password/),
    })
    const right = createInfluxTelemetry({ ...options, password: 'secret' })
    await right.start()
    await right.append([temperature(6, begin, 1)], 1)
    expect(await right.stats()).toMatchObject({ readings: 1 })
    await right.stop()
  })
})
