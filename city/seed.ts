/**
 * Puts a city into an empty registry: at the first start (called by the root) and for `npm run city -- demo`.
 * The tokens are random and known to nobody; whoever is to speak for a device has its token rotated over the
 * API, as for any real one.
 */
import { hashSecret, newSecret } from '../model/access.ts'
import type { Registry } from '../stores/registry/port.ts'
import type { City } from './demonstration.ts'

/** Devices are added in groups of this many, so that no transaction is long. */
const groupSize = 1000

/** What was put in; zeros: it was all there, or the registry holds another city. */
export interface Seeded {
  readonly places: number
  readonly devices: number
}

/**
 * Fills the registry. Where a crash stopped it half-way it goes on; a registry that holds any other city is
 * left as it is.
 */
export async function seedCity(options: {
  registry: Pick<Registry, 'areas' | 'places' | 'putCity' | 'devicesSince' | 'addDevices'>
  city: City
  /** Epoch ms. */
  now: number
}): Promise<Seeded> {
  const { registry, city, now } = options
  const empty = (await registry.areas()).length === 0
  if (!empty && !(await holdsPlaces(registry, city))) return { places: 0, devices: 0 }
  if (empty) await registry.putCity({ areas: city.areas, places: city.places })

  const known = empty ? new Set<string>() : await deviceIds(registry)
  const missing = city.devices.filter((device) => !known.has(device.id))
  for (let at = 0; at < missing.length; at += groupSize) {
    const group = missing.slice(at, at + groupSize)
    await registry.addDevices(
      group.map((input) => ({ input, tokenHash: hashSecret(newSecret()) })),
      now,
    )
  }
  return { places: empty ? city.places.length : 0, devices: missing.length }
}

/** Whether the registry has every place of a city: how a registry with the demonstration city is told. */
export async function holdsPlaces(registry: Pick<Registry, 'places'>, city: City): Promise<boolean> {
  const present = new Set((await registry.places()).map((place) => place.id))
  return city.places.every((place) => present.has(place.id))
}

/** The ids of all devices, also of decommissioned ones: an id is never given twice. */
export async function deviceIds(registry: Pick<Registry, 'devicesSince'>): Promise<Set<string>> {
  const ids = new Set<string>()
  for (let since = 0; ; ) {
    const { devices, version } = await registry.devicesSince(since, 10_000)
    if (devices.length === 0) return ids
    for (const device of devices) ids.add(device.id)
    since = version
  }
}
