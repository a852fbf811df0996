/**
 * The cities that the console is tried on: the demonstration with its fleet, as `npm start` runs it, and one of 10,000
 * places with Bình Dương's shape. Each is a real `lantern.ts` that may be stopped and begun again at the same address
 * under an open page. Used by tests/console and by the bench.
 */
import { demonstrationCity } from '../../city/demonstration.ts'
import { near } from '../../city/scatter.ts'
import { hashSecret, newSecret } from '../../model/access.ts'
import { coverage } from '../../model/coverage.ts'
import { createRandom } from '../../model/random.ts'
import { second } from '../../model/time.ts'
import { type Asking, asking } from '../journeys/asking.ts'
import { until } from '../journeys/until.ts'
import { adminKeyOf, freePort, type RunningLantern, startLantern, withRegistry } from './lantern.ts'
import type { SignedUp } from './small-city.ts'

export interface ConsoleCity {
  readonly url: string
  readonly mqttPort: number
  readonly adminKey: string
  /** The API with the administrator's key, to compare the page with. */
  readonly api: Asking
  /** The log of the Lantern that runs now. */
  log(): RunningLantern['log']
  /** Stops it; what was open goes on asking. */
  stop(): Promise<void>
  /** Begins it again at the same address, on the same data. */
  start(): Promise<void>
}

async function startCity(dataDir: string, env: Record<string, string>): Promise<ConsoleCity> {
  const [httpPort, mqttPort] = [await freePort(), await freePort()]
  const begin = () => startLantern({ dataDir, httpPort, mqttPort, env })
  let lantern = await begin()
  const adminKey = adminKeyOf(dataDir)
  return {
    ...{ url: lantern.httpUrl, mqttPort, adminKey },
    api: asking(lantern.httpUrl, adminKey),
    log: () => lantern.log,
    async stop() {
      await lantern.stop()
    },
    async start() {
      lantern = await begin()
    },
  }
}

/** The demonstration, once its cameras have proved themselves and some alerts are open. */
export async function startDemonstration(dataDir: string): Promise<ConsoleCity> {
  const city = await startCity(dataDir, { LANTERN_CITY: 'demo', LANTERN_FLEET: 'on' })
  let before = { working: 0, since: 0 }
  await until('the fleet has reported', async () => {
    const { total } = await city.api.read('/v1/coverage', coverage)
    if (total.working !== before.working) before = { working: total.working, since: Date.now() }
    return total.working > 0.9 * total.installed && Date.now() - before.since > 2 * second
  })
  return city
}

/** Puts a city of so many places into a new data folder; two thirds have a camera, whose tokens come back. */
export async function seedPlaces(dataDir: string, count: number): Promise<SignedUp[]> {
  const { areas, places: shape } = demonstrationCity()
  const random = createRandom('places')
  const places = Array.from({ length: count }, (_, index) => {
    const like = shape[index % shape.length]
    if (!like) throw new Error('the demonstration has no places')
    const round = Math.floor(index / shape.length)
    if (round === 0) return like
    return {
      ...{ ...like, ...near(like, 1200, random), id: `${like.id}-${round}` },
      name: `${like.name} ${round + 1}`,
    }
  })
  const cameras = places
    .filter((_, index) => index % 3 > 0)
    .map(({ id }) => ({ id: `cam-${id}`, place: id, kind: 'camera' as const, token: newSecret() }))
  await withRegistry(dataDir, (registry) =>
    registry.loadCity(
      {
        ...{ areas, places, replace: false },
        devices: cameras.map(({ id, place, kind, token }) => ({
          input: {
            ...{ id, kind, place, status: 'commissioned', simulated: false },
            reportingIntervalSeconds: 300,
          },
          tokenHash: hashSecret(token),
        })),
      },
      Date.now(),
    ),
  )
  return cameras
}

/** A city of so many places, and what its cameras sign in with. */
export async function startPlaces(dataDir: string, count: number) {
  const cameras = await seedPlaces(dataDir, count)
  const city = await startCity(dataDir, { LANTERN_CITY: 'none', LANTERN_FLEET: 'off' })
  return { ...city, cameras }
}
