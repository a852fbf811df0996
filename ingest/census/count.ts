/**
 * Counts the whole city as model/coverage.ts says: of every area its places (all, installed, working) and its commissioned
 * devices by kind and fault. The same figures as the API's coverage, from the states that ingest holds; a test compares them.
 */
import { countsForCoverage, type DeviceState, faultsNow } from '../../model/coverage.ts'
import { type Fault, faults } from '../../model/kind.ts'
import { type KindName, kindNames } from '../../model/kinds.ts'
import type { WholeCity } from '../../stores/registry/city-view/whole.ts'
import type { Slices } from './slices.ts'

export interface HealthCount {
  devices: number
  healthy: number
  /** How many have it; a device may have several. */
  readonly faults: Record<Fault, number>
}

export interface AreaCount {
  readonly code: string
  readonly level: string
  readonly name: string
  places: number
  installed: number
  working: number
  readonly kinds: Readonly<Record<KindName, HealthCount>>
}

/** In the order of `city.areas`. `now`: the moment that decides who is silent, epoch ms. */
export async function countCity(options: {
  city: WholeCity
  state: (serial: number) => DeviceState | undefined
  now: number
  slices: Slices
}): Promise<AreaCount[]> {
  const { city, state, now, slices } = options
  const counts = new Map(city.areas.map(({ code, level, name }) => [code, newCount({ code, level, name })]))

  for (let place = 0; place < city.places.length; place++) {
    const areas = city.areasOf(place).flatMap(({ code }) => counts.get(code) ?? [])
    let cameras = 0
    let healthy = 0
    for (const device of city.devicesOf(place)) {
      if (slices.isOver()) await slices.rest()
      if (device.status !== 'commissioned') continue
      const found = faultsNow(device, state(device.serial), now)
      for (const area of areas) addDevice(area.kinds[device.kind], found)
      if (!countsForCoverage(device)) continue
      cameras++
      if (found.length === 0) healthy++
    }
    for (const area of areas) {
      area.places++
      if (cameras > 0) area.installed++
      if (healthy > 0) area.working++
    }
    if (slices.isOver()) await slices.rest()
  }
  return [...counts.values()]
}

function addDevice(count: HealthCount, found: readonly Fault[]): void {
  count.devices++
  if (found.length === 0) count.healthy++
  for (const fault of found) count.faults[fault]++
}

function newCount(area: Pick<AreaCount, 'code' | 'level' | 'name'>): AreaCount {
  const kinds = Object.fromEntries(kindNames.map((kind) => [kind, newHealth()])) as Record<
    KindName,
    HealthCount
  >
  return { ...area, places: 0, installed: 0, working: 0, kinds }
}

function newHealth(): HealthCount {
  const none = Object.fromEntries(faults.map((fault) => [fault, 0])) as Record<Fault, number>
  return { devices: 0, healthy: 0, faults: none }
}
