/**
 * What a traffic counter reports. Flow, speed and occupancy hang together as on a real road (the fundamental
 * diagram): with more vehicles the speed falls, and beyond the capacity fewer get through, slowly.
 */
import type { Values } from '../../model/kind.ts'
import { second } from '../../model/time.ts'
import { hourOf } from '../world/calendar.ts'
import { bell, chance, clamp, rounded } from '../world/noise.ts'
import type { LocalWorld } from '../world/place.ts'
import type { PlaceCharacter } from '../world/place-types.ts'

/** Metres of detector that a vehicle covers, over the mix: mostly motorcycles. */
const vehicleMetres = 2.9
/** What a lane takes, vehicles a minute. */
const laneCapacity = 38

export function counterReader(options: {
  key: number
  world: LocalWorld
  character: PlaceCharacter
  intervalSeconds: number
}): (at: number) => Values {
  const { key, world, character, intervalSeconds } = options
  const freeSpeed = 33 + 14 * chance(key, 1)
  const motorcycleShare = 0.82 + 0.08 * chance(key, 2)
  // One counter sees its direction: about half of the place's traffic, on its own lanes.
  const side = 0.8 + 0.3 * chance(key, 3)
  const lanes = Math.max(1, Math.round((world.capacity * side) / laneCapacity))

  return (at) => {
    const passable = world.passable(at)
    const demand = world.demand(at) * side
    const capacity = world.capacity * side * passable
    const load = demand / capacity
    const flow = load <= 1 ? demand : capacity * Math.max(0.5, 1 - 0.55 * (load - 1))
    const slowing = load <= 1 ? 1 - 0.42 * load ** 2.4 : 0.58 * Math.max(0.22, 1 - 1.7 * (load - 1))
    const speed = freeSpeed * (0.75 + 0.25 * passable) * slowing

    const mean = (flow * intervalSeconds) / 60
    const index = Math.floor(at / second)
    const intensity = Math.max(0, Math.round(mean + Math.sqrt(mean) * bell(key, index)))
    if (intensity === 0)
      return {
        intensity,
        intervalSeconds,
        occupancy: 0,
        motorcycles: 0,
        cars: 0,
        buses: 0,
        trucks: 0,
        congested: false,
      }

    const hour = hourOf(at)
    // Lorries are kept out of town in the rush hours and drive at night.
    const lorries = hour >= 6 && hour < 8.5 ? 0.3 : hour >= 16 && hour < 19 ? 0.35 : hour < 5 ? 2.5 : 1
    const part = (share: number, nth: number) => Math.floor(intensity * share + chance(key + nth, index))
    const trucks = part(character.trucks * lorries, 1)
    const buses = part(hour > 5 && hour < 20 ? 0.008 : 0, 2)
    const cars = Math.min(part(1 - motorcycleShare, 3), intensity - Math.min(intensity, trucks + buses))
    const heavy = Math.min(trucks, intensity - cars)
    const coaches = Math.min(buses, intensity - cars - heavy)
    const averageVehicleSpeed = Math.max(3, speed * (1 + 0.04 * bell(key + 4, index)))
    return {
      intensity,
      intervalSeconds,
      averageVehicleSpeed: rounded(averageVehicleSpeed, 1),
      occupancy: rounded(
        clamp(((intensity / intervalSeconds / lanes) * vehicleMetres) / (averageVehicleSpeed / 3.6), 0, 0.97),
        3,
      ),
      motorcycles: intensity - cars - heavy - coaches,
      cars,
      buses: coaches,
      trucks: heavy,
      congested: load > 1.05,
    }
  }
}
