/**
 * What a registry holds already, as far as the import has to know. Called by import.ts.
 */
import type { Device } from '../model/device.ts'
import type { Registry } from '../stores/registry/port.ts'
import { demonstrationCity } from './demonstration.ts'

/** Whether every place of the demonstration city is there. */
export async function holdsDemonstration(registry: Pick<Registry, 'places'>): Promise<boolean> {
  const present = new Set((await registry.places()).map((place) => place.id))
  return present.size > 0 && demonstrationCity().places.every((place) => present.has(place.id))
}

/** All devices, the decommissioned too: an id is never given twice. */
export async function allDevices(registry: Pick<Registry, 'devicesSince'>): Promise<Device[]> {
  const devices: Device[] = []
  for (let since = 0; ; ) {
    const page = await registry.devicesSince(since, 10_000)
    if (page.devices.length === 0) return devices
    devices.push(...page.devices)
    since = page.version
  }
}
