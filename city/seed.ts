/**
 * Puts a city into an empty registry: at the first start (called by the root) and for `npm run city -- demo`.
 * The tokens are random and known to nobody; whoever is to speak for a device has its token rotated over the
 * API, as for any real one.
 */
import type { Registry } from '../stores/registry/port.ts'
import type { City } from './demonstration.ts'
import { drawTokens } from './tokens.ts'

/** Whether the registry was empty, and now holds the city. All or nothing. */
export async function seedCity(options: {
  registry: Pick<Registry, 'areas' | 'loadCity'>
  city: City
  /** Epoch ms. */
  now: number
}): Promise<boolean> {
  const { registry, city, now } = options
  if ((await registry.areas()).length > 0) return false
  await registry.loadCity(
    { areas: city.areas, places: city.places, devices: drawTokens(city.devices), replace: false },
    now,
  )
  return true
}
