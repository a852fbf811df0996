/**
 * What the engine knows of the city: which device is where, and which areas lie within which. `createEngineCity` takes it
 * from the city view that ingest holds anyway; the tests and the dry run bring their own.
 */
import type { SubjectType } from '../../model/alert.ts'
import type { Device } from '../../model/device.ts'
import type { KindName } from '../../model/kinds.ts'
import type { CityView } from '../../stores/registry/city-view.ts'

export interface AreaStep {
  readonly code: string
  readonly level: string
  readonly name: string
}

/** What an alert says of its subject. */
export interface SubjectFacts {
  readonly type: SubjectType
  /** The id of the device, or the code of the area. */
  readonly id: string
  readonly name: string
  readonly kind: KindName | null
  readonly place: string | null
  readonly placeName: string | null
  readonly placeType: string | null
  /** The smallest first; of an area: itself first. */
  readonly areas: readonly AreaStep[]
  readonly longitude: number | null
  readonly latitude: number | null
}

/** A device that is in service, or undefined. */
export interface DeviceFacts extends SubjectFacts {
  readonly serial: number
  readonly kind: KindName
  readonly reportingIntervalSeconds: number
  /** Epoch ms. */
  readonly createdAt: number
}

export interface EngineCity {
  /** A commissioned device; undefined: there is none (any more). */
  device(serial: number): DeviceFacts | undefined
  /** An area and those it lies in, the smallest first; empty: unknown. */
  areaPath(code: string): readonly AreaStep[]
}

type View = Pick<CityView, 'deviceBySerial' | 'site' | 'place' | 'area' | 'ancestors'>

export function createEngineCity(view: View): EngineCity {
  return {
    device(serial) {
      const device = view.deviceBySerial(serial)
      return device?.status === 'commissioned' ? factsOf(view, device) : undefined
    },
    areaPath(code) {
      const area = view.area(code)
      if (!area) return []
      return [area, ...view.ancestors(code)].map(({ code, level, name }) => ({ code, level, name }))
    },
  }
}

function factsOf(view: View, device: Device): DeviceFacts {
  const place = view.place(device.place)?.place
  return {
    type: 'device',
    serial: device.serial,
    id: device.id,
    name: device.name ?? device.id,
    kind: device.kind,
    place: device.place,
    placeName: place?.name ?? null,
    placeType: place?.type ?? null,
    areas: view.site(device.serial)?.areas ?? [],
    longitude: device.longitude ?? place?.longitude ?? null,
    latitude: device.latitude ?? place?.latitude ?? null,
    reportingIntervalSeconds: device.reportingIntervalSeconds,
    createdAt: device.createdAt,
  }
}
