/**
 * What the page of the streets compares with the usual, one line a measure: which field of which kind, how devices are
 * put together, and which difference is too small to matter to anyone.
 */
import type { KindName } from '../../../../model/kinds.ts'

export interface Measure {
  readonly name: 'flow' | 'speed' | 'occupancy' | 'pm25' | 'noise' | 'temperature' | 'water'
  readonly kind: KindName
  readonly field: string
  readonly aggregate: 'mean' | 'max'
  readonly digits: number
  /** In the field's unit: what changes by less has not changed. */
  readonly resolution: number
  /** The least that its scale spans, in the field's unit. */
  readonly leastSpan: number
  readonly fromZero: boolean
}

const traffic = { kind: 'traffic_counter', aggregate: 'mean' } as const
const sensor = { kind: 'street_sensor', aggregate: 'mean' } as const

export const trafficMeasures: readonly Measure[] = [
  { ...traffic, name: 'flow', field: 'intensity', digits: 1, resolution: 1, leastSpan: 10, fromZero: true },
  {
    ...traffic,
    name: 'speed',
    field: 'averageVehicleSpeed',
    digits: 1,
    resolution: 1,
    leastSpan: 10,
    fromZero: false,
  },
  {
    ...traffic,
    name: 'occupancy',
    field: 'occupancy',
    digits: 1,
    resolution: 0.01,
    leastSpan: 0.1,
    fromZero: true,
  },
]

export const environmentMeasures: readonly Measure[] = [
  { ...sensor, name: 'pm25', field: 'pm25', digits: 1, resolution: 2, leastSpan: 20, fromZero: true },
  { ...sensor, name: 'noise', field: 'LAeq', digits: 1, resolution: 1, leastSpan: 10, fromZero: false },
  {
    ...sensor,
    name: 'temperature',
    field: 'temperature',
    digits: 1,
    resolution: 0.5,
    leastSpan: 6,
    fromZero: false,
  },
  {
    ...sensor,
    name: 'water',
    field: 'waterLevel',
    aggregate: 'max',
    digits: 2,
    resolution: 0.02,
    leastSpan: 0.1,
    fromZero: true,
  },
]
