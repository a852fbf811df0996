/**
 * Holds every answer of the API against what its route declares: the zod schema of its status and media type,
 * with nothing beyond it, and the statuses that the OpenAPI document names. Used by api-fixture.ts.
 */
import { isDeepStrictEqual } from 'node:util'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { problem, problemType } from '../model/answers/problem.ts'

const declared = z.record(
  z.string(),
  z.object({ content: z.record(z.string(), z.object({ schema: z.instanceof(z.ZodType) })) }),
)
const documented = z.object({
  paths: z.record(
    z.string(),
    z.record(z.string(), z.object({ responses: z.record(z.string(), z.unknown()) })),
  ),
})

export interface DeclaredRoute {
  readonly method: string
  readonly url: string
  readonly access: string | undefined
  readonly hidden: boolean
}

/** Call it before the app is ready. `faults()` hands over what was wrong with the answers since the last call. */
export function watchAnswers(app: FastifyInstance): { routes: DeclaredRoute[]; faults(): string[] } {
  const routes: DeclaredRoute[] = []
  let faults: string[] = []

  app.addHook('onRoute', ({ url, method, schema, config }) => {
    const hidden = Boolean(schema && 'hide' in schema && schema.hide)
    for (const name of [method].flat()) routes.push({ method: name, url, access: config?.access, hidden })
  })

  app.addHook('onSend', async (request, reply, payload) => {
    const { url, schema, method } = request.routeOptions
    if (url === undefined || method === undefined || !schema || 'hide' in schema) return payload
    const [name] = [method].flat()
    const status = String(reply.statusCode)
    const at = `${name} ${request.url} ${status}`
    const operation =
      name === 'HEAD'
        ? undefined
        : documented.parse(app.swagger()).paths[documentedPath(url)]?.[(name ?? '').toLowerCase()]
    if (name !== 'HEAD' && !operation?.responses[status])
      faults.push(`${at}: the document does not name this status`)
    const [type = ''] = String(reply.getHeader('content-type')).split(';')
    if (typeof payload !== 'string' || !type.endsWith('json') || status === '304') return payload
    const answers = declared.parse(schema.response)
    const expected = type === problemType ? problem : answers[status]?.content[type]?.schema
    const answer: unknown = JSON.parse(payload)
    const parsed = expected?.safeParse(answer)
    if (!parsed?.success)
      faults.push(`${at}: ${parsed ? z.prettifyError(parsed.error) : `${type} is not declared`}`)
    else if (!isDeepStrictEqual(parsed.data, answer)) faults.push(`${at}: holds more than its schema`)
    return payload
  })

  return {
    routes,
    faults() {
      const found = faults
      faults = []
      return found
    },
  }
}

/** A route's address as the document writes it: `/v1/alerts/:id([^:]+)::clear` is `/v1/alerts/{id}:clear`. */
export function documentedPath(url: string): string {
  return url
    .split('::')
    .map((part) => part.replaceAll(/:(\w+)(\([^)]*\))?/g, '{$1}'))
    .join(':')
}
