/**
 * JSON Schema (2020-12, the dialect of OpenAPI 3.1) from the zod schemas of the routes. Schemas with an
 * `id` become components that the document refers to by name.
 */
import { z } from 'zod'

type JsonSchema = Record<string, unknown>

const prefix = '#/components/schemas/'

/**
 * Leaves out the bounds of every integer and the pattern behind a standard format; puts back the examples of
 * what is transformed, which zod leaves out because they could be of the result. Ours are of what is sent.
 */
function tidy(context: { zodSchema: z.core.$ZodType; jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  const { zodSchema, jsonSchema } = context
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
  if (jsonSchema.format?.startsWith('date')) delete jsonSchema.pattern
  const examples = z.globalRegistry.get(zodSchema)?.examples
  if (Array.isArray(examples)) jsonSchema.examples ??= examples
}

function withComponentRefs(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withComponentRefs)
  if (!(value instanceof Object)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) =>
      key === '$ref' && typeof child === 'string'
        ? [key, child.replace('#/$defs/', prefix)]
        : [key, withComponentRefs(child)],
    ),
  )
}

export interface JsonSchemas {
  /** The JSON Schema of what is sent (`input`) or answered (`output`). */
  of(schema: z.ZodType, io: 'input' | 'output'): JsonSchema
  /** Every named schema that was met so far. */
  components(): Record<string, JsonSchema>
}

export function createJsonSchemas(): JsonSchemas {
  const components = new Map<string, JsonSchema>()

  const keep = (name: string, schema: JsonSchema) => {
    const present = components.get(name)
    if (present && JSON.stringify(present) !== JSON.stringify(schema))
      throw new Error(
        `two different schemas are named ${name}: what is sent and what is answered need two names`,
      )
    components.set(name, schema)
  }

  return {
    of(schema, io) {
      const {
        $schema,
        $defs = {},
        ...rest
      } = z.toJSONSchema(schema, { io, unrepresentable: 'any', override: tidy })
      for (const [name, definition] of Object.entries($defs))
        keep(name, asObject(withComponentRefs(definition)))
      return asObject(withComponentRefs(rest))
    },
    components: () => Object.fromEntries([...components].sort(([a], [b]) => (a < b ? -1 : 1))),
  }
}

function asObject(value: unknown): JsonSchema {
  if (!(value instanceof Object)) throw new Error('a schema of an object was expected')
  return { ...value }
}
