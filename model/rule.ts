/**
 * A rule: what is watched, where, when it is an alert, and what a person shall do then. Rules are data: they lie in the
 * registry, come over the API, and this schema is their validation, their type and their document.
 */
import { z } from 'zod'
import { severity } from './alert.ts'
import { fault } from './coverage.ts'
import { displayName, identifier, slug } from './identifier.ts'
import { kindNames, kindOf } from './kinds.ts'
import { timeZone } from './time.ts'

const number = z.number().min(-1e9).max(1e9)
const seconds = z.number().int().min(1).max(86_400)

/** Above or below a value; it is over again only beyond `clear`, so that a value at the edge does not flap. */
const threshold = z
  .strictObject({
    type: z.literal('threshold'),
    field: z.string(),
    above: number.optional(),
    below: number.optional(),
    clear: number
      .optional()
      .meta({ description: 'Over again at or beyond this; the threshold itself unless said (hysteresis)' }),
    forSeconds: seconds.optional().meta({ description: 'Only when it has lasted so long (event time)' }),
    count: z
      .strictObject({ of: z.number().int().min(2).max(20), least: z.number().int().min(1).max(20) })
      .optional()
      .meta({ description: 'Only when at least so many of the last so many readings are beyond it' }),
  })
  .refine((it) => (it.above === undefined) !== (it.below === undefined), {
    path: ['above'],
    message: 'exactly one of above and below is required',
  })
  .refine(
    ({ above, below, clear }) =>
      clear === undefined || (above === undefined ? clear >= (below ?? clear) : clear <= above),
    { path: ['clear'], message: 'must lie on the side of the normal values' },
  )
  .refine(({ count }) => count === undefined || count.least <= count.of, {
    path: ['count', 'least'],
    message: 'must not be more than "of"',
  })

/** Rises or falls by so much within a time. */
const rate = z
  .strictObject({
    type: z.literal('rate'),
    field: z.string(),
    rises: z.number().gt(0).max(1e9).optional(),
    falls: z.number().gt(0).max(1e9).optional(),
    withinSeconds: seconds,
  })
  .refine((it) => (it.rises === undefined) !== (it.falls === undefined), {
    path: ['rises'],
    message: 'exactly one of rises and falls is required',
  })

/** Exactly the same value, reading after reading, for so long: an instrument that stands still. */
const still = z.strictObject({
  type: z.literal('still'),
  field: z.string(),
  forSeconds: seconds,
})

/** Nothing heard within so many of the device's own reporting intervals. Checked by time, not by messages. */
const silence = z.strictObject({
  type: z.literal('silence'),
  intervals: z.number().min(1).max(1000).default(3),
})

/** The device itself says that something is wrong with it, or its storage or battery runs out. */
const health = z.strictObject({
  type: z.literal('health'),
  faults: z
    .array(fault.exclude(['silent', 'never-heard']))
    .min(1)
    .max(5),
  forSeconds: seconds.optional(),
})

/** An area's share of places, installed or working. */
const coverageShare = z
  .strictObject({
    type: z.literal('coverage'),
    share: z.enum(['installed', 'working']),
    below: z
      .union([z.literal('target'), z.number().min(0).max(1)])
      .optional()
      .meta({ description: 'A share 0–1, or "target": the goal of the city' }),
    falls: z
      .strictObject({ by: z.number().gt(0).max(1), withinSeconds: seconds })
      .optional()
      .meta({ description: 'When it falls by so much (a share 0–1) within so long' }),
    levels: z.array(slug).min(1).max(10).optional().meta({ description: 'Areas of these levels only' }),
    forSeconds: seconds.optional(),
  })
  .refine((it) => (it.below === undefined) !== (it.falls === undefined), {
    path: ['below'],
    message: 'exactly one of below and falls is required',
  })

/** Far from what this device usually says at this hour of the week; learned from its own past. */
const unusual = z.strictObject({
  type: z.literal('unusual'),
  field: z.string(),
  direction: z.enum(['high', 'low', 'both']).default('both'),
  score: z
    .number()
    .min(2)
    .max(20)
    .default(5)
    .meta({ description: 'How unusual: robust standard deviations (1.4826 × the mean absolute deviation)' }),
  /** Readings of the same hour before it is judged at all. */
  learnFrom: z.number().int().min(10).max(1000).default(30),
  forSeconds: seconds.optional(),
})

export const condition = z.discriminatedUnion('type', [
  threshold,
  rate,
  still,
  silence,
  health,
  coverageShare,
  unusual,
])
export type Condition = z.infer<typeof condition>
export type ConditionOf<Type extends Condition['type']> = Extract<Condition, { type: Type }>

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as 06:30')

/** Hours of days; `to` before `from` goes over midnight. */
export const schedule = z.strictObject({
  from: timeOfDay.default('00:00'),
  to: timeOfDay.default('00:00').meta({ description: 'Exclusive; 00:00 is the end of the day' }),
  days: z
    .array(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']))
    .min(1)
    .max(7)
    .default(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']),
  timeZone: timeZone.default('Asia/Ho_Chi_Minh'),
})
export type Schedule = z.infer<typeof schedule>

export const rule = z
  .strictObject({
    id: identifier,
    name: displayName.meta({ description: 'What it watches, in a few words' }),
    title: z.string().min(1).max(200).meta({
      description: 'What an alert says: words with {subject}, {place}, {area}, {value}, {unit}, {threshold}',
    }),
    action: z.string().min(1).max(1000).meta({ description: 'What a person shall do then' }),
    severity,
    enabled: z.boolean().default(true),
    condition,
    scope: z
      .strictObject({
        kind: z.enum(kindNames).optional(),
        areas: z.array(identifier).min(1).max(100).optional().meta({ description: 'With all below them' }),
        placeTypes: z.array(slug).min(1).max(50).optional(),
        devices: z.array(identifier).min(1).max(1000).optional(),
      })
      .default({}),
    schedule: schedule.optional().meta({ description: 'When it is judged; always, unless said' }),
    storm: z
      .strictObject({
        level: slug
          .optional()
          .meta({ description: 'The level that one alert stands for; below the top, unless said' }),
        share: z.number().gt(0).max(1).default(0.2),
        least: z.number().int().min(2).max(1000).default(5),
        withinSeconds: seconds.default(120),
      })
      .optional()
      .meta({
        description:
          'When so many devices of an area are concerned within so long, one alert stands for them',
      }),
    escalation: z
      .strictObject({ afterSeconds: z.number().int().min(30).max(604_800), severity })
      .optional()
      .meta({ description: 'Graver when nobody has acknowledged it for so long' }),
    public: z.boolean().default(false).meta({ description: 'Whether the public feed (CAP) tells it' }),
  })
  .superRefine((it, context) => {
    const fields = new Set(it.scope.kind ? kindOf(it.scope.kind).fields.map(({ name }) => name) : [])
    if ('field' in it.condition) {
      if (!it.scope.kind)
        context.addIssue({ code: 'custom', path: ['scope', 'kind'], message: 'is required with a field' })
      else if (!fields.has(it.condition.field))
        context.addIssue({
          code: 'custom',
          path: ['condition', 'field'],
          message: `must be one of ${[...fields].join(', ')}`,
        })
    }
    if (it.condition.type === 'coverage' && (it.scope.kind || it.scope.devices || it.scope.placeTypes))
      context.addIssue({
        code: 'custom',
        path: ['scope'],
        message: 'a rule about coverage watches areas: only "areas" may narrow it',
      })
  })
  .meta({ id: 'Rule' })
export type Rule = z.infer<typeof rule>
