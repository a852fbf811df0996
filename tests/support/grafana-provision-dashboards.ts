/**
 * The part of the Grafana stand-in that keeps folders, data sources and dashboards: used by grafana-provision-stub.ts. Each
 * route names the page of Grafana's documentation that it follows.
 */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { GrafanaState, Json, StoredDashboard } from './grafana-provision-stub.ts'

const byUid = z.object({ uid: z.string() })
const folderBody = z.object({ uid: z.string().max(40), title: z.string() })
const sourceBody = z.looseObject({
  uid: z.string(),
  name: z.string().min(1),
  type: z.string().min(1),
  access: z.enum(['proxy', 'direct']),
  url: z.url(),
  version: z.number().optional(),
  secureJsonData: z.record(z.string(), z.string()).default({}),
})
const saveBody = z.object({
  dashboard: z.looseObject({
    uid: z.string(),
    title: z.string().default(''),
    version: z.number().optional(),
  }),
  folderUid: z.string().default(''),
  message: z.string().max(500).default(''),
  overwrite: z.boolean().default(false),
})

export function dashboardRoutes(app: FastifyInstance, state: GrafanaState): void {
  folders(app, state)
  dataSources(app, state)
  dashboards(app, state)
}

/** https://grafana.com/docs/grafana/latest/developers/http_api/folder/ */
function folders(app: FastifyInstance, state: GrafanaState): void {
  app.get('/api/folders/:uid', (request, reply) => {
    const folder = state.folders.get(byUid.parse(request.params).uid)
    if (!folder) return reply.code(404).send({ message: 'folder not found', status: 'not-found' })
    return reply.send(folder)
  })
  app.post('/api/folders', (request, reply) => {
    const { uid, title } = folderBody.parse(request.body)
    if (title === '') return reply.code(400).send({ message: 'folder title cannot be empty' })
    if (state.folders.has(uid))
      return reply.code(409).send({ message: 'a folder/dashboard with the same uid already exists' })
    const folder = { uid, title, version: 1 }
    state.folders.set(uid, folder)
    return reply.send(folder)
  })
}

/** https://grafana.com/docs/grafana/latest/developers/http_api/data_source/ */
function dataSources(app: FastifyInstance, state: GrafanaState): void {
  const shown = (uid: string) => ({
    ...state.dataSources.get(uid),
    secureJsonFields: Object.fromEntries(Object.keys(state.secrets.get(uid) ?? {}).map((key) => [key, true])),
  })
  const keep = ({ secureJsonData, ...source }: z.output<typeof sourceBody>, version: number) => {
    const { uid } = source
    state.dataSources.set(uid, {
      ...{ id: 1, orgId: 1, basicAuth: false, isDefault: false, readOnly: false },
      ...{ ...source, version },
    })
    state.secrets.set(uid, { ...state.secrets.get(uid), ...secureJsonData })
    return { id: 1, name: source.name, datasource: shown(uid) }
  }

  app.get('/api/datasources/uid/:uid', (request, reply) => {
    const { uid } = byUid.parse(request.params)
    if (!state.dataSources.has(uid)) return reply.code(404).send({ message: 'Data source not found' })
    return reply.send(shown(uid))
  })
  app.post('/api/datasources', (request, reply) => {
    const body = sourceBody.safeParse(request.body)
    if (!body.success) return reply.code(400).send({ message: 'bad request data' })
    const { uid, name } = body.data
    if ([...state.dataSources.values()].some((source) => source.name === name))
      return reply.code(409).send({ message: 'data source with the same name already exists' })
    if (state.dataSources.has(uid))
      return reply.code(409).send({ message: 'data source with the same uid already exists' })
    return reply.send({ message: 'Datasource added', ...keep(body.data, 1) })
  })
  app.put('/api/datasources/uid/:uid', (request, reply) => {
    const present = state.dataSources.get(byUid.parse(request.params).uid)
    const body = sourceBody.safeParse(request.body)
    if (!present) return reply.code(404).send({ message: 'Data source not found' })
    if (!body.success) return reply.code(400).send({ message: 'bad request data' })
    if (present.readOnly) return reply.code(403).send({ message: 'Cannot update read-only data source' })
    const version = Number(present.version)
    if (body.data.version !== undefined && body.data.version < version)
      return reply.code(409).send({
        message: 'Datasource has already been updated by someone else. Please reload and try again',
      })
    return reply.send({ message: 'Datasource updated', ...keep(body.data, version + 1) })
  })
  app.get('/api/datasources/uid/:uid/health', (request, reply) => {
    const { uid } = byUid.parse(request.params)
    if (!state.dataSources.has(uid)) return reply.code(404).send({ message: 'Data source not found' })
    const result = state.influx(state.secrets.get(uid) ?? {})
    return reply.code(result.status === 'OK' ? 200 : 400).send(result)
  })
}

/**
 * https://grafana.com/docs/grafana/latest/developers/http_api/dashboard/ and
 * https://grafana.com/docs/grafana/latest/developers/http_api/dashboard_versions/
 */
function dashboards(app: FastifyInstance, state: GrafanaState): void {
  app.get('/api/dashboards/uid/:uid', (request, reply) => {
    const found = state.dashboards.get(byUid.parse(request.params).uid)
    if (!found) return reply.code(404).send({ message: 'Dashboard not found', status: 'not-found' })
    const { dashboard, folderUid, provisioned } = found
    return reply.send({ dashboard, meta: { folderUid, provisioned, isStarred: false } })
  })
  app.get('/api/dashboards/uid/:uid/versions', (request, reply) => {
    const found = state.dashboards.get(byUid.parse(request.params).uid)
    if (!found) return reply.code(404).send({ message: 'Dashboard not found', status: 'not-found' })
    return reply.send({ continueToken: '', versions: found.versions.toReversed() })
  })
  app.post('/api/dashboards/db', (request, reply) => {
    const body = saveBody.safeParse(request.body)
    if (!body.success) return reply.code(400).send({ message: 'bad request data' })
    const { dashboard, folderUid, message, overwrite } = body.data
    const present = state.dashboards.get(dashboard.uid)
    const refuse = (status: number, words: string, code?: string) =>
      reply.code(status).send({ message: words, ...(code && { status: code }) })
    if (dashboard.title === '') return refuse(400, 'Dashboard title cannot be empty', 'empty-name')
    if (dashboard.uid.length > 40) return refuse(400, 'uid too long, max 40 characters')
    if (folderUid !== '' && !state.folders.has(folderUid)) return refuse(400, 'folder not found', 'not-found')
    if (present?.provisioned) return refuse(400, 'Cannot save provisioned dashboard')
    if (present && !overwrite && dashboard.version !== present.dashboard.version)
      return refuse(412, 'The dashboard has been changed by someone else', 'version-mismatch')
    const version = saveDashboard(state, { dashboard, folderUid, message, by: 'sa-lantern' })
    return reply.send({ uid: dashboard.uid, status: 'success', version })
  })
}

/** A new version of a dashboard, as the API and as people make it. */
export function saveDashboard(
  state: GrafanaState,
  options: { dashboard: Json; folderUid: string; message: string; by: string },
): number {
  const { dashboard, folderUid, message, by } = options
  const uid = String(dashboard.uid)
  const versions: StoredDashboard['versions'] = state.dashboards.get(uid)?.versions ?? []
  const version = versions.length + 1
  versions.push({ version, message, createdBy: by, created: '2026-11-22T01:00:00Z' })
  const saved = { ...state.migrate(dashboard), id: 1, version }
  state.dashboards.set(uid, { dashboard: saved, folderUid, provisioned: false, versions })
  return version
}
