/**
 * A stand-in for Grafana's HTTP API, for the tests of `npm run grafana -- provision`: the same paths, states, versions and
 * errors as far as provisioning meets them. Built from the pages below https://grafana.com/docs/grafana/latest/developers/http_api/
 * that each route names, and from the errors of Grafana's own pkg/api, pkg/services/dashboards and pkg/services/ngalert.
 */
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import { z } from 'zod'
import { alertingRoutes } from './grafana-provision-alerting.ts'
import { dashboardRoutes } from './grafana-provision-dashboards.ts'

export type Json = Record<string, unknown>

/** What a Grafana keeps. Tests look into it and change it, as people and other tools do. */
export interface GrafanaState {
  version: string | undefined
  /** Of the health check: `ok`, or why not. */
  database: string
  /** What the InfluxDB behind the data source says; starts with OK when it is well. */
  influx: (secrets: Json) => { status: string; message: string }
  readonly folders: Map<string, { uid: string; title: string; version: number }>
  readonly dataSources: Map<string, Json>
  /** The secrets of the data sources, which no answer shows. */
  readonly secrets: Map<string, Json>
  readonly dashboards: Map<string, StoredDashboard>
  readonly contactPoints: Map<string, Json>
  readonly rules: Map<string, Json>
  /** What Grafana adds to a dashboard when it saves one, as newer versions do. */
  migrate: (dashboard: Json) => Json
}

export interface StoredDashboard {
  dashboard: Json
  folderUid: string
  provisioned: boolean
  versions: { version: number; message: string; createdBy: string; created: string }[]
}

/** What to do in place of answering: a whole answer, or never an answer, or an end of the connection. */
export type Spoiled = { status: number; body: unknown; headers?: Record<string, string> } | 'hang' | 'drop'

export interface GrafanaStub {
  readonly url: string
  readonly state: GrafanaState
  /** Every request so far, as `GET /api/folders/x`. */
  readonly requests: string[]
  /** Those that would change something. */
  writes(): string[]
  /** Of the requests so far, whether each came with a sign-in. */
  readonly signedIn: Map<string, boolean>
  /** Spoils requests; undefined: answers as Grafana does. */
  spoil(how: ((request: string) => Spoiled | undefined) | undefined): void
  stop(): Promise<void>
}

export const adminToken = 'glsa_stub0administrator0token_1234abcd'
export const viewerToken = 'glsa_stub0viewer0token_5678efab'
export const admin = { user: 'admin', password: 'stub-Passw0rd' }

export function emptyState(): GrafanaState {
  return {
    version: '13.1.4',
    database: 'ok',
    influx: () => ({ status: 'OK', message: 'datasource is working. 9 measurements found' }),
    folders: new Map(),
    dataSources: new Map(),
    secrets: new Map(),
    dashboards: new Map(),
    contactPoints: new Map(),
    rules: new Map(),
    migrate: (dashboard) => dashboard,
  }
}

/** `state`: of a Grafana that ran before, which is started again. */
export async function startGrafanaStub(
  options: { port?: number; state?: GrafanaState } = {},
): Promise<GrafanaStub> {
  const { port = 0, state = emptyState() } = options
  const requests: string[] = []
  const signedIn = new Map<string, boolean>()
  let spoiler: ((request: string) => Spoiled | undefined) | undefined
  const app = Fastify({ forceCloseConnections: true })

  app.addHook('onRequest', async (request, reply) => {
    const name = `${request.method} ${request.url}`
    requests.push(name)
    signedIn.set(name, request.headers.authorization !== undefined)
    const spoiled = spoiler?.(name)
    if (spoiled === 'hang' || spoiled === 'drop') {
      reply.hijack()
      if (spoiled === 'drop') request.raw.socket.destroy()
    } else if (spoiled)
      await reply
        .code(spoiled.status)
        .headers(spoiled.headers ?? {})
        .send(spoiled.body)
    else await authorize(request, reply)
  })

  // https://grafana.com/docs/grafana/latest/developers/http_api/other/#health-api
  app.get('/api/health', (_, reply) => {
    const { database, version } = state
    void reply.code(database === 'ok' ? 200 : 503).send({ commit: '0123456', database, version })
  })
  dashboardRoutes(app, state)
  alertingRoutes(app, state)
  app.setNotFoundHandler((_, reply) => reply.code(404).send({ message: 'Not found' }))

  await app.listen({ port, host: '127.0.0.1' })
  const address = z.object({ port: z.number() }).parse(app.server.address())
  return {
    url: `http://127.0.0.1:${address.port}`,
    state,
    requests,
    signedIn,
    writes: () => requests.filter((request) => !request.startsWith('GET ')),
    spoil(how) {
      spoiler = how
    },
    stop: () => app.close(),
  }
}

/** https://grafana.com/docs/grafana/latest/developers/http_api/authentication/, and who may what. */
async function authorize(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (request.url === '/api/health') return
  const { authorization = '' } = request.headers
  const basic = `Basic ${Buffer.from(`${admin.user}:${admin.password}`).toString('base64')}`
  if (authorization === `Bearer ${adminToken}` || authorization === basic) return
  if (authorization === `Bearer ${viewerToken}`) {
    if (request.method === 'GET' && !request.url.includes('/provisioning/')) return
    await reply.code(403).send({
      accessErrorId: 'ACE0123456789',
      message:
        "You'll need additional permissions to perform this action. Permissions needed: folders:create",
      title: 'Access denied',
    })
    return
  }
  const [message, messageId] = authorization.startsWith('Basic ')
    ? ['Invalid username or password', 'password-auth.failed']
    : ['Invalid API key', 'api-key.invalid']
  await reply.code(401).send({ message, messageId, statusCode: 401, traceID: '' })
}
