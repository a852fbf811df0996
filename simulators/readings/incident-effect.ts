/**
 * What an incident of a scenario does to one reading. Called by reader.ts after the world has said what the
 * device would have measured.
 */
import type { Values } from '../../model/kind.ts'
import { hour, second } from '../../model/time.ts'
import type { Incident } from '../scenarios/scenario.ts'
import { chance, clamp, rounded } from '../world/noise.ts'

/** Fields that a wandering or noisy instrument gets wrong, with the values they can take at all. */
const analogue: Readonly<Record<string, readonly [min: number, max: number, decimals: number]>> = {
  pm25: [0, 900, 1],
  pm10: [0, 1500, 1],
  no2: [0, 900, 1],
  o3: [0, 900, 1],
  temperature: [-10, 70, 1],
  relativeHumidity: [0, 1, 3],
  LAeq: [25, 130, 1],
  waterLevel: [0, 5, 3],
  illuminance: [0, 180_000, 0],
}

function alter(values: Values, change: (value: number, name: string, nth: number) => number): Values {
  const entries = Object.entries(values).map(([name, value], nth) => {
    const limits = analogue[name]
    if (!limits || typeof value !== 'number') return [name, value] as const
    return [name, rounded(clamp(change(value, name, nth), limits[0], limits[1]), limits[2])] as const
  })
  return Object.fromEntries(entries)
}

/** The reading as the incident lets it out. `hours` is how long it has lasted by the scenario's clock. */
export function underIncident(options: {
  incident: Incident
  values: Values
  /** What the device measured when the incident began. */
  atFirst: () => Values
  key: number
  at: number
  lasted: number
}): Values {
  const { incident, values, atFirst, key, at, lasted } = options
  switch (incident.fault) {
    case 'drift': {
      // A worn instrument wanders by up to a quarter of its value an hour, one way.
      const rate = (chance(key, 77) < 0.5 ? -1 : 1) * (0.1 + 0.15 * chance(key, 78))
      return alter(values, (value) => value * (1 + (rate * lasted) / hour))
    }
    case 'stuck': {
      const first = atFirst()
      return alter(values, (value, name) => Number(first[name] ?? value))
    }
    case 'noise': {
      const index = Math.floor(at / (5 * second))
      return alter(values, (value, _, nth) => value * (0.3 + 2.7 * chance(key + nth, index) ** 2))
    }
    default:
      return values
  }
}
