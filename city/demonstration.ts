/**
 * The demonstration city: Bình Dương with its 9 districts and 91 communes, about 1,800 public places and about
 * 3,000 simulated devices. Pure: the same seed gives the same city. Called by the root at the first start, by
 * `npm run city -- demo`, and by tests and benchmarks that want a city of a believable shape.
 */
import type { Area } from '../model/area.ts'
import type { DeviceInput } from '../model/device.ts'
import type { Place } from '../model/place.ts'
import { createRandom, type Random } from '../model/random.ts'
import { areasOf, type Commune, readCommunes } from './communes.ts'
import { planEquipment } from './device-plan.ts'
import { devicesOf } from './devices.ts'
import { namer } from './place-names.ts'
import { type PlaceType, plannedTypes } from './place-plan.ts'
import { scatterer } from './scatter.ts'

/** A whole city as data: what a registry is filled with. */
export interface City {
  readonly areas: readonly Area[]
  readonly places: readonly Place[]
  readonly devices: readonly DeviceInput[]
}

type DemonstrationPlace = Place & { readonly type: PlaceType; readonly riverside: boolean }

/** The city of a seed; without one, the city that `npm start` shows. */
export function demonstrationCity({ seed = 74 }: { seed?: string | number } = {}): City {
  const random = createRandom(seed)
  const communes = readCommunes()
  const places = communes.flatMap((commune) => placesOf(commune, random.fork(commune.code)))

  const districtOf = new Map(communes.map((commune) => [commune.code, commune.district.code]))
  const byDistrict = Map.groupBy(places, (place) => districtOf.get(place.area) ?? '')
  const plan = new Map(
    [...byDistrict].flatMap(([code, within]) => [...planEquipment(code, within, random.fork('equipment'))]),
  )
  const byCommune = Map.groupBy(places, (place) => place.area)
  const devices = communes.flatMap(({ code }) =>
    devicesOf(code, byCommune.get(code) ?? [], plan, random.fork('devices')),
  )
  return {
    areas: areasOf(communes),
    places: places.map(({ riverside: _, ...place }) => place),
    devices,
  }
}

/** A commune's places, with ids such as `school-25741-02`. */
function placesOf(commune: Commune, random: Random): DemonstrationPlace[] {
  const nextPoint = scatterer(commune, commune.areaKm2, random.fork('points'))
  const nextName = namer(commune, random.fork('names'))
  const numbers = new Map<PlaceType, number>()
  return plannedTypes(commune, random.fork('plan')).map((type) => {
    const number = (numbers.get(type) ?? 0) + 1
    numbers.set(type, number)
    return {
      id: `${type}-${commune.code}-${String(number).padStart(2, '0')}`,
      name: nextName(type),
      type,
      area: commune.code,
      ...nextPoint(),
      riverside: commune.riverside,
    }
  })
}
