/**
 * Turns what zod found wrong into faults for people: the path of each field as one would write it
 * (`devices[3].place`), what was expected there, and for an unknown field the ones that are known.
 */
import { z } from 'zod'
import type { FieldFault } from '../../model/errors.ts'

type Path = readonly PropertyKey[]
type Issue = z.core.$ZodIssue

/** `devices[3].place`; `whole` where the path is empty, for the body or the query itself. */
function fieldAt(path: Path, whole: string): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
  return shortened(text.replace(/^\./, ''), 200) || whole
}

function shortened(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text
}

/** The keys that a schema knows at a path, whichever of its forms they belong to. */
function knownKeys(schema: unknown, [key, ...rest]: Path): string[] {
  if (schema instanceof z.ZodUnion)
    return [
      ...new Set(
        schema.options.flatMap((option) => knownKeys(option, key === undefined ? [] : [key, ...rest])),
      ),
    ]
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)
    return knownKeys(schema.unwrap(), key === undefined ? [] : [key, ...rest])
  if (schema instanceof z.ZodArray) return key === undefined ? [] : knownKeys(schema.element, rest)
  if (!(schema instanceof z.ZodObject)) return []
  return key === undefined ? Object.keys(schema.shape) : knownKeys(schema.shape[String(key)], rest)
}

/** Of the forms a body may have, the one that knows the most of what was sent: its faults are the telling ones. */
function closestForm(forms: readonly Issue[][]): Issue[] {
  const unknownTo = (issues: Issue[]) =>
    issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys' && issue.path.length === 0 ? issue.keys : [],
    )
  return [...forms].sort((a, b) => unknownTo(a).length - unknownTo(b).length)[0] ?? []
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function valueAt(data: unknown, path: Path): unknown {
  let value = data
  for (const key of path)
    value = isObject(value) && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined
  return value
}

/** A value as it was sent, shortened. */
function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(shortened(value, 60))
  if (Array.isArray(value)) return 'an array'
  return isObject(value) ? 'an object' : String(value)
}

function faultsOfIssue(issue: Issue, schema: unknown, data: unknown, whole: string): FieldFault[] {
  const field = fieldAt(issue.path, whole)
  const sent = valueAt(data, issue.path)
  const received = sent === undefined ? 'it is missing' : `received ${shown(sent)}`
  switch (issue.code) {
    case 'invalid_union':
      if (issue.errors.length > 0 && issue.path.length === 0)
        return faultsOf(closestForm(issue.errors), schema, data, whole)
      return [{ field, message: `is of none of the allowed forms; ${received}` }]
    case 'unrecognized_keys': {
      const known = knownKeys(schema, issue.path).join(', ') || 'none'
      return issue.keys.map((key) => ({
        field: fieldAt([...issue.path, key], whole),
        message: `is not known here; known are: ${known}`,
      }))
    }
    case 'invalid_type':
      return [{ field, message: `expected ${issue.expected}; ${received}` }]
    case 'invalid_value':
      return [{ field, message: `expected one of ${issue.values.join(', ')}; ${received}` }]
    default:
      return [{ field, message: issue.message }]
  }
}

/** All faults of what was sent; `whole` names it where a fault has no field of its own ("body"). */
export function faultsOf(
  issues: readonly Issue[],
  schema: unknown,
  data: unknown,
  whole: string,
): FieldFault[] {
  return issues.flatMap((issue) => faultsOfIssue(issue, schema, data, whole))
}
