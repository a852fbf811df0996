/**
 * The measurement `queries`, first half: what it costs to ask a store that holds a month of a city, in the
 * process of the store and over HTTP. (The second half is coverage.ts.)
 */
import { stat } from 'node:fs/promises'
import { z } from 'zod'
import { dataFiles } from '../../config.ts'
import { day, minute } from '../../model/time.ts'
import type { Site, Telemetry } from '../../stores/telemetry/port.ts'
import { adminKeyOf, withTelemetry } from '../support/lantern.ts'
import type { SignedUp } from '../support/small-city.ts'
import { districts, seedCity, sitesOf } from './city.ts'
import { writeHistory } from './history.ts'
import { timedGet } from './http.ts'
import type { Figure, Ground, Measurement } from './measurement.ts'
import { untilQuiet } from './processes.ts'
import { withFolder, withLantern } from './subject.ts'

export interface QueriesOptions extends Ground {
  readonly readings: number
  readonly devices: number
  readonly days: number
  /** How often each question is asked. */
  readonly times: number
}

const districtDay = { kind: 'traffic_counter', field: 'intensity', aggregate: 'sum' } as const
const window = 5 * minute
const newest = 100
/** The store makes roll-ups of what it finds, at most 20 s of each minute; between two turns is quiet. */
const maintenanceTurnMs = 30_000

export function measureQueries(options: QueriesOptions): Promise<Measurement> {
  const { readings, devices, days, say } = options
  return withFolder(options.folder, async (dataDir) => {
    const signedUp = await seedCity(dataDir, { places: 900, devices })
    say(`queries: writing ${readings.toLocaleString('en')} readings`)
    // Whole days, so that each day that is asked for is full.
    const end = Math.floor(Date.now() / day) * day
    const { sites, written, bytes } = await prepare(dataDir, { readings, days, end })
    say('queries: asking the store')
    const store = await withTelemetry(dataDir, (telemetry) => askStore(telemetry, sites, end, options))
    say('queries: asking the API')
    const api = await withLantern({ dataDir }, async ({ httpUrl, children }) => {
      const [ingest = 0] = children()
      await untilQuiet(ingest, 0.2, maintenanceTurnMs)
      return askApi({ httpUrl, key: adminKeyOf(dataDir), devices: signedUp }, end, options)
    })
    const figure = (name: string, runs: number[], below: number): Figure => ({
      ...{ name, unit: 'ms', runs },
      target: { below },
    })
    return {
      title: 'queries',
      setting: `${written.toLocaleString('en')} readings of ${devices.toLocaleString('en')} devices over ${days} days; each question ${options.times} times, about other days and devices`,
      figures: [
        figure('a day of 5-minute sums by district, in the store', store.series, 100),
        figure('the same over HTTP', api.series, 100),
        figure('the last 100 readings of a device, in the store', store.latest, 20),
        figure('the same over HTTP', api.latest, 20),
        { name: 'a month of daily sums by district over HTTP', unit: 'ms', runs: api.month },
        { name: 'on disk', unit: 'bytes/reading', runs: [bytes / written] },
      ],
      notes: [
        'a day is answered from the readings themselves; a month from the roll-ups, as far as there are any',
      ],
      wrong: 0,
    }
  })
}

/** The history, and where its devices stand. */
async function prepare(
  dataDir: string,
  history: { readings: number; days: number; end: number },
): Promise<{ sites: readonly Site[]; written: number; bytes: number }> {
  const file = dataFiles(dataDir).telemetry
  const sites = await sitesOf(dataDir)
  await withTelemetry(dataDir, (telemetry) => telemetry.putSites(sites))
  const written = await writeHistory({ file, devices: sites, ...history })
  return { sites, written, bytes: (await stat(file)).size }
}

interface Times {
  readonly series: number[]
  readonly latest: number[]
}

/** The beginnings of full days, another one each time. */
function dayOf(turn: number, end: number, days: number): number {
  return end - (1 + ((turn * 7) % days)) * day
}

async function askStore(
  telemetry: Telemetry,
  sites: readonly Site[],
  end: number,
  { days, times }: QueriesOptions,
): Promise<Times> {
  const series: number[] = []
  const latest: number[] = []
  for (let turn = 0; turn < times; turn++) {
    const from = dayOf(turn, end, days)
    const groupBy = { level: 'district' }
    const asked = { ...districtDay, window, offset: 0, from, to: from + day, groupBy, maxPoints: 100_000 }
    const before = performance.now()
    const answer = await telemetry.series(asked)
    series.push(performance.now() - before)
    if (answer.series.length !== districts) throw new Error(`${answer.series.length} districts answered`)

    const { serial, kind } = sites[(turn * 101) % sites.length] ?? { serial: 0, kind: 'camera' }
    const since = performance.now()
    const readings = await telemetry.latest({ serial, kind, limit: newest })
    latest.push(performance.now() - since)
    if (readings.length !== newest) throw new Error(`a device has ${readings.length} readings`)
  }
  return { series, latest }
}

const seriesAnswer = z.object({
  series: z.array(z.object({ points: z.array(z.object({ count: z.number() })) })),
})
const listAnswer = z.object({ items: z.array(z.unknown()) })

async function askApi(
  lantern: { httpUrl: string; key: string; devices: readonly SignedUp[] },
  end: number,
  { days, times }: QueriesOptions,
): Promise<Times & { month: number[] }> {
  const { httpUrl, key, devices } = lantern
  const { kind, ...fields } = districtDay
  const ask = async (from: number, to: number, window: string) => {
    const query = new URLSearchParams({ ...fields, window, groupBy: 'area', level: 'district' })
    query.set('from', String(from))
    query.set('to', String(to))
    const { ms, body } = await timedGet(`${httpUrl}/v1/telemetry/${kind}?${query}`, key)
    if (seriesAnswer.parse(body).series.length !== districts) throw new Error('a district is missing')
    return ms
  }
  const measured: Times & { month: number[] } = { series: [], latest: [], month: [] }
  for (let turn = 0; turn < times; turn++) {
    const from = dayOf(turn, end, days)
    measured.series.push(await ask(from, from + day, '5m'))
    const id = devices[(turn * 101) % devices.length]?.id
    const { ms, body } = await timedGet(`${httpUrl}/v1/devices/${id}/readings?limit=${newest}`, key)
    if (listAnswer.parse(body).items.length !== newest) throw new Error(`${id} has too few readings`)
    measured.latest.push(ms)
    if (turn % 4 === 0) measured.month.push(await ask(end - days * day, end, '1d'))
  }
  return measured
}
