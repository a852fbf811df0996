/**
 * Rejections: what arrived and could not be a reading, with the reason. Nothing is dropped silently: they
 * are counted by device and reason, with the newest sample, in a bounded list that the API shows.
 */
import { z } from 'zod'
import { timestamp } from './time.ts'

/** Each reason with what to do about it. */
export const rejectionReasons = {
  'not-json': 'Send UTF-8 JSON; NaN, Infinity and comments are not JSON.',
  'not-a-reading':
    'Send one object, or an array of objects, each with observedAt and the fields of its kind.',
  'too-many-readings': 'Send at most 1,000 readings in one message.',
  'too-large': 'Send smaller messages; the limit is LANTERN_MQTT_MAX_PAYLOAD_BYTES.',
  unreadable: 'Lantern failed to read this; it is kept as a sample. Please report it.',
  'invalid-field': 'Correct the field that the detail names.',
  'unknown-field': 'The reading was kept without the named field. Correct its name or leave it out.',
  'invalid-time': 'Send observedAt as RFC 3339 with a time zone, or as milliseconds since 1970.',
  'time-in-future': "Set the device's clock; observedAt may be at most 5 minutes after the arrival.",
  'time-too-old': 'Send readings within 30 days (and within the retention) of their observation.',
  'store-refused':
    'The detail is what the store said; its limits and settings decide. The reading is not kept.',
  'unknown-device': 'Register the device: POST /v1/devices.',
  'unknown-topic': 'Publish to devices/<id>/telemetry or devices/<id>/status.',
  'invalid-status': 'Send {"online":true} or {"online":false}, with further fields as you like.',
  'foreign-topic': 'A device may publish only below its own devices/<id>/. The connection was closed.',
  'malformed-packet': 'Speak MQTT 3.1.1 by the book; the connection was closed at the packet that was wrong.',
  'sign-in-failed': 'Sign in with the device id as user name and its token as password.',
} as const

export type RejectionReason = keyof typeof rejectionReasons
export const rejectionReasonNames = Object.keys(rejectionReasons) as [RejectionReason, ...RejectionReason[]]

/** The longest sample of a payload that is kept, characters. */
export const maxSampleLength = 500

export const rejection = z
  .object({
    device: z.string().nullable().meta({ description: 'Who sent it, as far as that is known' }),
    reason: z.enum(rejectionReasonNames),
    detail: z.string().meta({ description: 'What was wrong with the newest one' }),
    sample: z.string().meta({ description: 'The beginning of the newest one' }),
    count: z.number().int(),
    firstAt: timestamp,
    lastAt: timestamp,
    remedy: z.string(),
  })
  .meta({ id: 'Rejection' })

/** One rejection as it happens. */
export interface RejectionEvent {
  readonly device: string | null
  readonly reason: RejectionReason
  readonly detail: string
  readonly sample: string
  /** Epoch ms. */
  readonly at: number
  readonly count: number
}
