/**
 * One place in the simulated world at any moment: its traffic, its crowd, its air, its water. What a device
 * measures starts here, so that the counter, the camera and the sensors of one place tell the same story.
 */
import type { Place } from '../../model/place.ts'
import { hour, minute } from '../../model/time.ts'
import { curve, hourOf, monthOf } from './calendar.ts'
import { chance, clamp, drift, field, keyOf } from './noise.ts'
import { busyness, characterOf } from './place-types.ts'
import type { Weather } from './weather.ts'

export type Locality = Pick<Place, 'id' | 'type' | 'longitude' | 'latitude'>

export interface LocalWorld {
  /** Vehicles a minute that want to pass, and how many can. */
  demand(at: number): number
  readonly capacity: number
  /** How busy it is with people, 0 to about 1. */
  crowd(at: number): number
  /** m above the street; a gauge in a hollow of its own says how low it stands, 0–1. */
  waterLevel(at: number, lowness?: number): number
  /** mm/h. */
  rain(at: number): number
  /** Share of the road's capacity and speed that weather and water leave, 0–1. */
  passable(at: number): number
  /** µg/m³, and dB(A). */
  air(at: number): { pm25: number; pm10: number; no2: number; o3: number; LAeq: number }
  /** °C and 0–1. */
  temperature(at: number): number
  relativeHumidity(at: number): number
  /** lx, with the street lamps at night. */
  illuminance(at: number): number
}

/** How much of what is emitted stays near the ground: inversions at night, mixing at noon. */
const inversion = curve(24, [
  [0, 1.2],
  [4, 1.3],
  [7, 1.35],
  [9.5, 1],
  [13, 0.72],
  [16, 0.8],
  [19, 1.05],
  [22, 1.15],
])
/** Regional fine particles by month, µg/m³: the dry season is the hazy one. */
const background = curve(12, [
  [0.5, 26],
  [2.5, 20],
  [4.5, 13],
  [6.5, 11],
  [8.5, 12],
  [10.5, 19],
  [11.5, 26],
])

export function createLocalWorld(options: {
  place: Locality
  seed: string | number
  weather: Weather
  /** What a scenario makes of the traffic there: 1 unless it says otherwise. */
  demandFactor?: ((place: Locality, at: number) => number) | undefined
}): LocalWorld {
  const { place, seed, weather, demandFactor } = options
  const key = keyOf(seed, 'place', place.id)
  const character = characterOf(place.type)
  const size = 0.65 + 0.8 * chance(key, 1)
  const peak = character.vehicles * size
  // Where the road is as wide as its rush hour needs, it flows; about one in five is too narrow.
  const capacity = peak / (0.66 + 0.42 * chance(key, 2))
  const ground = field(keyOf(seed, 'ground'), place.longitude * 35, place.latitude * 35, 0)
  const lowness = clamp(0.15 - 1.1 * ground, 0, 0.6)
  const haze = keyOf(seed, 'haze')
  const lamps = 8 + 22 * chance(key, 3)

  const traffic = (at: number) =>
    peak * busyness(character, at) * (demandFactor ? demandFactor(place, at) : 1)

  /** Traffic of the last hour and a half, against a busy street's 100 a minute: what the air remembers. */
  function recentTraffic(at: number): number {
    const sum =
      3 * traffic(at) + 3 * traffic(at - 30 * minute) + 2 * traffic(at - hour) + traffic(at - 1.5 * hour)
    return sum / 900
  }

  const washed = (at: number) => 1 - 0.45 * Math.min(1, weather.recentRain(place, at) / 10)

  return {
    capacity,
    demand(at) {
      const wet = Math.min(1, weather.rain(place, at) / 15)
      return Math.max(0, traffic(at) * (1 - 0.25 * wet) * (1 + 0.12 * drift(key, at / (12 * minute))))
    },
    crowd(at) {
      const wet = Math.min(1, weather.rain(place, at) / 6)
      return Math.max(
        0,
        busyness(character, at) * (1 - 0.6 * wet) * (1 + 0.3 * drift(key + 1, at / (9 * minute))),
      )
    },
    rain: (at) => weather.rain(place, at),
    waterLevel: (at, own = lowness) => weather.standingWater(place, own, at),
    passable(at) {
      const wet = Math.min(1, weather.rain(place, at) / 20)
      const flooded = Math.min(1, weather.standingWater(place, lowness, at) / 0.35)
      return (1 - 0.12 * wet) * (1 - 0.65 * flooded)
    },
    air(at) {
      const recent = recentTraffic(at)
      const trapped = inversion(hourOf(at))
      const regional = background(monthOf(at)) * (1 + 0.35 * drift(haze, at / (30 * hour)))
      const pm25 =
        (regional * trapped + 17 * recent * trapped) *
        washed(at) *
        (1 + 0.1 * drift(key + 2, at / (20 * minute)))
      const no2 =
        (9 + 42 * recent) * (0.55 + 0.45 * trapped) * (1 + 0.12 * drift(key + 3, at / (15 * minute)))
      const sun = weather.daylight(place, at - 1.5 * hour) / 105_000
      const flow = Math.min(traffic(at), capacity)
      return {
        pm25,
        pm10: pm25 * 1.35 + 6 + 9 * recent * washed(at),
        no2,
        o3: clamp(28 + 95 * sun - 0.35 * no2 + 6 * drift(key + 4, at / hour), 2, 400),
        LAeq:
          47 +
          10.5 * Math.log10(1 + flow * 2.2) +
          Math.min(4, weather.rain(place, at) / 6) +
          1.3 * drift(key + 5, at / (6 * minute)),
      }
    },
    temperature: (at) => weather.temperature(place, at),
    relativeHumidity: (at) => weather.relativeHumidity(place, at),
    illuminance(at) {
      const daylight = weather.daylight(place, at)
      return daylight < 60 ? daylight + lamps : daylight
    },
  }
}
