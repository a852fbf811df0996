/**
 * The small city of the telemetry contract: seven devices of all kinds in two districts, and arbitraries of
 * what they observe, with times that love the edges of 5-minute buckets.
 */
import fc from 'fast-check'
import type { Values } from '../../../model/kind.ts'
import type { KindName } from '../../../model/kinds.ts'
import type { Reading } from '../../../model/reading.ts'
import { hour, minute } from '../../../model/time.ts'
import type { Site } from '../../../stores/telemetry/port.ts'

/** Midnight UTC. */
export const begin = Date.UTC(2026, 2, 1)

function site(serial: number, kind: KindName, place: string, commune: string, district: string): Site {
  const areas = [
    { code: commune, level: 'commune', name: `Phường ${commune}` },
    { code: district, level: 'district', name: `Quận ${district}` },
    { code: 'bd', level: 'province', name: 'Bình Dương' },
  ]
  return { serial, device: `dev-${serial}`, kind, place, placeType: place, areas }
}

export const sites: readonly Site[] = [
  site(1, 'camera', 'market', 'c1', 'd1'),
  site(2, 'camera', 'school', 'c1', 'd1'),
  site(3, 'camera', 'park', 'c2', 'd2'),
  site(4, 'traffic_counter', 'market', 'c1', 'd1'),
  site(5, 'traffic_counter', 'park', 'c2', 'd2'),
  site(6, 'street_sensor', 'school', 'c1', 'd1'),
  site(7, 'street_sensor', 'park', 'c2', 'd2'),
]

const tenths = (most: number) => fc.integer({ min: -most, max: most }).map((value) => value / 10)

const valuesOf: Record<KindName, fc.Arbitrary<Values>> = {
  camera: fc.record({
    recording: fc.boolean(),
    fps: fc.integer({ min: 0, max: 60 }),
    storageUsedShare: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  traffic_counter: fc.record(
    {
      intensity: fc.integer({ min: 0, max: 500 }),
      averageVehicleSpeed: tenths(900),
      congested: fc.boolean(),
    },
    { requiredKeys: ['intensity'] },
  ),
  street_sensor: fc.record({ temperature: tenths(900), pm25: tenths(5000) }, { requiredKeys: [] }),
}

/** A moment at or after `begin`, before `begin + span`; every other one at an edge of a bucket. */
export function momentWithin(span: number): fc.Arbitrary<number> {
  const edge = fc
    .tuple(fc.integer({ min: 0, max: span / (5 * minute) - 1 }), fc.constantFrom(0, 1, 5 * minute - 1))
    .map(([bucket, rest]) => bucket * 5 * minute + rest)
  return fc.oneof(edge, fc.integer({ min: 0, max: span - 1 })).map((after) => begin + after)
}

/** A moment in one of twelve buckets over the span, so that readings often share one. */
export function crowdedMomentWithin(span: number): fc.Arbitrary<number> {
  return fc
    .tuple(fc.integer({ min: 0, max: 11 }), fc.integer({ min: 0, max: 5 * minute - 1 }))
    .map(([twelfth, rest]) => begin + Math.floor(((twelfth / 12) * span) / (5 * minute)) * 5 * minute + rest)
}

function readingAt(moment: fc.Arbitrary<number>): fc.Arbitrary<Reading> {
  return fc
    .tuple(fc.constantFrom(...sites), moment, fc.integer({ min: -5 * minute, max: 31 * 24 * hour }))
    .chain(([{ serial, kind }, observedAt, delay]) =>
      valuesOf[kind].map((values) => ({
        kind,
        serial,
        observedAt,
        receivedAt: observedAt + delay,
        values,
      })),
    )
}

/** Readings with distinct keys, in any order. */
export function readingsAt(
  moment: fc.Arbitrary<number>,
  size: { minLength?: number; maxLength: number },
): fc.Arbitrary<Reading[]> {
  return fc.uniqueArray(readingAt(moment), {
    ...size,
    selector: ({ serial, observedAt }) => `${serial} ${observedAt}`,
  })
}

export function readingsWithin(span: number, size: { minLength?: number; maxLength: number }) {
  return readingsAt(momentWithin(span), size)
}

/** The fields that the readings above have. */
export const fields: readonly { kind: KindName; field: string }[] = [
  { kind: 'camera', field: 'recording' },
  { kind: 'camera', field: 'storageUsedShare' },
  { kind: 'traffic_counter', field: 'intensity' },
  { kind: 'traffic_counter', field: 'averageVehicleSpeed' },
  { kind: 'traffic_counter', field: 'congested' },
  { kind: 'street_sensor', field: 'temperature' },
]

/** One reading of a street sensor, for examples. */
export function temperature(serial: number, observedAt: number, value: number): Reading {
  return {
    kind: 'street_sensor',
    serial,
    observedAt,
    receivedAt: observedAt + 40,
    values: { temperature: value },
  }
}
