/**
 * What a kind of device is made of. A new kind is one new file in `model/kinds/`, listed in
 * `model/kinds.ts`: its schema gives the type, the validation, the stored columns and both documents.
 */
import { z } from 'zod'

/** Why a device is not healthy. The first four come from its newest reading, the last two from the clock. */
export const faults = [
  'not-recording',
  'video-loss',
  'tampered',
  'frozen',
  'battery-low',
  'silent',
  'never-heard',
] as const
export type Fault = (typeof faults)[number]

/** Of several faults the first of these is the one to name. */
export const gravestFirst: readonly Fault[] = [
  'never-heard',
  'silent',
  'video-loss',
  'tampered',
  'frozen',
  'not-recording',
  'battery-low',
]

/** Each fault in words, for people. */
export const faultMeanings: Readonly<Record<Fault, string>> = {
  'not-recording': 'It does not record.',
  'video-loss': 'The video signal is lost.',
  tampered: 'It was covered, turned or defocused.',
  frozen: 'Its picture stands still.',
  'battery-low': 'Its battery is below 5 %.',
  silent: 'It was not heard for three of its reporting intervals.',
  'never-heard': 'It has never been heard.',
}

/** A stored value of a reading. An absent field is undefined, and stored as null. */
export type FieldValue = number | boolean
export type Values = Readonly<Record<string, FieldValue | undefined>>

export interface StoredField {
  readonly name: string
  readonly type: 'number' | 'boolean'
  /** The unit, as UCUM or plain English writes it; empty for a boolean or a share. */
  readonly unit: string
  readonly description: string
}

export interface Kind {
  readonly name: string
  readonly title: string
  readonly description: string
  /** The fields of one reading without `observedAt`. */
  readonly schema: z.ZodType<Values>
  readonly fields: readonly StoredField[]
  /** s. */
  readonly defaultIntervalSeconds: number
  /** What is wrong with the device, judged from the values of its newest reading; empty: nothing. */
  faultsOf(values: Values): Fault[]
}

const fieldMeta = z.object({ unit: z.string(), description: z.string() })

/** Builds a kind from the shape of its fields; each field says its unit and description in `.meta`. */
export function defineKind<const Name extends string>(options: {
  name: Name
  title: string
  description: string
  shape: z.ZodRawShape
  /** A rule over several fields, given as [is kept, field, message]. */
  check?: { holds(values: Values): boolean; field: string; message: string }
  defaultIntervalSeconds: number
  faultsOf(values: Values): Fault[]
}): Kind & { readonly name: Name } {
  const fields = Object.entries(options.shape).map(([name, schema]): StoredField => {
    const described = fieldMeta.safeParse(z.globalRegistry.get(schema))
    if (!described.success) throw new Error(`kind ${options.name}: field ${name} has no unit or description`)
    const inner = schema instanceof z.ZodOptional ? schema.unwrap() : schema
    return { name, type: inner instanceof z.ZodBoolean ? 'boolean' : 'number', ...described.data }
  })
  const object = z.object(options.shape).meta({ id: options.title.replaceAll(' ', '') }) as z.ZodType<Values>
  const { check } = options
  return {
    name: options.name,
    title: options.title,
    description: options.description,
    schema: check
      ? object.refine((values) => check.holds(values), { message: check.message, path: [check.field] })
      : object,
    fields,
    defaultIntervalSeconds: options.defaultIntervalSeconds,
    faultsOf: options.faultsOf,
  }
}

/** A number with a unit. */
export function quantity(unit: string, description: string, range: { min?: number; max: number }) {
  return z
    .number()
    .min(range.min ?? 0)
    .max(range.max)
    .meta({ unit, description })
}

/** A count of whole things. */
export function count(description: string) {
  return z.number().int().min(0).max(1e6).meta({ unit: '1', description })
}

/** A share, 0 to 1. */
export function share(description: string) {
  return z.number().min(0).max(1).meta({ unit: '', description })
}

export function flag(description: string) {
  return z.boolean().meta({ unit: '', description })
}

/** The same field, allowed to be absent. */
export function optional<T extends z.ZodType>(schema: T) {
  const meta = z.globalRegistry.get(schema)
  return meta ? schema.optional().meta(meta) : schema.optional()
}
