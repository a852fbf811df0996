/**
 * The OpenAPI 3.1 document, made from the routes themselves: /openapi.json, and a page to browse it at
 * /docs that loads nothing from elsewhere. The errors and the role of each route come from its config.
 */
import swagger, { type SwaggerTransform } from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import { z } from 'zod'
import { problem, problemType } from '../../model/answers/problem.ts'
import { type ErrorCode, errorCatalogue } from '../../model/errors.ts'
import type { Access, App } from '../dependencies.ts'
import { sessionCookie } from '../session/cookie.ts'
import { json } from './answers.ts'
import { createJsonSchemas, type JsonSchemas } from './json-schema.ts'

const description = `The HTTP API of Lantern, a smart-city telemetry platform.

Coverage, areas, places and the files of open data are open. Everything else needs an API key
(\`Authorization: Bearer lk_…\`) or the session of somebody who signed in on the page, with one of the roles **viewer**
(reads), **operator** (also changes devices, sees to alerts and subscribes) and **admin** (also changes rules and manages keys).

Every list answers \`{items, next}\`; send \`next\` back as \`cursor\` to go on. Times are RFC 3339 in UTC. Every error is
RFC 9457 problem+json: decide by its \`code\`, which is stable, and by \`retryable\`.`

const openapi = '3.1.0'

const info = { title: 'Lantern', version: '1.0.0', description, license: { name: 'Apache-2.0' } }

const tags = [
  { name: 'Coverage', description: 'How many public places are watched over, installed and working' },
  { name: 'Areas', description: 'Provinces, districts, communes: of any depth' },
  { name: 'Places', description: 'The public places, and what proves that they are watched over' },
  { name: 'Open data', description: 'Whole files to download: CSV for spreadsheets, GeoJSON for maps' },
  { name: 'Devices', description: 'Cameras, traffic counters and street sensors' },
  { name: 'Telemetry', description: 'What the devices measured' },
  { name: 'Rejections', description: 'What arrived and could not be a reading' },
  { name: 'Alerts', description: 'What needs a person, and what was done about it' },
  { name: 'Rules', description: 'What is watched, and what is to be done then' },
  { name: 'Subscriptions', description: 'Who is told, and what became of each delivery' },
  { name: 'Audit', description: 'Who changed what' },
  { name: 'Keys', description: 'API keys' },
  { name: 'Session', description: 'How people sign in on the page' },
  { name: 'Operation', description: 'How Lantern itself is' },
]

/** What any route can answer with, by what it takes and who may use it. */
function errorsOf(access: Access, takes: { input: boolean; body: boolean }, own: readonly ErrorCode[]) {
  const codes = new Set<ErrorCode>(own)
  if (takes.input) codes.add('invalid-request')
  if (access !== 'open') codes.add('unauthenticated').add('forbidden')
  if (takes.body) codes.add('payload-too-large').add('unsupported-media-type')
  codes.add('internal')
  return [...codes].sort((a, b) => errorCatalogue[a].status - errorCatalogue[b].status)
}

function problemResponses(codes: readonly ErrorCode[], schema: object): Record<string, object> {
  const responses: Record<string, object> = {}
  for (const [status, group] of Map.groupBy(codes, (code) => errorCatalogue[code].status))
    responses[status] = {
      description: group.map((code) => `\`${code}\`: ${errorCatalogue[code].title}.`).join(' '),
      content: { [problemType]: { schema } },
    }
  return responses
}

/** An answer as the document shows it: one schema, or one for each media type. */
function answer(schemas: JsonSchemas, response: unknown): object {
  const described = z
    .object({
      description: z.string(),
      content: z.record(z.string(), z.object({ schema: z.instanceof(z.ZodType) })).optional(),
    })
    .parse(response)
  const content = Object.entries(described.content ?? {}).map(([type, media]) => [
    type,
    { schema: schemas.of(media.schema, 'output') },
  ])
  return content.length === 0
    ? { description: described.description, type: 'null' }
    : { description: described.description, content: Object.fromEntries(content) }
}

function transformWith(schemas: JsonSchemas): SwaggerTransform {
  const problemSchema = schemas.of(problem, 'output')
  return ({ schema, url, route }) => {
    if (!schema || schema.hide) return { schema: { hide: true }, url }
    const { querystring, params, body, response, ...rest } = schema
    const input = Object.entries({ querystring, params, body }).flatMap(([part, given]) =>
      given instanceof z.ZodType ? [[part, schemas.of(given, 'input')]] : [],
    )
    const { access = 'open', errors = [], publicForSeconds } = route.config ?? {}
    const answers = Object.entries(response ?? {}).map(([status, given]) => [status, answer(schemas, given)])
    if (publicForSeconds !== undefined)
      answers.push(['304', { description: 'It is as If-None-Match says', type: 'null' }])
    const codes = errorsOf(access, { input: input.length > 0, body: body !== undefined }, errors)
    return {
      url,
      schema: {
        ...rest,
        ...Object.fromEntries(input),
        response: { ...problemResponses(codes, problemSchema), ...Object.fromEntries(answers) },
        ...(access === 'open'
          ? {}
          : {
              security: [{ apiKey: [] }, { session: [] }],
              description: `${rest.description ?? ''}\n\nRole: **${access}**.`.trim(),
            }),
        'x-role': access,
      },
    }
  }
}

/** Call it before the routes are registered. `app.swagger()` gives the document once the app is ready. */
export function installDocuments(app: App): void {
  const schemas = createJsonSchemas()
  app.register(swagger, {
    convertConstToEnum: false,
    openapi: {
      openapi,
      info,
      servers: [{ url: '/' }],
      tags,
      components: {
        securitySchemes: {
          apiKey: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'lk_<id>_<secret>',
            description: 'An API key',
          },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: sessionCookie,
            description:
              'The session of a person; what changes something must then come from the page of Lantern itself (Origin)',
          },
        },
      },
    },
    transform: transformWith(schemas),
    transformObject: (document) => {
      if (!('openapiObject' in document)) return document.swaggerObject
      document.openapiObject.components = Object.assign({}, document.openapiObject.components, {
        schemas: schemas.components(),
      })
      return document.openapiObject
    },
  })
  app.register(swaggerUi, {
    routePrefix: '/docs',
    theme: { title: 'Lantern API' },
    validatorUrl: false,
    uiConfig: { docExpansion: 'list', persistAuthorization: false },
    staticCSP: {
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': ["'self'", "'unsafe-inline'"],
      'img-src': ["'self'", 'data:'],
      'connect-src': "'self'",
      'base-uri': "'none'",
      'frame-ancestors': "'none'",
    },
  })
}

export function documentRoutes(app: App): void {
  app.get(
    '/openapi.json',
    {
      schema: {
        operationId: 'getOpenApi',
        summary: 'This document',
        tags: ['Operation'],
        response: { 200: json('OpenAPI 3.1', z.looseObject({ openapi: z.string() })) },
      },
      config: { access: 'open' },
    },
    async () => ({ ...app.swagger(), openapi }),
  )
}
