/**
 * Keeps a copy of the city: reads it whole at first and whenever areas or places have changed, and from
 * then on only the devices and states that are newer than the copy. In pages, with the event loop free
 * between them. Used by city-view.ts.
 */
import { setImmediate as breathe, setTimeout as sleep } from 'node:timers/promises'
import { LanternError } from '../../../model/errors.ts'
import type { Registry, Versions } from '../port.ts'
import { type CityMemory, createCityMemory } from './memory.ts'

/** Rows a read: about 1 ms of the thread, which in the main process acknowledges readings too. */
const pageSize = 250
/** Between two pages of what has changed, ms: who asks meanwhile waits for one page and not for all. */
const pauseMs = 3
/** A city that changes while it is read is read again, so many times. */
const maxReads = 3

export interface CityCopy {
  readonly memory: CityMemory
  /** What the memory holds. */
  readonly versions: CityVersions
}

type CityVersions = Pick<Versions, 'city' | 'devices' | 'states'>

export const emptyCopy = (): CityCopy => ({
  memory: createCityMemory({ areas: [], places: [], siteVersion: 0 }),
  versions: { city: -1, devices: 0, states: 0 },
})

/** The copy with everything in it that was committed before the call. Raises the registry's errors. */
export async function refreshed(registry: Registry, copy: CityCopy): Promise<CityCopy> {
  const target = await registry.versions()
  const { versions } = copy
  // Versions never go back, unless the registry was exchanged for another.
  const same =
    target.city === versions.city && target.devices >= versions.devices && target.states >= versions.states
  return same ? catchUp(registry, copy, target, () => sleep(pauseMs)) : readWhole(registry, copy)
}

async function readWhole(registry: Registry, before: CityCopy): Promise<CityCopy> {
  for (let read = 1; read <= maxReads; read++) {
    const target = await registry.versions()
    const areas = await registry.areas()
    await breathe()
    const places = await registry.places()
    await breathe()
    const memory = createCityMemory({ areas, places, siteVersion: before.memory.siteVersion() })
    const versions = { city: target.city, devices: 0, states: 0 }
    const copy = await catchUp(registry, { memory, versions }, target, breathe)
    if ((await registry.versions()).city === target.city) return copy
  }
  throw new LanternError('store-unavailable', `the city was changed while it was read, ${maxReads} times`)
}

async function catchUp(
  registry: Registry,
  { memory, versions }: CityCopy,
  target: CityVersions,
  rest: () => Promise<unknown>,
): Promise<CityCopy> {
  let { devices, states } = versions
  while (devices < target.devices) {
    const page = await registry.devicesSince(devices, pageSize)
    memory.putDevices(page.devices)
    // A version may belong to no row any more, because its device has changed again since.
    devices = page.devices.length < pageSize ? Math.max(page.version, target.devices) : page.version
    await rest()
  }
  while (states < target.states) {
    const page = await registry.statesSince(states, pageSize)
    memory.putStates(page.states)
    states = page.states.length < pageSize ? Math.max(page.version, target.states) : page.version
    await rest()
  }
  return { memory, versions: { city: versions.city, devices, states } }
}
