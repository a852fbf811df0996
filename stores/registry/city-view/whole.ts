/**
 * The whole city for somebody who goes through it place by place, in slices: ingest's census. Areas and places stay as they
 * are in one of these; devices may come, change and go meanwhile. Used by city-view.ts.
 */
import type { Area } from '../../../model/area.ts'
import type { Device } from '../../../model/device.ts'
import type { Place } from '../../../model/place.ts'
import type { Site } from '../../telemetry/port.ts'
import type { CityMemory } from './memory.ts'

export interface WholeCity {
  /** By code. */
  readonly areas: readonly Area[]
  readonly places: readonly Place[]
  /** The areas that a place (by its index) lies in, the smallest first; the same list while nothing of it changes. */
  areasOf(place: number): Site['areas']
  /** Of whatever status. */
  devicesOf(place: number): Device[]
}

export function wholeCity({ hierarchy, places, areaOfPlace, devicesOfPlace }: CityMemory): WholeCity {
  return {
    areas: hierarchy.select({}),
    places,
    areasOf: (place) => hierarchy.path(areaOfPlace(place)),
    devicesOf: (place) => devicesOfPlace(place).map(({ device }) => device),
  }
}
