/**
 * The demonstration city with its fleet, recounted: after half a minute the API is asked, everything is killed,
 * and its figures are compared with those from the raw rows, read from the SQLite and DuckDB files with SQL of
 * this test's own. Nothing of Lantern's code takes part in the recount.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { adminKeyOf, figuresOf, type RunningLantern, startLantern, stored } from '../support/lantern.ts'
import { connect, messagesOf } from '../support/mqtt.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { type Asking, asking } from './asking.ts'
import { until } from './until.ts'

const counts = { places: z.number(), installed: z.number(), working: z.number() }
const coverage = z.object({
  asOf: z.iso.datetime(),
  total: z.object(counts),
  areas: z.array(
    z.object({
      code: z.string(),
      ...counts,
      installedShare: z.number(),
      workingShare: z.number(),
      placesToTarget: z.number(),
    }),
  ),
})
const listedPlace = z.object({ id: z.string(), area: z.string(), state: z.string() })
const listedDevice = z.object({
  id: z.string(),
  state: z.object({ faults: z.array(z.looseObject({ code: z.string() })) }),
})
const telemetry = z.object({
  source: z.string(),
  series: z.array(
    z.object({
      group: z.string().nullable(),
      points: z.array(z.object({ time: z.iso.datetime(), value: z.number(), count: z.number() })),
    }),
  ),
})
const reading = z.object({ observedAt: z.iso.datetime(), values: z.record(z.string(), z.unknown()) })

/** How many readings the fleet shall have sent before it is asked. */
const enough = 3600
const target = 0.7

/** What the API said, while it stood still. */
interface Said {
  district: z.output<typeof coverage>
  commune: z.output<typeof coverage>
  places: z.output<typeof listedPlace>[]
  devices: z.output<typeof listedDevice>[]
  askedAt: number
  sums: z.output<typeof telemetry>
  counts: z.output<typeof telemetry>
  byPlace: z.output<typeof telemetry>
  noise: z.output<typeof telemetry>
  readings: Map<string, z.output<typeof reading>[]>
}

describe('the figures of the API against the raw rows', { timeout: 60_000 }, () => {
  const dataDir = temporaryFolder()
  let lantern: RunningLantern
  let said: Said
  let heard: { topic: string; text: string }[]
  let registry: DatabaseSync
  let rows: (sql: string) => Promise<Record<string, unknown>[]>

  async function askEverything(viewer: Asking): Promise<Said> {
    const range = `from=${Date.now() - 7_200_000}&to=${Date.now() + 600_000}`
    const traffic = (query: string) =>
      viewer.read(`/v1/telemetry/traffic_counter?field=intensity&${range}&${query}`, telemetry)
    const some = [...new Set(heard.map(({ topic }) => topic.split('/')[1] ?? ''))].slice(0, 25)
    const readings = new Map<string, z.output<typeof reading>[]>()
    for (const id of some)
      readings.set(id, await viewer.readAll(`/v1/devices/${id}/readings?limit=7`, reading))
    return {
      district: await viewer.read('/v1/coverage?level=district', coverage),
      commune: await viewer.read('/v1/coverage?level=commune', coverage),
      places: await viewer.readAll('/v1/places?limit=333', listedPlace),
      devices: await viewer.readAll('/v1/devices?limit=999', listedDevice),
      askedAt: Date.now(),
      sums: await traffic('aggregate=sum&window=5m&groupBy=area&level=district'),
      counts: await traffic('aggregate=count&window=1h&groupBy=area&level=commune'),
      byPlace: await traffic('aggregate=max&window=1d&groupBy=place'),
      noise: await viewer.read(
        `/v1/telemetry/street_sensor?field=LAeq&${range}&aggregate=mean&window=1h&groupBy=area&level=district`,
        telemetry,
      ),
      readings,
    }
  }

  beforeAll(async () => {
    lantern = await startLantern({ dataDir, env: { LANTERN_CITY: 'demo', LANTERN_FLEET: 'on' } })
    const { httpUrl, mqttPort } = lantern
    const key = adminKeyOf(dataDir)
    const listener = await connect(`mqtt://127.0.0.1:${mqttPort}`, { username: 'api-key', password: key })
    heard = messagesOf(listener)
    await listener.subscribeAsync('devices/+/telemetry')
    const storedSoFar = async () => (await figuresOf(httpUrl, 'ingest')).readingsStored ?? 0
    await until('the fleet is heard', async () => (await storedSoFar()) > enough, 90_000)
    // The fleet holds its breath, so that the figures stand still; then what it said is stored and seen.
    const fleet = lantern
      .children()
      .find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('simulators'))
    if (fleet === undefined) throw new Error('there is no fleet')
    process.kill(fleet, 'SIGSTOP')
    await sleep(500)
    await stored(httpUrl)
    await sleep(3000)
    said = await askEverything(asking(httpUrl, key))
    await listener.endAsync()
    await lantern.kill()
    registry = new DatabaseSync(join(dataDir, 'registry.sqlite'), { readOnly: true })
    const duckdb = await DuckDBInstance.create(join(dataDir, 'telemetry.duckdb'))
    const connection = await duckdb.connect()
    rows = async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJS()
  }, 110_000)
  afterAll(async () => {
    registry?.close()
    await lantern?.kill().catch(() => undefined)
  })

  /** The registry's rows, as they lie there. */
  const areas = () =>
    z
      .array(z.object({ code: z.string(), level: z.string(), parent: z.string().nullable() }))
      .parse(registry.prepare('SELECT code, level, parent FROM area').all())
  const places = () =>
    z
      .array(z.object({ id: z.string(), area: z.string() }))
      .parse(registry.prepare('SELECT id, area FROM place').all())
  const devices = () =>
    z
      .array(
        z.object({
          serial: z.number(),
          id: z.string(),
          kind: z.string(),
          place: z.string(),
          status: z.string(),
          interval: z.number(),
        }),
      )
      .parse(
        registry
          .prepare(
            'SELECT serial, id, kind, place, status, reporting_interval_seconds AS interval FROM device',
          )
          .all(),
      )

  /** The area of a level that each place lies in. */
  function areaOfPlaces(level: string): Map<string, string> {
    const byCode = new Map(areas().map((area) => [area.code, area]))
    return new Map(
      places().map(({ id, area }) => {
        let above = byCode.get(area)
        while (above && above.level !== level) above = byCode.get(above.parent ?? '')
        return [id, above?.code ?? 'nowhere']
      }),
    )
  }

  /** What each place is at a moment, from the newest row of each camera. */
  async function recountPlaces(at: number): Promise<Map<string, 'none' | 'installed' | 'working'>> {
    const newest = z
      .array(z.object({ serial: z.number(), observed: z.number(), arrived: z.number(), well: z.boolean() }))
      .parse(
        await rows(`SELECT serial, observed_at::DOUBLE AS observed, (observed_at + delay)::DOUBLE AS arrived,
            recording AND NOT videoLoss AND NOT tampered AND NOT frozen AS well
          FROM camera QUALIFY row_number() OVER (PARTITION BY serial ORDER BY observed_at DESC) = 1`),
      )
    const bySerial = new Map(newest.map((row) => [row.serial, row]))
    const states = new Map<string, 'none' | 'installed' | 'working'>(places().map(({ id }) => [id, 'none']))
    for (const { serial, kind, status, place, interval } of devices()) {
      if (kind !== 'camera' || status !== 'commissioned') continue
      const row = bySerial.get(serial)
      const works = row?.well === true && at - Math.min(row.observed, row.arrived) <= 3 * interval * 1000
      if (works) states.set(place, 'working')
      else if (states.get(place) === 'none') states.set(place, 'installed')
    }
    return states
  }

  it.each(['district', 'commune'] as const)('coverage by %s', async (level) => {
    const answer = said[level]
    const states = await recountPlaces(Date.parse(answer.asOf))
    const where = areaOfPlaces(level)
    const recounted = new Map<string, { places: number; installed: number; working: number }>()
    for (const [place, state] of states) {
      const code = where.get(place) ?? 'nowhere'
      const sum = recounted.get(code) ?? { places: 0, installed: 0, working: 0 }
      sum.places++
      if (state !== 'none') sum.installed++
      if (state === 'working') sum.working++
      recounted.set(code, sum)
    }
    expect(answer.areas.map(({ code }) => code)).toEqual([...recounted.keys()].sort())
    for (const { code, installedShare, workingShare, placesToTarget, ...figures } of answer.areas) {
      const own = recounted.get(code) ?? { places: 0, installed: 0, working: 0 }
      expect({ code, ...figures }).toEqual({ code, ...own })
      expect(installedShare).toBeCloseTo(own.installed / own.places, 12)
      expect(workingShare).toBeCloseTo(own.working / own.places, 12)
      let missing = 0
      while ((own.installed + missing) / own.places < target) missing++
      expect({ code, placesToTarget }).toEqual({ code, placesToTarget: missing })
    }
    const all = [...states.values()]
    expect(answer.total).toEqual({
      places: all.length,
      installed: all.filter((state) => state !== 'none').length,
      working: all.filter((state) => state === 'working').length,
    })
    // So that the comparison is of something: the city is neither empty nor whole.
    expect(answer.total.working).toBeGreaterThan(100)
    expect(answer.total.installed).toBeGreaterThan(answer.total.working)
    expect(answer.total.places).toBeGreaterThan(answer.total.installed)
  })

  it('the list of places, each with its state', async () => {
    const states = await recountPlaces(said.askedAt)
    expect(said.places.map(({ id }) => id)).toEqual([...states.keys()].sort())
    for (const { id, state } of said.places) expect({ id, state }).toEqual({ id, state: states.get(id) })
  })

  it('the list of devices: never heard is who has no row', async () => {
    const heardSerials = new Set<unknown>()
    for (const table of ['camera', 'traffic_counter', 'street_sensor'])
      for (const { serial } of await rows(`SELECT DISTINCT serial FROM ${table}`)) heardSerials.add(serial)
    const all = devices()
    const neverHeard = all.filter(({ serial }) => !heardSerials.has(serial)).map(({ id }) => id)
    expect(said.devices.map(({ id }) => id)).toEqual(all.map(({ id }) => id).sort())
    const saidSo = said.devices.filter(({ state }) => state.faults.some(({ code }) => code === 'never-heard'))
    expect(saidSo.map(({ id }) => id)).toEqual(neverHeard.sort())
  })

  /** Sums up rows by group and window, as `[group, time, value, count]` in the order of the API. */
  async function recountSeries(options: {
    table: string
    field: string
    groupOf: (place: string) => string | undefined
    windowOf: (at: number) => number
    combine: (values: number[]) => number
  }): Promise<[string, string, number, number][]> {
    const { table, field, groupOf, windowOf, combine } = options
    const placeOf = new Map(devices().map(({ serial, place }) => [serial, place]))
    const read = z
      .array(z.object({ serial: z.number(), at: z.number(), value: z.number() }))
      .parse(
        await rows(
          `SELECT serial, observed_at::DOUBLE AS at, "${field}" AS value FROM ${table} WHERE "${field}" IS NOT NULL`,
        ),
      )
    const groups = Map.groupBy(read, ({ serial, at }) => {
      const group = groupOf(placeOf.get(serial) ?? '')
      return `${group} ${new Date(windowOf(at)).toISOString()}`
    })
    return [...groups]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, of]) => {
        const [group = '', time = ''] = key.split(' ')
        return [group, time, combine(of.map(({ value }) => value)), of.length]
      })
  }
  const saidSeries = (answer: z.output<typeof telemetry>) =>
    answer.series.flatMap(({ group, points }) =>
      points.map(({ time, value, count }): [string, string, number, number] => [
        group ?? '',
        time,
        value,
        count,
      ]),
    )
  const floorTo =
    (step: number, shift = 0) =>
    (at: number) =>
      Math.floor((at + shift) / step) * step - shift
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)
  const minutes = 60_000

  it('sums of traffic by district', async () => {
    const districts = areaOfPlaces('district')
    const recounted = await recountSeries({
      table: 'traffic_counter',
      field: 'intensity',
      groupOf: (place) => districts.get(place),
      windowOf: floorTo(5 * minutes),
      combine: sum,
    })
    expect(recounted.length).toBeGreaterThanOrEqual(9)
    expect(saidSeries(said.sums)).toEqual(recounted)
    const [inAll] = await rows('SELECT sum(intensity) AS value FROM traffic_counter')
    expect(sum(recounted.map(([, , value]) => value))).toBe(inAll?.value)
  })

  it('counts by commune, maxima by place and local day', async () => {
    const communes = areaOfPlaces('commune')
    const traffic = { table: 'traffic_counter', field: 'intensity' }
    expect(saidSeries(said.counts)).toEqual(
      await recountSeries({
        ...traffic,
        groupOf: (place) => communes.get(place),
        windowOf: floorTo(60 * minutes),
        combine: (values) => values.length,
      }),
    )
    const byPlace = await recountSeries({
      ...traffic,
      groupOf: (place) => place,
      windowOf: floorTo(24 * 60 * minutes, 7 * 60 * minutes),
      combine: (values) => Math.max(...values),
    })
    expect(byPlace.length).toBeGreaterThan(100)
    expect(saidSeries(said.byPlace)).toEqual(byPlace)
  })

  it('means of noise by district', async () => {
    const districts = areaOfPlaces('district')
    const recounted = await recountSeries({
      table: 'street_sensor',
      field: 'LAeq',
      groupOf: (place) => districts.get(place),
      windowOf: floorTo(60 * minutes),
      combine: (values) => sum(values) / values.length,
    })
    const answered = saidSeries(said.noise)
    const rounded = (points: typeof answered) =>
      points.map(([group, time, value, count]) => [group, time, value.toFixed(9), count])
    expect(recounted.length).toBeGreaterThanOrEqual(9)
    expect(rounded(answered)).toEqual(rounded(recounted))
  })

  it('what was heard on the way in is what is stored, and what the API shows, to the last digit', async () => {
    const published = heard.flatMap(({ topic, text }) => {
      const parsed = z.union([z.looseObject({}), z.array(z.looseObject({}))]).parse(JSON.parse(text))
      return [parsed].flat().map((one) => ({ id: topic.split('/')[1] ?? '', one }))
    })
    expect(published.length).toBeGreaterThan(1000)
    const serialOf = new Map(devices().map(({ id, serial }) => [id, serial]))
    const inStore = new Map<string, Record<string, unknown>>()
    for (const table of ['camera', 'traffic_counter', 'street_sensor'])
      for (const row of await rows(
        `SELECT * EXCLUDE (delay) REPLACE (observed_at::DOUBLE AS observed_at) FROM ${table}`,
      )) {
        const present = Object.entries(row).filter(([, value]) => value !== null)
        const key = `${row.serial} ${row.observed_at}`
        expect(inStore.has(key), `${key} is stored twice`).toBe(false)
        inStore.set(key, Object.fromEntries(present))
      }
    for (const { id, one } of published) {
      const { observedAt, ...values } = one
      const serial = serialOf.get(id)
      const observed_at = Date.parse(String(observedAt))
      expect(inStore.get(`${serial} ${observed_at}`)).toEqual({ serial, observed_at, ...values })
    }
    for (const [id, readings] of said.readings) {
      const own = published.filter((one) => one.id === id).map(({ one }) => one)
      expect(readings.length).toBeGreaterThanOrEqual(1)
      for (const { observedAt, ...values } of own)
        expect(readings).toContainEqual({ observedAt: new Date(String(observedAt)).toISOString(), values })
    }
  })
})
