/**
 * Devices as the API answers them: what each is, what it last said, and what is wrong with it in words. The
 * proofs are open to everyone and so without readings; serials and tokens are in none of them.
 */
import { z } from 'zod'
import { fault } from '../coverage.ts'
import { deviceStatuses } from '../device.ts'
import { kindNames } from '../kinds.ts'
import { timestamp } from '../time.ts'
import { listOf } from './lists.ts'

export const shownDevice = z
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
export type ShownDevice = z.infer<typeof shownDevice>

export const shownValues = z.record(z.string(), z.union([z.number(), z.boolean()])).meta({
  id: 'Values',
  description: 'The fields of the kind that the reading has, as /v1/kinds describes them',
})
export type ShownValues = z.infer<typeof shownValues>

const health = {
  healthy: z.boolean().meta({ description: 'Whether it has no fault' }),
  faults: z.array(z.object({ code: fault, meaning: z.string() })),
  heardAt: timestamp
    .nullable()
    .meta({ description: 'When its newest reading was observed, or arrived if that was earlier' }),
}

/** What of a device proves that its place is watched over. */
export const proof = shownDevice
  .pick({ id: true, kind: true, name: true, status: true })
  .extend(health)
  .meta({ id: 'Proof' })
export type Proof = z.infer<typeof proof>

const state = z
  .object({
    ...health,
    online: z.boolean().nullable().meta({ description: 'What its status topic says; null: it never said' }),
    onlineChangedAt: timestamp.nullable(),
    observedAt: timestamp.nullable().meta({ description: 'Of its newest reading' }),
    receivedAt: timestamp.nullable().meta({ description: 'Of its newest reading' }),
    values: shownValues.meta({ description: 'Of its newest reading' }),
  })
  .meta({ id: 'DeviceState' })

export const deviceWithState = shownDevice.extend({ state }).meta({ id: 'DeviceWithState' })
export type DeviceWithState = z.infer<typeof deviceWithState>

export const deviceList = listOf(deviceWithState, 'DeviceList')
export type DeviceList = z.infer<typeof deviceList>

export const shownReading = z
  .object({ observedAt: timestamp, receivedAt: timestamp, values: shownValues })
  .meta({ id: 'Reading' })
export type ShownReading = z.infer<typeof shownReading>

export const readingList = listOf(shownReading, 'ReadingList')
export type ReadingList = z.infer<typeof readingList>
