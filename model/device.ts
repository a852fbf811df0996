/**
 * A device: a camera, a traffic counter or a street sensor, at one place. Its serial is the small number
 * that stands for it in the telemetry store; its token is shown once and kept only as a hash.
 */
import { z } from 'zod'
import { displayName, identifier, latitude, longitude } from './identifier.ts'
import { kindNames } from './kinds.ts'

export const deviceStatuses = ['planned', 'commissioned', 'decommissioned'] as const

export const deviceInput = z
  .object({
    id: identifier,
    kind: z.enum(kindNames),
    place: identifier.meta({ description: 'The id of the place it watches' }),
    name: displayName.optional(),
    status: z.enum(['planned', 'commissioned']).default('commissioned'),
    reportingIntervalSeconds: z
      .number()
      .int()
      .min(1)
      .max(86_400)
      .optional()
      .meta({ description: 'How often it reports, in s; unset: the default of its kind' }),
    longitude: longitude.optional(),
    latitude: latitude.optional(),
    simulated: z.boolean().default(false).meta({ description: 'Whether a simulator speaks for it' }),
  })
  .meta({ id: 'DeviceInput' })
export type DeviceInput = z.infer<typeof deviceInput>

/** What of a device may be changed afterwards. */
export const devicePatch = z
  .object({
    place: identifier,
    name: displayName,
    status: z.enum(['planned', 'commissioned']),
    reportingIntervalSeconds: z.number().int().min(1).max(86_400),
    longitude,
    latitude,
  })
  .partial()
  .refine((patch) => Object.keys(patch).length > 0, 'name at least one field to change')
  .meta({ id: 'DevicePatch' })
export type DevicePatch = z.infer<typeof devicePatch>

export interface Device {
  readonly serial: number
  readonly id: string
  readonly kind: (typeof kindNames)[number]
  readonly place: string
  readonly name: string | null
  readonly status: (typeof deviceStatuses)[number]
  readonly reportingIntervalSeconds: number
  readonly longitude: number | null
  readonly latitude: number | null
  readonly simulated: boolean
  /** Epoch ms. */
  readonly createdAt: number
}
