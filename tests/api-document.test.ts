/** The OpenAPI document: well-formed, the same as the routes, and browsable without anything from outside. */
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { openApiDocument } from '../api/openapi.ts'
import { errorCatalogue } from '../model/errors.ts'
import { pages } from '../model/pages.ts'
import { documentedPath } from './api-answers.ts'
import { type ApiFixture, startApiFixture } from './api-fixture.ts'

const schema = z.record(z.string(), z.unknown())
const media = z.record(
  z.string().regex(/^[a-z]+\/[a-z+-]+$/),
  z.strictObject({ schema, example: z.unknown().optional() }),
)
const described = z.string().min(3)
/** What of OpenAPI 3.1 the document uses; anything else is a mistake. */
const operation = z.strictObject({
  operationId: z.string().regex(/^[a-z][A-Za-z]+$/),
  summary: described,
  description: described.optional(),
  tags: z.array(z.string()).length(1),
  parameters: z
    .array(
      z.strictObject({
        in: z.enum(['query', 'path']),
        name: z.string(),
        required: z.boolean(),
        description: described.optional(),
        example: z.unknown().optional(),
        schema,
      }),
    )
    .default([]),
  requestBody: z
    .strictObject({ required: z.literal(true), content: media, description: described.optional() })
    .optional(),
  responses: z.record(
    z.string().regex(/^[2345]\d\d$/),
    z.strictObject({ description: described, content: media.optional() }),
  ),
  security: z
    .tuple([z.strictObject({ apiKey: z.tuple([]) }), z.strictObject({ session: z.tuple([]) })])
    .optional(),
  'x-role': z.enum(['open', 'viewer', 'operator', 'admin']),
})
const document = z.strictObject({
  openapi: z.literal('3.1.0'),
  info: z.strictObject({
    title: described,
    version: z.string(),
    description: described,
    license: z.strictObject({ name: z.string() }),
  }),
  servers: z.tuple([z.strictObject({ url: z.string() })]),
  tags: z.array(z.strictObject({ name: z.string(), description: described })),
  components: z.strictObject({
    securitySchemes: z.strictObject({
      apiKey: z.strictObject({
        type: z.literal('http'),
        scheme: z.literal('bearer'),
        bearerFormat: z.string(),
        description: described,
      }),
      session: z.strictObject({
        type: z.literal('apiKey'),
        in: z.literal('cookie'),
        name: z.literal('lantern_session'),
        description: described,
      }),
    }),
    schemas: z.record(z.string().regex(/^[A-Z][A-Za-z]+$/), schema),
  }),
  paths: z.record(
    z.string().startsWith('/'),
    z.partialRecord(z.enum(['get', 'post', 'put', 'patch', 'delete']), operation),
  ),
})

let city: ApiFixture
let raw: object
let made: z.infer<typeof document>
beforeAll(async () => {
  city = await startApiFixture()
  raw = await openApiDocument()
  made = document.parse(raw)
})
afterAll(() => city.stop())

const operations = () =>
  Object.entries(made.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => ({
      path,
      method,
      name: `${method.toUpperCase()} ${path}`,
      ...one,
    })),
  )
/** Every value that a key has anywhere in a JSON document. */
function valuesOf(value: unknown, key: string): unknown[] {
  if (Array.isArray(value)) return value.flatMap((item) => valuesOf(item, key))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, child]) => [
    ...(name === key ? [child] : []),
    ...valuesOf(child, key),
  ])
}

describe('the document', () => {
  test('has every route, and no other', () => {
    const routes = city.routes
      .filter(({ method, hidden }) => method !== 'HEAD' && !hidden)
      .map(({ method, url }) => `${method} ${documentedPath(url)}`)
    expect(
      operations()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(routes.filter((name) => !name.includes('*')).sort())
    const hidden = city.routes.filter(({ hidden, url }) => hidden && !url.startsWith('/docs'))
    expect(new Set(hidden.map(({ url }) => url))).toEqual(
      new Set([...Object.values(pages), '/assets/:file', '/lantern.svg']),
    )
  })

  test('says of each route who may use it', () => {
    for (const { path, method, name, security, ...one } of operations()) {
      const route = city.routes.find(
        ({ url, method: of }) => of === method.toUpperCase() && documentedPath(url) === path,
      )
      expect(one['x-role'], name).toBe(route?.access)
      expect(security === undefined, name).toBe(route?.access === 'open')
      // Open to everyone, and yet signing in can fail.
      if (path === '/v1/session') continue
      const statuses = Object.keys(one.responses)
      expect(statuses.includes('401') && statuses.includes('403'), name).toBe(route?.access !== 'open')
    }
  })

  test('refers only to what it has, and has nothing that is never referred to', () => {
    const refs = new Set(
      valuesOf(made, '$ref').map((ref) => String(ref).replace('#/components/schemas/', '')),
    )
    expect([...refs].sort()).toEqual(Object.keys(made.components.schemas).sort())
  })

  test('names every operation once, under a tag that exists', () => {
    const ids = operations().map(({ operationId }) => operationId)
    expect(new Set(ids).size).toBe(ids.length)
    expect(new Set(operations().flatMap(({ tags }) => tags))).toEqual(
      new Set(made.tags.map(({ name }) => name)),
    )
  })

  test('has a parameter for every part of a path', () => {
    for (const { name, path, parameters } of operations()) {
      const inPath = parameters
        .filter((parameter) => parameter.in === 'path')
        .map((parameter) => parameter.name)
      expect(inPath, name).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, part]) => part))
    }
  })

  test('says of every error its codes, in the form of a problem', () => {
    for (const { name, responses } of operations())
      for (const [status, { description, content }] of Object.entries(responses)) {
        if (Number(status) < 400 || content?.['application/json']) continue
        const codes = [...description.matchAll(/`([a-z-]+)`: /g)].map(([, code]) => code)
        const known = Object.entries(errorCatalogue).filter(([, of]) => of.status === Number(status))
        expect(
          known.map(([code]) => code),
          `${name} ${status}`,
        ).toEqual(expect.arrayContaining(codes))
        expect(codes.length, `${name} ${status}`).toBeGreaterThan(0)
        expect(content).toEqual({
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
        })
      }
  })

  test('has only schemas that zod can read back, and examples that fit them', () => {
    const $defs = JSON.parse(
      JSON.stringify(made.components.schemas).replaceAll('#/components/schemas/', '#/$defs/'),
    )
    for (const [name, one] of Object.entries($defs)) {
      const read = z.fromJSONSchema({ ...z.record(z.string(), z.unknown()).parse(one), $defs })
      expect(read.safeParse(Symbol(name)).success, name).toBe(false)
    }
    for (const { parameters, name } of operations())
      for (const { schema, example } of parameters)
        if (example !== undefined)
          expect(z.fromJSONSchema(schema).safeParse(example).success, `${name} ${example}`).toBe(true)
  })

  test('is served, and kept in docs/openapi.json (`npm run docs` writes it)', async () => {
    expect((await city.ask('GET', '/openapi.json')).json()).toEqual(raw)
    const kept = await readFile(new URL('../docs/openapi.json', import.meta.url), 'utf8')
    expect(JSON.parse(kept)).toEqual(raw)
  })
})

describe('/docs', () => {
  test('loads nothing from outside, and the browser would not let it', async () => {
    const page = await city.ask('GET', '/docs')
    const addresses = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address = '']) => address)
    expect(addresses.length).toBeGreaterThan(4)
    for (const address of addresses) {
      expect(address).toMatch(/^\/docs\/static\//)
      expect((await city.ask('GET', address)).statusCode, address).toBe(200)
    }
    const policy = String(page.headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("connect-src 'self'")
    expect(policy).not.toMatch(/https?:|\*/)
    const start = await city.ask('GET', '/docs/static/swagger-initializer.js')
    expect(start.body).toContain('validatorUrl: null')
    expect((await city.ask('GET', '/docs/json')).json()).toEqual(raw)
  })
})
