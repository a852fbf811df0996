/** The points of model/measurements.ts that need no memory: from what was counted, or from the figures of the parts. */
import type { DeviceState } from '../../model/coverage.ts'
import type { Device } from '../../model/device.ts'
import { type Fault, gravestFirst } from '../../model/kind.ts'
import { kindNames } from '../../model/kinds.ts'
import type { Point } from '../../model/measurements.ts'
import type { Place } from '../../model/place.ts'
import { type RejectionReason, rejectionReasonNames } from '../../model/rejection.ts'
import type { AreaCount } from './count.ts'

/** "Name (code)". */
export const labelOf = (name: string, code: string) => `${name} (${code})`

export function healthPoints(time: number, counts: readonly AreaCount[]): Point<'health'>[] {
  return counts.flatMap(({ code, level, name, kinds }) =>
    kindNames.map((kind): Point<'health'> => {
      const { devices, healthy, faults } = kinds[kind]
      const tags = { area: code, level, name, label: labelOf(name, code), kind }
      return { measurement: 'health', tags, fields: { devices, healthy, ...faults }, time }
    }),
  )
}

/** Every reason, so that a curve falls to zero instead of standing still. */
export function rejectionPoints(
  time: number,
  counts: ReadonlyMap<RejectionReason, number>,
): Point<'rejection'>[] {
  return rejectionReasonNames.map((reason) => {
    const fields = { count: counts.get(reason) ?? 0 }
    return { measurement: 'rejection', tags: { reason }, fields, time }
  })
}

export type PlaceTags = Point<'place'>['tags']
export type DeviceTags = Point<'device'>['tags']

/** Its cameras: how many are commissioned, and how many of those are healthy. */
export function placePoint(
  time: number,
  tags: PlaceTags,
  { latitude, longitude }: Pick<Place, 'latitude' | 'longitude'>,
  { cameras, healthy }: { cameras: number; healthy: number },
): Point<'place'> {
  const state = cameras === 0 ? 0 : healthy === 0 ? 1 : 2
  return { measurement: 'place', tags, fields: { state, cameras, healthy, latitude, longitude }, time }
}

export function devicePoint(
  time: number,
  tags: DeviceTags,
  { kind }: Pick<Device, 'kind'>,
  state: DeviceState | undefined,
  found: readonly Fault[],
): Point<'device'> {
  const { storageUsedShare, batteryLevel } = state?.values ?? {}
  return {
    measurement: 'device',
    tags,
    fields: {
      healthy: found.length === 0 ? 1 : 0,
      fault: gravestFirst.find((fault) => found.includes(fault)) ?? 'healthy',
      faults: found.join(','),
      heard_at: state?.heardAt ?? undefined,
      storage_used_share: kind === 'camera' ? numberOr(storageUsedShare) : undefined,
      battery_level: kind === 'street_sensor' ? numberOr(batteryLevel) : undefined,
    },
    time,
  }
}

/** The last words of a series whose device has left, or stands elsewhere now: nobody may take it for a healthy one. */
export function goneDevice(time: number, tags: DeviceTags): Point<'device'> {
  return { measurement: 'device', tags, fields: { healthy: 0, fault: 'gone', faults: 'gone' }, time }
}

export function gonePlace(time: number, tags: PlaceTags): Point<'place'> {
  return { measurement: 'place', tags, fields: { state: -1, cameras: 0, healthy: 0 }, time }
}

function numberOr(value: number | boolean | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined
}
