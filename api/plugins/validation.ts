/**
 * How Fastify checks requests and writes answers: requests by their zod schema, with every fault named;
 * answers as they are. That an answer is of its schema is held by the compiler (the type provider) and by the
 * tests; checking each again on the way out would cost milliseconds for nothing.
 */
import type { FastifySchemaCompiler, FastifySerializerCompiler } from 'fastify'
import { z } from 'zod'
import { type FieldFault, LanternError } from '../../model/errors.ts'
import type { App } from '../dependencies.ts'
import { faultsOf } from './faults.ts'

const partNames: Readonly<Record<string, string>> = {
  querystring: 'query',
  params: 'path',
}

/** `invalid-request` that says in its detail what the first faults are. */
export function invalidRequest(faults: readonly FieldFault[]): LanternError {
  const first = faults.slice(0, 3).map(({ field, message }) => `${field}: ${message}`)
  const more = faults.length > first.length ? [`and ${faults.length - first.length} more`] : []
  return new LanternError('invalid-request', [...first, ...more].join('; '), { faults })
}

const validatorCompiler: FastifySchemaCompiler<z.ZodType> =
  ({ schema, httpPart = 'body' }) =>
  (data) => {
    const parsed = schema.safeParse(data)
    if (parsed.success) return { value: parsed.data }
    const part = partNames[httpPart] ?? httpPart
    return { error: invalidRequest(faultsOf(parsed.error.issues, schema, data, part)) }
  }

const serializerCompiler: FastifySerializerCompiler<unknown> = () => (data) => JSON.stringify(data)

export function installValidation(app: App): void {
  // A route that takes no query says so to whoever sends one.
  app.addHook('onRoute', (route) => {
    if (route.url.startsWith('/v1')) route.schema = { querystring: z.strictObject({}), ...route.schema }
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  // JSON is the only body that is understood; Fastify would take plain text as well.
  app.removeContentTypeParser('text/plain')
}
