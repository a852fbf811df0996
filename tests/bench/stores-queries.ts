/**
 * The measurement `stores`, second half: what dashboards ask, of InfluxDB and of DuckDB, about the very same readings.
 * The questions go through the port, as the API's do; of InfluxDB also straight in InfluxQL, as a dashboard's do.
 */
import { join } from 'node:path'
import type { Reading } from '../../model/reading.ts'
import { day, hour, minute } from '../../model/time.ts'
import { createDuckDbTelemetry } from '../../stores/telemetry/duckdb.ts'
import { createInfluxTelemetry } from '../../stores/telemetry/influx.ts'
import type { Site, Telemetry } from '../../stores/telemetry/port.ts'
import { hasInfluxd, type Influxd, needsInfluxd, startInfluxd } from '../support/influxd.ts'
import { withTelemetry } from '../support/lantern.ts'
import { districts, seedCity, sitesOf } from './city.ts'
import type { Figure, Ground, Measurement } from './measurement.ts'
import { withFolder } from './subject.ts'

export interface StoreQueriesOptions extends Ground {
  readonly devices: number
  readonly days: number
  /** Between two readings of a device, ms. */
  readonly stepMs: number
  /** How often each question is asked. */
  readonly times: number
}

const bucket = 'bench'
const keeping = { retentionDays: 30, rollupRetentionDays: 730 }
const patience = { queryTimeoutMs: 120_000, maintenanceBudgetMs: 600_000 }
const readingsOfAppend = 10_000

export function measureStoreQueries(options: StoreQueriesOptions): Promise<Measurement> {
  const { devices, days, stepMs, times, say } = options
  return withFolder(options.folder, async (dataDir) => {
    await seedCity(dataDir, { places: 300, devices })
    const sites = await sitesOf(dataDir)
    const end = Math.floor(Date.now() / day) * day
    const history = { sites, from: end - days * day, to: end, stepMs }
    const figures: Figure[] = []
    if (hasInfluxd) {
      const influxd = await startInfluxd()
      try {
        const influx = createInfluxTelemetry({ url: influxd.url, bucket, ...keeping, ...patience })
        await withTelemetry(
          dataDir,
          async (telemetry) => {
            say('stores: filling InfluxDB')
            await fill(telemetry, history)
            say('stores: asking InfluxDB')
            figures.push(...(await ask('InfluxDB', telemetry, { ...history, times })))
            figures.push(...(await askInInfluxQl(influxd, { to: end, times })))
          },
          influx,
        )
      } finally {
        await influxd.remove()
      }
    }
    const file = join(dataDir, 'telemetry.duckdb')
    await withTelemetry(
      dataDir,
      async (telemetry) => {
        say('stores: filling DuckDB')
        await fill(telemetry, history)
        say('stores: asking DuckDB')
        figures.push(...(await ask('DuckDB', telemetry, { ...history, times })))
      },
      createDuckDbTelemetry({ file, ...keeping, ...patience }),
    )
    const readings = (sites.length * days * day) / stepMs
    return {
      title: 'stores: queries',
      setting: `${readings.toLocaleString('en')} readings of ${devices} devices over ${days} days, rolled up; each question ${times} times`,
      figures,
      notes: hasInfluxd ? [] : [needsInfluxd],
      wrong: 0,
    }
  })
}

interface History {
  readonly sites: readonly Site[]
  /** Epoch ms, inclusive and exclusive. */
  readonly from: number
  readonly to: number
  readonly stepMs: number
}

/** In the order of time, rolled up by the way, as if the days had passed. */
async function fill(telemetry: Telemetry, { sites, from, to, stepMs }: History): Promise<void> {
  await telemetry.putSites(sites)
  let position = 0
  let batch: Reading[] = []
  let maintainedAt = from
  for (let at = from; at < to; at += stepMs) {
    for (const { serial, kind } of sites) batch.push(readingAt(kind, serial, at + (serial % 1000)))
    if (batch.length < readingsOfAppend && at + stepMs < to) continue
    await telemetry.append(batch, ++position)
    batch = []
    if (at - maintainedAt < 6 * hour) continue
    await telemetry.maintain(at)
    maintainedAt = at
  }
  await telemetry.maintain(to + hour)
}

/** Values that differ between devices and moments, the same for every store. */
function readingAt(kind: Reading['kind'], serial: number, observedAt: number): Reading {
  const noise = (Math.imul(serial * 31 + Math.floor(observedAt / 1000), 0x9e3779b1) >>> 0) / 2 ** 32
  const tenth = (most: number) => Math.round(noise * most * 10) / 10
  const values: Record<Reading['kind'], Reading['values']> = {
    camera: {
      ...{ recording: true, videoLoss: noise < 0.02, tampered: false, frozen: false },
      ...{ fps: 25, bitrateKbps: 1800 + Math.round(400 * noise), storageUsedShare: 0.41 },
    },
    traffic_counter: {
      ...{ intensity: Math.round(60 * noise), intervalSeconds: 60, averageVehicleSpeed: tenth(50) },
      ...{ occupancy: tenth(1), motorcycles: Math.round(50 * noise), cars: Math.round(10 * noise) },
    },
    street_sensor: {
      ...{ pm25: tenth(60), pm10: tenth(90), no2: tenth(40), temperature: 24 + tenth(12) },
      ...{ LAeq: 50 + tenth(30), batteryLevel: 0.9 },
    },
  }
  return { kind, serial, observedAt, receivedAt: observedAt + 40, values: values[kind] }
}

/** Runs a question so many times; ms of each. */
async function timed(times: number, question: (turn: number) => Promise<void>): Promise<number[]> {
  const runs: number[] = []
  for (let turn = 0; turn < times; turn++) {
    const before = performance.now()
    await question(turn)
    runs.push(performance.now() - before)
  }
  return runs
}

async function ask(
  store: string,
  telemetry: Telemetry,
  { sites, from, to, times }: History & { times: number },
): Promise<Figure[]> {
  const traffic = { kind: 'traffic_counter', offset: 0, maxPoints: 100_000 } as const
  const groupBy = { level: 'district' }
  const expectSeries = (found: number, wanted: number) => {
    if (found !== wanted) throw new Error(`${store} answered with ${found} series, not ${wanted}`)
  }
  const cameras = sites.filter(({ kind }) => kind === 'camera').length
  const days = Math.floor((to - from) / day)
  const questions: [string, (turn: number) => Promise<void>][] = [
    [
      'a day of 5-minute sums by district',
      async (turn) => {
        const begin = to - (1 + (turn % days)) * day
        const query = { ...traffic, field: 'intensity', aggregate: 'sum', window: 5 * minute } as const
        const { series } = await telemetry.series({ ...query, groupBy, from: begin, to: begin + day })
        expectSeries(series.length, districts)
      },
    ],
    [
      `${days} days of hourly means by district`,
      async () => {
        const query = {
          ...traffic,
          field: 'averageVehicleSpeed',
          aggregate: 'mean',
          window: hour,
        } as const
        expectSeries((await telemetry.series({ ...query, groupBy, from, to })).series.length, districts)
      },
    ],
    [
      'the last 100 readings of a device',
      async (turn) => {
        const { serial, kind } = sites[(turn * 101) % sites.length] ?? { serial: 0, kind: 'camera' }
        const { length } = await telemetry.latest({ serial, kind, limit: 100 })
        if (length !== 100) throw new Error(`${store} has ${length} readings of device ${serial}`)
      },
    ],
    [
      'the newest value of every camera, of the last 5 minutes',
      async () => {
        const query = { ...traffic, kind: 'camera', field: 'bitrateKbps', aggregate: 'last' } as const
        const range = { window: 5 * minute, from: to - 5 * minute, to }
        const { series } = await telemetry.series({ ...query, ...range, groupBy: 'device' })
        expectSeries(series.length, cameras)
      },
    ],
  ]
  const figures: Figure[] = []
  for (const [name, question] of questions)
    figures.push({ name: `${store}: ${name}`, unit: 'ms', runs: await timed(times, question) })
  return figures
}

/** What a dashboard would send for the first and the last of these questions. */
async function askInInfluxQl(
  influxd: Influxd,
  { to, times }: { to: number; times: number },
): Promise<Figure[]> {
  const table = (kind: string) => `"${bucket}"."${bucket}"."${kind}"`
  const between = (from: number) => `time >= ${from}ms AND time < ${to}ms`
  const questions = {
    'a day of 5-minute sums by district': `SELECT sum("intensity") FROM ${table('traffic_counter')} WHERE ${between(to - day)} GROUP BY time(5m), "district"`,
    'the newest value of every camera, of the last 5 minutes': `SELECT last("bitrateKbps") FROM ${table('camera')} WHERE ${between(to - 5 * minute)} GROUP BY "device"`,
  }
  const figures: Figure[] = []
  for (const [name, statement] of Object.entries(questions)) {
    const runs = await timed(times, async () => {
      const answer = await influxd.query(statement)
      if (!answer.includes('"values"')) throw new Error(`InfluxDB answered ${answer.slice(0, 200)}`)
    })
    figures.push({ name: `InfluxDB, in InfluxQL: ${name}`, unit: 'ms', runs })
  }
  return figures
}
