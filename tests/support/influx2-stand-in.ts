/**
 * A stand-in for InfluxDB 2.x where there is none: the part of its API that Lantern uses, in front of a real 1.x that
 * stores and answers. Paths, statuses and error bodies follow influxdata/openapi (contracts/oss.yml: /ping, /orgs,
 * /buckets, /dbrps, /write, /delete; contracts/legacy.yml: /query), the words were compared with a real 2.7.12. What it proves is
 * our side of the protocol; that 2.x itself stores what it takes, it cannot prove.
 */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import { z } from 'zod'

interface Bucket {
  readonly id: string
  readonly orgID: string
  readonly name: string
  readonly retentionRules: readonly unknown[]
}

interface Mapping {
  readonly id: string
  readonly database: string
  readonly retention_policy: string
  readonly default: boolean
  readonly virtual: boolean
  readonly orgID: string
  readonly bucketID: string
}

const newId = () => randomBytes(8).toString('hex')
const texts = z.record(z.string(), z.string())
const newBucket = z.object({ orgID: z.string(), name: z.string(), retentionRules: z.array(z.unknown()) })
const newMapping = z.object({
  orgID: z.string(),
  bucketID: z.string(),
  database: z.string(),
  retention_policy: z.string(),
  default: z.boolean(),
})
const deletion = z.object({
  start: z.iso.datetime(),
  stop: z.iso.datetime(),
  predicate: z.string().regex(/^_measurement="[^"]*"$/),
})

const statusOf = {
  ...{ invalid: 400, unauthorized: 401, 'not found': 404 },
  ...{ conflict: 422, 'unprocessable entity': 422, 'internal error': 500 },
} as const

function refuse(reply: FastifyReply, code: keyof typeof statusOf, message: string): FastifyReply {
  return reply.code(statusOf[code]).header('x-platform-error-code', code).send({ code, message })
}

/** `url`: of the 1.x behind it, in which each bucket is a database. Not listening yet. */
export function createInflux2StandIn(options: { url: string; org: string; token: string }): FastifyInstance {
  const { url, org, token } = options
  const orgID = newId()
  const buckets = new Map<string, Bucket>()
  const mappings = new Map<string, Mapping>()
  const app = Fastify({ bodyLimit: 100 << 20, forceCloseConnections: true })
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.removeContentTypeParser('text/plain')
  const { hostname, port } = new URL(url)

  /** A request to the 1.x, over a connection of its own: it may close one that was kept just as it is used again. */
  async function behind(
    path: string,
    body: string | URLSearchParams,
  ): Promise<{ status: number; body: Buffer }> {
    const type = typeof body === 'string' ? 'text/plain' : 'application/x-www-form-urlencoded'
    const headers = { 'content-type': type, connection: 'close' }
    const asked = request({ hostname, port, path, method: 'POST', headers, agent: false })
    asked.end(String(body))
    const [response] = await once(asked, 'response', { signal: AbortSignal.timeout(60_000) })
    return { status: response.statusCode, body: await buffer(response) }
  }

  const wordsOf = (body: Buffer) => z.object({ error: z.string() }).parse(JSON.parse(body.toString())).error
  const statement = (q: string, db: string) => behind('/query', new URLSearchParams({ q, db }))
  const named = (name: string | undefined) => [...buckets.values()].find((one) => one.name === name)
  const toText = (body: unknown, encoding?: string) => {
    if (!(body instanceof Uint8Array)) return ''
    return (encoding === 'gzip' ? gunzipSync(body) : Buffer.from(body)).toString()
  }

  /** Those that were made, and those that 2.x makes by itself for a bucket `db/rp`, or `db` with the policy autogen. */
  function allMappings(): Mapping[] {
    const own = [...mappings.values()]
    const virtual = Array.from(buckets.values(), ({ id, name }): Mapping => {
      const [database = '', policy] = name.split('/')
      const isDefault = policy === undefined && !own.some((one) => one.database === database && one.default)
      const retention_policy = policy ?? 'autogen'
      return { id, database, retention_policy, default: isDefault, virtual: true, orgID, bucketID: id }
    })
    return [...own, ...virtual]
  }

  app.addHook('onRequest', async (asked, reply) => {
    reply.header('x-influxdb-version', 'v2.7.12').header('x-influxdb-build', 'OSS')
    if (asked.url !== '/ping' && asked.headers.authorization !== `Token ${token}`)
      return refuse(reply, 'unauthorized', 'unauthorized access')
  })
  app.get('/ping', (_request, reply) => reply.code(204).send())

  app.get('/api/v2/orgs', (asked, reply) =>
    texts.parse(asked.query).org === org
      ? { orgs: [{ id: orgID, name: org }] }
      : refuse(reply, 'not found', `organization name "${texts.parse(asked.query).org}" not found`),
  )

  app.get('/api/v2/buckets', (asked, reply) => {
    const { name } = texts.parse(asked.query)
    const bucket = named(name)
    return bucket ? { buckets: [bucket] } : refuse(reply, 'not found', `bucket "${name}" not found`)
  })
  app.post('/api/v2/buckets', async (asked, reply) => {
    const bucket = { id: newId(), ...newBucket.parse(asked.body) }
    if (named(bucket.name)) return refuse(reply, 'conflict', `bucket with name ${bucket.name} already exists`)
    await statement(`CREATE DATABASE "${bucket.id}"`, '')
    buckets.set(bucket.id, bucket)
    return reply.code(201).send(bucket)
  })
  app.delete('/api/v2/buckets/:id', async (asked, reply) => {
    const { id = '' } = texts.parse(asked.params)
    await statement(`DROP DATABASE "${id}"`, '')
    buckets.delete(id)
    for (const mapping of mappings.values()) if (mapping.bucketID === id) mappings.delete(mapping.id)
    return reply.code(204).send()
  })

  app.get('/api/v2/dbrps', (asked) => {
    const { db, rp } = texts.parse(asked.query)
    const content = allMappings().filter(
      (one) => (db ?? one.database) === one.database && (rp ?? one.retention_policy) === one.retention_policy,
    )
    return { content }
  })
  app.post('/api/v2/dbrps', (asked, reply) => {
    const mapping = { id: newId(), virtual: false, ...newMapping.parse(asked.body) }
    const { database, retention_policy } = mapping
    const isThere = [...mappings.values()].some(
      (one) => one.database === database && one.retention_policy === retention_policy,
    )
    if (isThere) return refuse(reply, 'conflict', 'another DBRP mapping with same orgID, db, and rp exists')
    mappings.set(mapping.id, mapping)
    return reply.code(201).send(mapping)
  })

  app.post('/api/v2/write', async (asked, reply) => {
    const { bucket: name, precision = 'ns', org: of } = texts.parse(asked.query)
    if (of !== org) return refuse(reply, 'not found', `organization name "${of}" not found`)
    const bucket = named(name)
    if (!bucket) return refuse(reply, 'not found', `bucket "${name}" not found`)
    const path = `/write?${new URLSearchParams({ db: bucket.id, precision })}`
    const lines = toText(asked.body, asked.headers['content-encoding'])
    const response = await behind(path, lines)
    if (response.status === 204) return reply.code(204).send()
    const error = wordsOf(response.body)
    if (error.startsWith('partial write: field type conflict'))
      return refuse(reply, 'unprocessable entity', `failure writing points to database: ${error}`)
    return response.status === 400
      ? refuse(reply, 'invalid', error)
      : refuse(reply, 'internal error', `unexpected error writing points to database: ${error}`)
  })

  app.post('/query', async (asked, reply) => {
    const form = new URLSearchParams(toText(asked.body))
    const q = form.get('q') ?? ''
    const wrong = (error: string) => reply.send({ results: [{ statement_id: 0, error }] })
    const [unknown] = /^(?:CREATE|DROP) \w+|^SHOW (?:STATS|USERS|SHARDS)/.exec(q) ?? []
    if (unknown) return wrong(`not implemented: ${unknown}`)
    let missing = ''
    const rewritten = q.replaceAll(/"([^"]+)"\."([^"]+)"\./g, (_whole, database: string, policy: string) => {
      const ofDatabase = allMappings().filter((one) => one.database === database)
      const found = ofDatabase.find((one) => one.retention_policy === policy)
      if (!found)
        missing =
          ofDatabase.length === 0
            ? `database not found: ${database}`
            : `retention policy not found: ${policy}`
      return `"${found?.bucketID}"."autogen".`
    })
    if (missing) return wrong(missing)
    form.set('q', rewritten)
    const response = await behind('/query', form)
    if (response.status !== 400) return reply.send(response.body)
    const error = wordsOf(response.body)
    return refuse(reply, 'invalid', error.replace('error parsing query', 'failed to parse query'))
  })

  app.post('/api/v2/delete', async (asked, reply) => {
    const { bucket: name } = texts.parse(asked.query)
    const bucket = named(name)
    if (!bucket) return refuse(reply, 'not found', `bucket "${name}" not found`)
    const { start, stop, predicate } = deletion.parse(asked.body)
    const [, measurement] = predicate.split('=')
    // Both ends are included, as on 2.x.
    await statement(`DELETE FROM ${measurement} WHERE time >= '${start}' AND time <= '${stop}'`, bucket.id)
    return reply.code(204).send()
  })
  return app
}
