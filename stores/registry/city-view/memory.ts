/**
 * One city in memory: its areas, places, devices and their states, with the indices that the lists need.
 * Areas and places never change within one memory: when they do, refresh.ts builds another.
 */
import type { Area } from '../../../model/area.ts'
import type { DeviceState } from '../../../model/coverage.ts'
import type { Device } from '../../../model/device.ts'
import type { Place } from '../../../model/place.ts'
import type { Site } from '../../telemetry/port.ts'
import { createHierarchy } from './hierarchy.ts'
import { createTally } from './tally.ts'

export interface DeviceEntry {
  device: Device
  state: DeviceState | undefined
  readonly slot: number
  /** The number of its place; -1 while that place is not known yet. */
  place: number
  /** Grows over all devices with each change of a site. */
  siteVersion: number
}

export type CityMemory = ReturnType<typeof createCityMemory>

/** `siteVersion`: where the memory before this one stopped, so that all sites here are newer. */
export function createCityMemory(options: {
  areas: readonly Area[]
  places: readonly Place[]
  siteVersion: number
}) {
  const hierarchy = createHierarchy(options.areas)
  const places = options.places
    .filter((place) => hierarchy.find(place.area) !== undefined)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
  const placeNumbers = new Map(places.map(({ id }, number) => [id, number]))
  const areaOfPlace = Int32Array.from(places, (place) => hierarchy.find(place.area) ?? 0)
  const tally = createTally({ hierarchy, areaOfPlace })

  const byId = new Map<string, DeviceEntry>()
  const bySerial = new Map<number, DeviceEntry>()
  const ofPlace: DeviceEntry[][] = places.map(() => [])
  /** States may be read before their devices are. */
  const early = new Map<number, DeviceState>()
  let inIdOrder: DeviceEntry[] = []
  let siteVersion = options.siteVersion
  let revision = 0

  function move(entry: DeviceEntry, to: number): void {
    const from = ofPlace[entry.place]
    if (from) from.splice(from.indexOf(entry), 1)
    entry.place = to
    ofPlace[to]?.push(entry)
    entry.siteVersion = ++siteVersion
  }

  function add(device: Device): DeviceEntry {
    const entry: DeviceEntry = { device, state: undefined, slot: byId.size, place: -1, siteVersion: 0 }
    byId.set(device.id, entry)
    bySerial.set(device.serial, entry)
    move(entry, placeNumbers.get(device.place) ?? -1)
    return entry
  }

  function putState(entry: DeviceEntry, state: DeviceState): void {
    entry.state = state
    tally.putState(entry.slot, state)
  }

  return {
    hierarchy,
    places,
    tally,
    byId,
    bySerial,
    /** The number of a place, by which the other lists are indexed. */
    placeNumber: (id: string): number | undefined => placeNumbers.get(id),
    areaOfPlace: (number: number): number => areaOfPlace[number] ?? -1,
    devicesOfPlace: (number: number): readonly DeviceEntry[] => ofPlace[number] ?? [],
    devicesInIdOrder: (): readonly DeviceEntry[] => inIdOrder,
    siteVersion: () => siteVersion,
    /** Grows with every change. */
    revision: () => revision,

    putDevices(devices: readonly Device[]): void {
      const added: DeviceEntry[] = []
      for (const device of devices) {
        const known = byId.get(device.id)
        const entry = known ?? add(device)
        if (!known) added.push(entry)
        else if (known.device.place !== device.place) move(entry, placeNumbers.get(device.place) ?? -1)
        entry.device = device
        tally.putDevice(entry.slot, device, entry.place)
        const state = early.get(device.serial)
        if (state) {
          early.delete(device.serial)
          putState(entry, state)
        }
      }
      if (added.length > 0) inIdOrder = merge(inIdOrder, added)
      revision++
    },

    putStates(states: readonly DeviceState[]): void {
      for (const state of states) {
        const entry = bySerial.get(state.serial)
        if (entry) putState(entry, state)
        else early.set(state.serial, state)
      }
      revision++
    },

    siteOf(entry: DeviceEntry): Site | undefined {
      const place = places[entry.place]
      if (!place) return undefined
      const { serial, id: device, kind } = entry.device
      const areas = hierarchy.path(areaOfPlace[entry.place] ?? 0)
      return { serial, device, kind, place: place.id, placeType: place.type, areas }
    },
  }
}

/** Both in the order of ids; merging costs a pass, where sorting all again would hold up the thread. */
function merge(sorted: readonly DeviceEntry[], added: DeviceEntry[]): DeviceEntry[] {
  added.sort((a, b) => (a.device.id < b.device.id ? -1 : 1))
  const merged: DeviceEntry[] = []
  let at = 0
  for (const entry of added) {
    for (let next = sorted[at]; next && next.device.id < entry.device.id; next = sorted[++at])
      merged.push(next)
    merged.push(entry)
  }
  return merged.concat(sorted.slice(at))
}
