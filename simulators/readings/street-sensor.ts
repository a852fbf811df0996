/**
 * What a street sensor reports. A water gauge (`wat` in its id) measures water; the others measure weather
 * and, by their model, air, noise and light. Each instrument has a small error of its own.
 */
import type { Values } from '../../model/kind.ts'
import { day, second } from '../../model/time.ts'
import { isWaterGauge } from '../fleet-plan.ts'
import { curve, hourOf } from '../world/calendar.ts'
import { bell, chance, clamp, rounded } from '../world/noise.ts'
import type { LocalWorld } from '../world/place.ts'
import type { Breakage } from './breakage.ts'

/** A solar panel charges by day, the sensor draws by night. */
const charge = curve(24, [
  [0, 0.86],
  [6, 0.79],
  [8, 0.8],
  [12, 0.95],
  [14, 1],
  [17, 1],
  [20, 0.94],
])

/** How low a gauge stands, 0–1: they are put where the water stands. */
export const gaugeLowness = (key: number) => 0.4 + 0.6 * chance(key, 1)

export function sensorReader(options: {
  id: string
  key: number
  world: LocalWorld
}): (at: number, broken: { fault: Breakage; since: number } | undefined) => Values {
  const { id, key, world } = options
  const has = (nth: number, share: number) => chance(key, nth) < share
  const gauge = isWaterGauge(id)
  const [particles, gases, noise, light] = gauge
    ? []
    : [has(2, 0.85), has(3, 0.55), has(4, 0.75), has(5, 0.4)]
  const weather = !gauge || has(6, 0.3)
  const lowness = gaugeLowness(key)
  const offset = (nth: number, size: number) => (chance(key, 10 + nth) - 0.5) * 2 * size
  const [warm, humid, loud, dusty] = [offset(1, 0.4), offset(2, 0.02), offset(3, 1), 1 + offset(4, 0.06)]
  const panel = 0.85 + 0.15 * chance(key, 20)

  function battery(at: number, broken: { fault: Breakage; since: number } | undefined): number {
    if (broken?.fault === 'battery-low') return Math.max(0.02, 0.6 - (0.55 * (at - broken.since)) / day)
    return charge(hourOf(at)) * panel
  }

  return (at, broken) => {
    const index = Math.floor(at / second)
    const error = (nth: number, size: number) => size * bell(key + nth, index)
    const air = particles || gases || noise ? world.air(at) : undefined
    return {
      ...(air &&
        particles && {
          pm25: rounded(Math.max(0.5, air.pm25 * dusty * (1 + error(1, 0.03))), 1),
          pm10: rounded(Math.max(1, air.pm10 * dusty * (1 + error(2, 0.03))), 1),
        }),
      ...(air &&
        gases && {
          no2: rounded(Math.max(0.5, air.no2 * (1 + error(3, 0.04))), 1),
          o3: rounded(Math.max(0.5, air.o3 * (1 + error(4, 0.03))), 1),
        }),
      ...(weather && {
        temperature: rounded(world.temperature(at) + warm + error(5, 0.08), 1),
        relativeHumidity: rounded(clamp(world.relativeHumidity(at) + humid + error(6, 0.005), 0.2, 1), 3),
      }),
      ...(air && noise && { LAeq: rounded(clamp(air.LAeq + loud + error(7, 0.5), 30, 110), 1) }),
      ...(gauge && {
        waterLevel: rounded(Math.max(0, world.waterLevel(at, lowness) + 0.01 + error(8, 0.003)), 3),
      }),
      ...(light && { illuminance: Math.round(Math.max(0, world.illuminance(at) * (1 + error(9, 0.02)))) }),
      batteryLevel: rounded(battery(at, broken), 3),
    }
  }
}
