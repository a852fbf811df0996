/**
 * The lists of places and of devices: filters, in the order of ids, a page at a time, so that the last id
 * of a page is the cursor of the next. Used by city-view.ts.
 */
import { type DeviceState, faultsNow } from '../../../model/coverage.ts'
import type { Device } from '../../../model/device.ts'
import type { Fault } from '../../../model/kind.ts'
import type { CoverageState, Place } from '../../../model/place.ts'
import type { Page } from '../port.ts'
import { unknown } from './hierarchy.ts'
import type { CityMemory, DeviceEntry } from './memory.ts'

/** A place, and what is proved of it. */
export interface PlaceCoverage {
  readonly place: Place
  readonly state: CoverageState
}

/** A device, what it last said, and what is wrong with it now. */
export interface DeviceEvidence {
  readonly device: Device
  readonly state: DeviceState | undefined
  readonly faults: readonly Fault[]
}

interface Paging {
  /** The id to go on after. */
  after?: string | undefined
  limit: number
}

export interface PlaceFilter {
  area?: string | undefined
  type?: string | undefined
  state?: CoverageState | undefined
  /** [west, south, east, north] in degrees, edges included; west > east crosses the 180th meridian. */
  bbox?: readonly [number, number, number, number] | undefined
}

export interface DeviceFilter {
  kind?: Device['kind'] | undefined
  place?: string | undefined
  area?: string | undefined
  status?: Device['status'] | undefined
  simulated?: boolean | undefined
  /** Those with this fault now. */
  fault?: Fault | undefined
}

/** The tally must be counted. */
export function listPlaces(memory: CityMemory, filter: PlaceFilter & Paging): Page<PlaceCoverage, string> {
  const { hierarchy, places, tally } = memory
  const { type, state, bbox } = filter
  const area = filter.area === undefined ? undefined : hierarchy.numberOf(filter.area, 'area')
  const first = filter.after === undefined ? 0 : firstAfter(places, filter.after, ({ id }) => id)
  const items: PlaceCoverage[] = []
  for (let number = first; number < places.length; number++) {
    const place = places[number]
    if (!place || (type !== undefined && place.type !== type)) continue
    if (area !== undefined && !hierarchy.contains(area, memory.areaOfPlace(number))) continue
    if (bbox && !inBox(place, bbox)) continue
    const stateNow = tally.stateOf(number)
    if (state !== undefined && stateNow !== state) continue
    if (items.length === filter.limit) return { items, next: items.at(-1)?.place.id ?? null }
    items.push({ place, state: stateNow })
  }
  return { items, next: null }
}

export function listDevices(
  memory: CityMemory,
  filter: DeviceFilter & Paging,
  now: number,
): Page<DeviceEvidence, string> {
  const { hierarchy } = memory
  const { kind, status, simulated, fault } = filter
  const area = filter.area === undefined ? undefined : hierarchy.numberOf(filter.area, 'area')
  const entries = filter.place === undefined ? memory.devicesInIdOrder() : devicesAt(memory, filter.place)
  const first = filter.after === undefined ? 0 : firstAfter(entries, filter.after, ({ device }) => device.id)
  const items: DeviceEvidence[] = []
  for (let at = first; at < entries.length; at++) {
    const entry = entries[at]
    if (!entry) break
    const { device } = entry
    if (kind !== undefined && device.kind !== kind) continue
    if (status !== undefined && device.status !== status) continue
    if (simulated !== undefined && device.simulated !== simulated) continue
    if (area !== undefined && !hierarchy.contains(area, memory.areaOfPlace(entry.place))) continue
    const evidence = evidenceOf(entry, now)
    if (fault !== undefined && !evidence.faults.includes(fault)) continue
    if (items.length === filter.limit) return { items, next: items.at(-1)?.device.id ?? null }
    items.push(evidence)
  }
  return { items, next: null }
}

export function evidenceOf({ device, state }: DeviceEntry, now: number): DeviceEvidence {
  return { device, state, faults: faultsNow(device, state, now) }
}

/** In the order of ids. Raises `invalid-request` where there is no such place. */
function devicesAt(memory: CityMemory, place: string): DeviceEntry[] {
  const number = memory.placeNumber(place)
  if (number === undefined)
    throw unknown(
      'place',
      'place',
      place,
      memory.places.map(({ id }) => id),
    )
  return [...memory.devicesOfPlace(number)].sort((a, b) => (a.device.id < b.device.id ? -1 : 1))
}

function inBox(place: Place, [west, south, east, north]: NonNullable<PlaceFilter['bbox']>): boolean {
  const { longitude, latitude } = place
  if (latitude < south || latitude > north) return false
  return west <= east ? longitude >= west && longitude <= east : longitude >= west || longitude <= east
}

/** The index of the first item whose id comes after `id`, by halving. */
function firstAfter<T>(sorted: readonly T[], id: string, idOf: (item: T) => string): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const item = sorted[middle]
    if (item !== undefined && idOf(item) <= id) low = middle + 1
    else high = middle
  }
  return low
}
