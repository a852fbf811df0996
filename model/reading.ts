/**
 * A reading: what one device observed at one moment. Its key is (device, observedAt): the same key twice
 * is the same reading, however often it is delivered.
 */
import { z } from 'zod'
import type { Values } from './kind.ts'
import type { KindName } from './kinds.ts'

/** How many readings one telemetry message may carry (a gateway's batch). */
export const maxReadingsPerMessage = 1000

export interface Reading {
  readonly kind: KindName
  /** The serial of the device in the registry. */
  readonly serial: number
  /** When it was observed, epoch ms. */
  readonly observedAt: number
  /** When the broker took it, epoch ms. */
  readonly receivedAt: number
  readonly values: Values
}

/** What one value a window of readings may be asked for. */
export const aggregates = ['mean', 'sum', 'min', 'max', 'count', 'p95', 'last'] as const
export type Aggregate = (typeof aggregates)[number]

/** What `devices/<id>/status` carries. Further fields (firmware, address …) are the device's own. */
export const statusMessage = z
  .looseObject({ online: z.boolean() })
  .meta({ id: 'Status', description: 'Retained; {"online":false} is the last will' })

/** The longest payload of a status message that is kept, bytes. */
export const maxStatusBytes = 4096
