/**
 * A city whose telemetry lies in a real InfluxDB, for the tests of the dashboards' queries: a part of the demonstration
 * city, a week of the simulators' readings through MQTT and ingest, and a few devices with troubles of their own. Once
 * filled, Lantern is stopped: what is asked for afterwards stands still.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type City, demonstrationCity } from '../../city/demonstration.ts'
import { hashSecret, newSecret } from '../../model/access.ts'
import type { Area } from '../../model/area.ts'
import type { DeviceInput } from '../../model/device.ts'
import type { Place } from '../../model/place.ts'
import { formatTime, hour, minute } from '../../model/time.ts'
import { writeCensus } from './grafana-census.ts'
import type { Influxd } from './influxd.ts'
import { figuresOf, startLantern, stored, withRegistry } from './lantern.ts'
import { connect } from './mqtt.ts'

export const bucket = 'city'

export interface FilledCity extends City {
  /** The districts that the city has. */
  readonly districts: readonly Area[]
  /** A place with devices of every kind. */
  readonly place: Place
  /** A place of the same type, where nothing works. */
  readonly dark: Place
  /** When it was full, epoch ms: the end of the time range to ask for. */
  readonly end: number
}

/** Puts the readings there, and what is known of the city beside them. Takes about 20 s. */
export async function fillCity(options: { influxd: Influxd; dataDir: string }): Promise<FilledCity> {
  const { influxd, dataDir } = options
  const city = smallCity()
  const devices = [...city.devices, ...troubled(city.dark)]
  const tokens = new Map(devices.map(({ id }) => [id, newSecret()]))
  const now = Date.now()
  await withRegistry(dataDir, (registry) =>
    registry.loadCity(
      {
        areas: city.areas,
        places: city.places,
        devices: devices.map((input) => ({ input, tokenHash: hashSecret(tokens.get(input.id) ?? '') })),
        replace: false,
      },
      now,
    ),
  )
  const lantern = await startLantern({
    dataDir,
    env: { LANTERN_TELEMETRY: 'influxdb', LANTERN_INFLUX_URL: influxd.url, LANTERN_INFLUX_BUCKET: bucket },
  })
  try {
    const mqttUrl = `mqtt://127.0.0.1:${lantern.mqttPort}`
    await simulate(['--url', lantern.httpUrl, '--mqtt', mqttUrl, '--key-file', join(dataDir, 'admin.key')])
    await report(mqttUrl, tokens, now)
    await stored(lantern.httpUrl)
    await known(lantern.httpUrl, dataDir)
  } finally {
    await lantern.stop()
  }
  const end = Date.now()
  await writeCensus({ url: influxd.url, bucket, dataDir, end })
  return { ...city, devices, end }
}

/** Of three districts some places: those with the most devices, and some with none. */
function smallCity(): City & Pick<FilledCity, 'districts' | 'place' | 'dark'> {
  const { areas, places, devices } = demonstrationCity()
  const districts = areas.filter(({ code }) => ['718', '720', '725'].includes(code))
  const communes = areas.filter(({ parent }) => districts.some(({ code }) => code === parent))
  const at = Map.groupBy(devices, ({ place }) => place)
  const kindsAt = ({ id }: Place) => new Set((at.get(id) ?? []).map((device) => device.id.slice(0, 3))).size
  const chosen = districts.flatMap(({ code }) => {
    const codes = communes.filter(({ parent }) => parent === code).map((commune) => commune.code)
    const within = places.filter(({ area }) => codes.includes(area))
    const sorted = within.toSorted((a, b) => kindsAt(b) - kindsAt(a) || a.id.localeCompare(b.id))
    return [...sorted.slice(0, 4), ...sorted.slice(-2)]
  })
  const [place] = chosen
  if (!place) throw new Error('the demonstration city has no places')
  const dark: Place = { ...place, id: 'crossing-test', name: 'Ngã tư thử nghiệm' }
  return {
    areas: areas.filter(
      (area) => area.parent === null || districts.includes(area) || communes.includes(area),
    ),
    places: [...chosen, dark],
    devices: chosen
      .flatMap(({ id }) => (at.get(id) ?? []).filter(({ kind }, index) => kind !== 'camera' || index < 2))
      .map((device) => ({ ...device, reportingIntervalSeconds: 600 })),
    ...{ districts, place, dark },
  }
}

const troubledIds = { never: 'cam-test-never', silent: 'cam-test-silent', broken: 'cam-test-broken' } as const

function troubled(place: Place): DeviceInput[] {
  return Object.values(troubledIds).map((id) => ({
    ...{ id, kind: 'camera', place: place.id, status: 'commissioned', reportingIntervalSeconds: 60 },
    simulated: false,
  }))
}

/** The readings of the devices with troubles, and one message that is no reading. */
async function report(mqttUrl: string, tokens: ReadonlyMap<string, string>, now: number): Promise<void> {
  const say = async (id: string, ...messages: string[]) => {
    const client = await connect(mqttUrl, { username: id, password: tokens.get(id) ?? '', clientId: id })
    for (const message of messages) await client.publishAsync(`devices/${id}/telemetry`, message, { qos: 1 })
    await client.endAsync()
  }
  const reading = (at: number, broken: boolean) =>
    JSON.stringify({
      ...{
        observedAt: formatTime(at),
        recording: !broken,
        videoLoss: broken,
        tampered: false,
        frozen: false,
      },
      ...{ fps: 25, bitrateKbps: 2000, storageUsedShare: 0.97 },
    })
  await say(troubledIds.silent, reading(now - 6 * hour, false))
  await say(troubledIds.broken, reading(now, true), 'no reading at all')
}

/** Runs the simulated devices: a week and some hours of history, then live for a moment. */
async function simulate(where: readonly string[]): Promise<void> {
  const entry = fileURLToPath(new URL('../../simulators/main.ts', import.meta.url))
  const story = ['--adopt', '--backfill', '172h', '--duration', '2s', '--scenario', 'ordinary-day']
  const child = spawn(process.execPath, [entry, ...where, ...story], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  if (code !== 0) throw new Error(`the simulator ended with ${code}: ${said}`)
}

/** Waits until the registry has the device states of everything that was acknowledged. */
async function known(httpUrl: string, dataDir: string): Promise<void> {
  const { newestPosition = 0 } = await figuresOf(httpUrl, 'journal')
  const deadline = performance.now() + minute
  while (performance.now() < deadline) {
    if ((await withRegistry(dataDir, (registry) => registry.statePosition())) >= newestPosition) return
    await sleep(100)
  }
  throw new Error('the device states were not kept within a minute')
}
