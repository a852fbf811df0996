/**
 * A city with a past, for tests that move it: a data folder with 24 devices, of which the first 12 have been heard for 6
 * days, so that there are roll-ups without readings, readings, coverage, and readings that came late to both.
 */
import { join } from 'node:path'
import { createRandom } from '../../model/random.ts'
import type { Reading } from '../../model/reading.ts'
import { day, hour, minute } from '../../model/time.ts'
import { createCityView } from '../../stores/registry/city-view.ts'
import { createDuckDbTelemetry } from '../../stores/telemetry/duckdb.ts'
import type { Site, Telemetry } from '../../stores/telemetry/port.ts'
import { seedDevices, withRegistry, withTelemetry } from './lantern.ts'
import { areas, type SignedUp } from './small-city.ts'

/** Days before `now` that its history begins. */
export const historyDays = 6
/** Readings are kept for so long, and a day more. */
export const retention = { retentionDays: 2, rollupRetentionDays: 730 }
const heard = 12

export interface CityWithPast {
  readonly dataDir: string
  /** Those with a past. */
  readonly sites: readonly Site[]
  /** Those without. */
  readonly quiet: readonly SignedUp[]
}

/** `store`: where its telemetry is kept, unset: in the folder's DuckDB. */
export async function makeCityWithPast(
  dataDir: string,
  now: number,
  store: Telemetry = createDuckDbTelemetry({ file: join(dataDir, 'telemetry.duckdb'), ...retention }),
): Promise<CityWithPast> {
  const devices = await seedDevices(dataDir, 2 * heard)
  const all = await withRegistry(dataDir, async (registry) => {
    const view = createCityView({ registry, clock: () => now })
    await view.start()
    const { sites } = view.sitesSince(0)
    await view.stop()
    return sites
  })
  const sites = all.filter(({ device }) => devices.slice(0, heard).some(({ id }) => id === device))
  const random = createRandom(7)
  const begin = now - historyDays * day
  await withTelemetry(
    dataDir,
    async (telemetry) => {
      // Some stood elsewhere at first.
      await telemetry.putSites(all.map((site) => ({ ...site, place: 'elsewhere' })))
      const append = async (step: number, from: readonly Site[]) => {
        const stretch = { begin, end: now, step }
        await telemetry.append(
          from.flatMap((site) => pastOf(site, stretch, random.next)),
          0,
        )
      }
      const maintained = async () => {
        for (let round = 0; round < 3; round++) await telemetry.maintain(now)
      }
      // One of each kind is heard several times in 5 minutes.
      await append(4 * minute, sites.slice(0, 3))
      await append(20 * minute, sites.slice(3, 8))
      await telemetry.putSites(all)
      await append(20 * minute, sites.slice(8))
      await maintained()
      await append(3 * hour, sites.slice(0, 6))
      await maintained()
      await append(3 * hour, sites.slice(0, 9))
      for (let at = begin; at < now; at += hour)
        await telemetry.recordCoverage(
          at,
          areas.map(({ code, level, name }, index) => ({
            ...{ area: code, level, name, places: 4, installed: 3, target: 0.7 },
            working: (Math.floor(at / hour) + index) % 4,
          })),
        )
    },
    store,
  )
  return { dataDir, sites, quiet: devices.slice(heard) }
}

/** Each reading at a moment of its own within its step; some fields are absent now and then. */
function pastOf(
  { serial, kind }: Site,
  { begin, end, step }: { begin: number; end: number; step: number },
  random: () => number,
): Reading[] {
  const readings: Reading[] = []
  for (let from = begin; from + step <= end; from += step) {
    const observedAt = from + Math.floor(random() * step)
    const number = (most: number) => Math.round(random() * most * 100) / 100
    const sometimes = (name: string, value: number) => (random() < 0.8 ? { [name]: value } : {})
    const values =
      kind === 'camera'
        ? { recording: random() < 0.9, fps: number(30), ...sometimes('peopleCount', Math.floor(number(50))) }
        : kind === 'traffic_counter'
          ? {
              ...{ intensity: Math.floor(number(200)), congested: random() < 0.2 },
              ...sometimes('averageVehicleSpeed', number(80)),
            }
          : { temperature: number(40) - 5, ...sometimes('pm25', number(300)) }
    readings.push({ kind, serial, observedAt, receivedAt: observedAt + Math.floor(random() * 500), values })
  }
  return readings
}
