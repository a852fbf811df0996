/**
 * The messages of remote.ts. Each carries `telemetry`, which tells them from other traffic on the channel;
 * both sides check what they receive.
 */
import { z } from 'zod'
import { type ErrorCode, errorCodes } from '../../model/errors.ts'
import { kindNames } from '../../model/kinds.ts'
import { aggregates } from './port.ts'

const whole = z.number().int()
const kind = z.enum(kindNames)
const id = whole.min(1)

/** A question as it crosses; its query is checked apart, so that a wrong one gets an answer too. */
export const envelopeSchema = z.object({ telemetry: z.literal('question'), id, query: z.unknown() })

export const querySchema = z.discriminatedUnion('method', [
  z.object({
    method: z.literal('series'),
    kind,
    field: z.string(),
    aggregate: z.enum(aggregates),
    window: whole.min(1),
    offset: whole,
    from: whole,
    to: whole,
    area: z.string().optional(),
    place: z.string().optional(),
    device: z.string().optional(),
    groupBy: z.union([z.enum(['place', 'device']), z.object({ level: z.string() })]).optional(),
    maxPoints: whole.min(1),
  }),
  z.object({
    method: z.literal('latest'),
    kind,
    serial: whole,
    limit: whole.min(1),
    before: whole.optional(),
    from: whole.optional(),
  }),
  z.object({
    method: z.literal('readings'),
    kind,
    serials: z.array(whole).readonly().optional(),
    from: whole,
    to: whole,
    most: whole.min(1),
  }),
  z.object({
    method: z.literal('coverageHistory'),
    areas: z.array(z.string()).readonly(),
    window: whole.min(1),
    offset: whole,
    from: whole,
    to: whole,
    maxPoints: whole.min(1),
  }),
  z.object({ method: z.literal('stats') }),
])
export type Query = z.infer<typeof querySchema>

const fault = z.object({ field: z.string(), message: z.string() })

export const answerSchema = z.object({
  telemetry: z.literal('answer'),
  id,
  result: z.unknown().optional(),
  /** Without a code it is a bug, not an error on purpose. */
  error: z
    .object({
      code: z.enum(errorCodes as [ErrorCode, ...ErrorCode[]]).optional(),
      detail: z.string(),
      remedy: z.string().optional(),
      faults: z.array(fault).default([]),
    })
    .optional(),
})
export type Answer = z.input<typeof answerSchema>

const reading = z.object({
  kind,
  serial: whole,
  observedAt: whole,
  receivedAt: whole,
  values: z.record(z.string(), z.union([z.number(), z.boolean()])),
})

/** What the answer to each method must look like. */
export const resultSchemas = {
  series: z.object({
    source: z.enum(['raw', '5m']),
    series: z.array(
      z.object({
        group: z.string().nullable(),
        points: z.array(z.object({ time: z.number(), value: z.number(), count: z.number() })),
      }),
    ),
  }),
  readings: z.array(reading),
  latest: z.array(reading),
  coverageHistory: z.array(
    z.object({ time: whole, places: whole, installed: whole, working: whole, target: z.number() }),
  ),
  stats: z.object({ readings: z.number(), bytes: z.number(), oldest: z.number().nullable() }),
}
