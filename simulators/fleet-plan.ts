/**
 * The simulated devices as data: their places with the areas these lie in, and which devices a fleet of its
 * own consists of. Called by main.ts; pure, so that a seed and a city always give the same fleet.
 */
import type { Area } from '../model/area.ts'
import type { DeviceInput } from '../model/device.ts'
import type { KindName } from '../model/kinds.ts'
import type { Place } from '../model/place.ts'
import { createRandom, type Random } from '../model/random.ts'

export interface SimulatedPlace extends Place {
  /** The codes of the areas it lies in, the smallest first. */
  readonly areas: readonly string[]
}

export interface SimulatedDevice {
  readonly id: string
  readonly kind: KindName
  readonly reportingIntervalSeconds: number
  readonly place: SimulatedPlace
}

/** Places with the areas that they lie in. */
export function locate(
  places: readonly Place[],
  areas: readonly Pick<Area, 'code' | 'parent'>[],
): SimulatedPlace[] {
  const parents = new Map(areas.map((area) => [area.code, area.parent]))
  const paths = new Map<string, string[]>()
  function pathOf(code: string): string[] {
    const known = paths.get(code)
    if (known) return known
    const path: string[] = []
    for (let at: string | null | undefined = code; at && !path.includes(at); at = parents.get(at))
      path.push(at)
    paths.set(code, path)
    return path
  }
  return places.map((place) => ({ ...place, areas: pathOf(place.area) }))
}

/** Whether a street sensor is a water gauge: `wat` is a part of its id, as in `wat-25741-001`. */
export const isWaterGauge = (id: string) => id.split('-').includes('wat')

/** What of a fleet is what, and where that is put up; a type that is not listed weighs 1. */
const parts = [
  {
    prefix: 'cam',
    kind: 'camera',
    weight: 60,
    prefers: { hospital: 4, 'bus-station': 5, square: 4, market: 3 },
  },
  {
    prefix: 'cnt',
    kind: 'traffic_counter',
    weight: 20,
    prefers: { crossing: 12, 'industrial-zone-gate': 4, 'bus-station': 3 },
  },
  {
    prefix: 'env',
    kind: 'street_sensor',
    weight: 15,
    prefers: { park: 3, hospital: 4, square: 4, crossing: 3 },
  },
  { prefix: 'wat', kind: 'street_sensor', weight: 5, prefers: { crossing: 10, market: 3, park: 2 } },
] as const

/**
 * The devices `sim-<seed>-cam-0001` … of a fleet. Devices with lower numbers do not depend on how many there
 * are, so that a larger fleet contains the smaller one.
 */
export function planFleet(options: {
  seed: string
  count: number
  places: readonly SimulatedPlace[]
}): SimulatedDevice[] {
  const { seed, count, places } = options
  const random = createRandom(`${seed}/fleet`)
  const sorted = [...places].sort((a, b) => (a.id < b.id ? -1 : 1))
  const byType = Map.groupBy(sorted, (place) => place.type)
  const numbers = new Map<string, number>()
  return Array.from({ length: count }, (_, index) => {
    const draw = random.fork(index)
    const part = draw.weighted(parts.map((one) => [one, one.weight] as const))
    const number = (numbers.get(part.prefix) ?? 0) + 1
    numbers.set(part.prefix, number)
    return {
      id: `sim-${seed}-${part.prefix}-${String(number).padStart(4, '0')}`,
      kind: part.kind,
      reportingIntervalSeconds: part.prefix === 'env' ? draw.pick([60, 60, 120, 300]) : 60,
      place: pickPlace(draw, byType, part.prefers),
    }
  })
}

function pickPlace(
  random: Random,
  byType: ReadonlyMap<string, SimulatedPlace[]>,
  prefers: Readonly<Record<string, number>>,
): SimulatedPlace {
  const type = random.weighted(
    [...byType].map(([name, of]) => [name, of.length * (prefers[name] ?? 1)] as const),
  )
  return random.pick(byType.get(type) ?? [])
}

/** How a planned device signs up. */
export function signUpForm(device: SimulatedDevice): DeviceInput {
  const { id, kind, reportingIntervalSeconds, place } = device
  return {
    ...{ id, kind, reportingIntervalSeconds, place: place.id, status: 'commissioned', simulated: true },
    longitude: place.longitude,
    latitude: place.latitude,
  }
}
