/**
 * What coverage means. A place is installed when a commissioned camera belongs to it, and working when
 * one of those is healthy now: heard within three of its reporting intervals, recording, no video loss,
 * not tampered with, picture not frozen. "Heard" is the observation time of its newest reading (or its
 * arrival, if that was earlier): a reading from the past proves nothing about now.
 */
import { z } from 'zod'
import type { Device } from './device.ts'
import { type Fault, faults } from './kind.ts'
import { second, timestamp } from './time.ts'

/** How many of its reporting intervals a device may be quiet before it counts as silent. */
export const silentAfterIntervals = 3

/** What is known of a device from what it sent. Times in epoch ms. */
export interface DeviceState {
  readonly serial: number
  /** When its newest reading was observed, or arrived if that was earlier; null: never. */
  readonly heardAt: number | null
  /** Observation and arrival of the newest reading (by observation). */
  readonly observedAt: number | null
  readonly receivedAt: number | null
  /** What its newest reading says is wrong. */
  readonly faults: readonly Fault[]
  /** The newest reading's values. */
  readonly values: Readonly<Record<string, number | boolean | undefined>>
  /** From its status topic; null: it never said. */
  readonly online: boolean | null
  readonly onlineChangedAt: number | null
}

/** Everything that is wrong with a device at a moment; empty: it is healthy. */
export function faultsNow(
  device: Pick<Device, 'reportingIntervalSeconds'>,
  state: Pick<DeviceState, 'heardAt' | 'faults'> | undefined,
  now: number,
): Fault[] {
  if (!state || state.heardAt === null) return ['never-heard']
  const silent = now - state.heardAt > silentAfterIntervals * device.reportingIntervalSeconds * second
  return silent ? [...state.faults, 'silent'] : [...state.faults]
}

/** Whether a device counts towards coverage: a security camera that is in service. */
export function countsForCoverage(device: Pick<Device, 'kind' | 'status'>): boolean {
  return device.kind === 'camera' && device.status === 'commissioned'
}

export const fault = z.enum(faults).meta({ id: 'Fault' })

const shareOfPlaces = z
  .number()
  .min(0)
  .max(1)
  .nullable()
  .meta({ description: 'A share 0–1 of the public places; null where there are none' })

const counts = {
  places: z.number().int().meta({ description: 'Public places' }),
  installed: z.number().int().meta({ description: 'Those with a commissioned camera' }),
  working: z.number().int().meta({ description: 'Those with a healthy one now' }),
  installedShare: shareOfPlaces,
  workingShare: shareOfPlaces,
  placesToTarget: z
    .number()
    .int()
    .meta({ description: 'How many more places need a camera to reach the target' }),
}

export const coverageTotal = z.object(counts).meta({ id: 'CoverageTotal' })
export const areaCoverage = z
  .object({ code: z.string(), name: z.string(), level: z.string(), ...counts })
  .meta({ id: 'AreaCoverage' })
export const coverage = z
  .object({
    asOf: timestamp,
    goal: z.object({
      target: z.number().meta({ description: 'The share of places to be installed' }),
      deadline: z.iso.date(),
    }),
    total: coverageTotal,
    areas: z.array(areaCoverage),
  })
  .meta({ id: 'Coverage' })
export type CoverageTotal = z.infer<typeof coverageTotal>
export type AreaCoverage = z.infer<typeof areaCoverage>
export type Coverage = z.infer<typeof coverage>

/** The figures of an area from its counts and the target share. */
export function coverageFigures(
  tally: { places: number; installed: number; working: number },
  target: number,
): CoverageTotal {
  const { places, installed, working } = tally
  return {
    places,
    installed,
    working,
    installedShare: places === 0 ? null : installed / places,
    workingShare: places === 0 ? null : working / places,
    // The small term keeps 0.7 × 10 = 7.000000000000001 from asking for an eighth place.
    placesToTarget: Math.max(0, Math.ceil(target * places - 1e-9) - installed),
  }
}
