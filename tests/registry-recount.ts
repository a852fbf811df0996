/**
 * Coverage counted from the raw rows in the most naive way: for every area, every place, every device.
 * It shares with the city view only the definitions of model/coverage.ts. Used by city-view.test.ts.
 */
import type { Area } from '../model/area.ts'
import { countsForCoverage, type DeviceState, faultsNow } from '../model/coverage.ts'
import type { Device } from '../model/device.ts'
import type { CoverageState, Place } from '../model/place.ts'
import type { Registry } from '../stores/registry/port.ts'

export interface Rows {
  readonly areas: readonly Area[]
  readonly places: readonly Place[]
  readonly devices: readonly Device[]
  readonly states: readonly DeviceState[]
}

export async function rawRows(registry: Registry): Promise<Rows> {
  return {
    areas: await registry.areas(),
    places: await registry.places(),
    devices: (await registry.devicesSince(0, 1_000_000)).devices,
    states: (await registry.statesSince(0, 1_000_000)).states,
  }
}

export function naiveState({ devices, states }: Rows, place: Place, now: number): CoverageState {
  const cameras = devices.filter((device) => device.place === place.id && countsForCoverage(device))
  if (cameras.length === 0) return 'none'
  const healthy = cameras.some((camera) => {
    const state = states.find(({ serial }) => serial === camera.serial)
    return faultsNow(camera, state, now).length === 0
  })
  return healthy ? 'working' : 'installed'
}

export function naiveWithin(rows: Pick<Rows, 'areas'>, code: string | null, ancestor: string): boolean {
  if (code === null) return false
  if (code === ancestor) return true
  return naiveWithin(rows, rows.areas.find((area) => area.code === code)?.parent ?? null, ancestor)
}

/** The figures of the places within an area; of all, where it is null. */
export function naiveFigures(rows: Rows, code: string | null, now: number, target: number) {
  const places = rows.places.filter((place) => code === null || naiveWithin(rows, place.area, code))
  const states = places.map((place) => naiveState(rows, place, now))
  const installed = states.filter((state) => state !== 'none').length
  const working = states.filter((state) => state === 'working').length
  let placesToTarget = 0
  while (places.length > 0 && (installed + placesToTarget) / places.length < target - 1e-12) placesToTarget++
  return {
    places: places.length,
    installed,
    working,
    installedShare: places.length === 0 ? null : installed / places.length,
    workingShare: places.length === 0 ? null : working / places.length,
    placesToTarget,
  }
}
