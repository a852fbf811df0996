/**
 * How a device is shown: itself, what it last said, what is wrong with it in words. Used by the routes of
 * devices and by the evidence of a place. The serial and the token's hash stay inside.
 */
import { z } from 'zod'
import { fault } from '../../model/coverage.ts'
import { type Device, deviceStatuses } from '../../model/device.ts'
import { faultMeanings, type Values } from '../../model/kind.ts'
import { kindNames } from '../../model/kinds.ts'
import { formatTime, timestamp } from '../../model/time.ts'
import type { DeviceEvidence } from '../../stores/registry/city-view.ts'

export const device = z
  .object({
    id: z.string(),
    kind: z.enum(kindNames),
    place: z.string().meta({ description: 'The id of the place it watches' }),
    name: z.string().nullable(),
    status: z.enum(deviceStatuses).meta({ description: 'Only commissioned cameras count towards coverage' }),
    reportingIntervalSeconds: z.number().int(),
    longitude: z.number().nullable(),
    latitude: z.number().nullable(),
    simulated: z.boolean(),
    createdAt: timestamp,
  })
  .meta({ id: 'Device' })

export const values = z.record(z.string(), z.union([z.number(), z.boolean()])).meta({
  id: 'Values',
  description: 'The fields of the kind that the reading has, as /v1/kinds describes them',
})

const health = {
  healthy: z.boolean().meta({ description: 'Whether it has no fault' }),
  faults: z.array(z.object({ code: fault, meaning: z.string() })),
  heardAt: timestamp
    .nullable()
    .meta({ description: 'When its newest reading was observed, or arrived if that was earlier' }),
}

/** What of a device proves that its place is watched over: open to everyone, and so without its readings. */
export const proof = device
  .pick({ id: true, kind: true, name: true, status: true })
  .extend(health)
  .meta({ id: 'Proof' })

const state = z
  .object({
    ...health,
    online: z.boolean().nullable().meta({ description: 'What its status topic says; null: it never said' }),
    onlineChangedAt: timestamp.nullable(),
    observedAt: timestamp.nullable().meta({ description: 'Of its newest reading' }),
    receivedAt: timestamp.nullable().meta({ description: 'Of its newest reading' }),
    values: values.meta({ description: 'Of its newest reading' }),
  })
  .meta({ id: 'DeviceState' })

export const deviceWithState = device.extend({ state }).meta({ id: 'DeviceWithState' })

export function shownDevice(of: Device): z.infer<typeof device> {
  const { id, kind, place, name, status, reportingIntervalSeconds, longitude, latitude, simulated } = of
  const createdAt = formatTime(of.createdAt)
  return {
    id,
    kind,
    place,
    name,
    status,
    reportingIntervalSeconds,
    longitude,
    latitude,
    simulated,
    createdAt,
  }
}

export function shownEvidence({ device, state, faults }: DeviceEvidence): z.infer<typeof deviceWithState> {
  return {
    ...shownDevice(device),
    state: {
      ...shownHealth({ state, faults }),
      online: state?.online ?? null,
      onlineChangedAt: shownTime(state?.onlineChangedAt),
      observedAt: shownTime(state?.observedAt),
      receivedAt: shownTime(state?.receivedAt),
      values: shownValues(state?.values ?? {}),
    },
  }
}

export function shownProof({ device, state, faults }: DeviceEvidence): z.infer<typeof proof> {
  const { id, kind, name, status } = device
  return { id, kind, name, status, ...shownHealth({ state, faults }) }
}

function shownHealth({ state, faults }: Pick<DeviceEvidence, 'state' | 'faults'>) {
  return {
    healthy: faults.length === 0,
    faults: faults.map((code) => ({ code, meaning: faultMeanings[code] })),
    heardAt: shownTime(state?.heardAt),
  }
}

/** Without the fields that the reading did not have. */
export function shownValues(of: Values): z.infer<typeof values> {
  const shown: z.infer<typeof values> = {}
  for (const [name, value] of Object.entries(of)) if (value !== undefined) shown[name] = value
  return shown
}

function shownTime(epochMs: number | null | undefined): string | null {
  return epochMs === null || epochMs === undefined ? null : formatTime(epochMs)
}
