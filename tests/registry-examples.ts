/**
 * Small examples of what a registry holds, each with only what a test says of it. Used by the tests of the
 * registry and of the city view.
 */
import { hashSecret } from '../model/access.ts'
import type { Area } from '../model/area.ts'
import type { DeviceState } from '../model/coverage.ts'
import type { DeviceInput } from '../model/device.ts'
import type { Place } from '../model/place.ts'
import type { StateChange } from '../stores/registry/port.ts'

export const area = (code: string, parent: string | null, level = 'district'): Area => ({
  code,
  name: `Area ${code}`,
  level,
  parent,
  population: null,
  boundary: null,
})

export const place = (id: string, areaCode: string): Place => ({
  id,
  name: `Place ${id}`,
  type: 'school',
  area: areaCode,
  longitude: 106.65,
  latitude: 10.98,
})

export const newDevice = (id: string, placeId = 'p1', input: Partial<DeviceInput> = {}) => ({
  input: { id, kind: 'camera', place: placeId, status: 'commissioned', simulated: false, ...input } as const,
  tokenHash: hashSecret(`token of ${id}`),
})

export const state = (serial: number, more: Partial<DeviceState> = {}): DeviceState => ({
  serial,
  heardAt: 1000,
  observedAt: 1000,
  receivedAt: 1001,
  faults: [],
  values: { recording: true },
  online: null,
  onlineChangedAt: null,
  ...more,
})

export const change = (position: number, more: Partial<StateChange> = {}): StateChange => ({
  position,
  states: [],
  statuses: [],
  rejections: [],
  ...more,
})

/** The versions of a registry in which nothing has ever been kept. */
export const noVersions = { city: 0, devices: 0, states: 0, alerts: 0, rules: 0, deliveries: 0 }
