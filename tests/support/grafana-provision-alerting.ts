/**
 * The part of the Grafana stand-in that keeps contact points and alert rules: used by grafana-provision-stub.ts. Follows
 * https://grafana.com/docs/grafana/latest/developers/http_api/alerting_provisioning/, with the provenance that makes
 * Grafana refuse changes from elsewhere.
 */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import type { GrafanaState, Json } from './grafana-provision-stub.ts'

const byUid = z.object({ uid: z.string() })
const contactBody = z.looseObject({
  uid: z.string(),
  name: z.string().min(1),
  type: z.enum(['webhook', 'email']),
  settings: z.record(z.string(), z.unknown()),
})
/** As pkg/services/ngalert validates it. */
const ruleBody = z.looseObject({
  uid: z.string().min(1).max(40),
  title: z.string().min(1).max(190),
  folderUID: z.string().min(1),
  ruleGroup: z.string().min(1).max(190),
  condition: z.string().min(1),
  data: z
    .array(
      z.looseObject({
        refId: z.string().min(1),
        datasourceUid: z.string().min(1),
        relativeTimeRange: z.object({ from: z.number().positive(), to: z.number().min(0) }),
        model: z.record(z.string(), z.unknown()),
      }),
    )
    .min(1),
  noDataState: z.enum(['NoData', 'Alerting', 'OK', 'KeepLast']),
  execErrState: z.enum(['Error', 'Alerting', 'OK', 'KeepLast']),
  for: z.string().regex(/^(\d+(y|w|d|h|m|s|ms))+$/),
  annotations: z.record(z.string(), z.string()).optional(),
  labels: z.record(z.string(), z.string()).optional(),
  isPaused: z.boolean().default(false),
  notification_settings: z.looseObject({ receiver: z.string().min(1) }).optional(),
})

export function alertingRoutes(app: FastifyInstance, state: GrafanaState): void {
  contactPoints(app, state)
  alertRules(app, state)
}

function contactPoints(app: FastifyInstance, state: GrafanaState): void {
  const path = '/api/v1/provisioning/contact-points'
  app.get(path, (request, reply) => {
    const { name } = z.object({ name: z.string().optional() }).parse(request.query)
    const found = [...state.contactPoints.values()]
    return reply.send(found.filter((point) => name === undefined || point.name === name))
  })
  const invalid = (body: z.output<typeof contactBody>) =>
    body.settings[body.type === 'webhook' ? 'url' : 'addresses']
      ? undefined
      : 'required field is not specified'
  app.post(path, (request, reply) => {
    const body = contactBody.safeParse(request.body)
    const why = body.success ? invalid(body.data) : 'invalid body'
    if (!body.success || why) return reply.code(400).send({ message: `invalid object specification: ${why}` })
    state.contactPoints.set(body.data.uid, { ...body.data, provenance: 'api' })
    return reply.code(202).send(state.contactPoints.get(body.data.uid))
  })
  app.put(`${path}/:uid`, (request, reply) => {
    const { uid } = byUid.parse(request.params)
    const body = contactBody.safeParse(request.body)
    const present = state.contactPoints.get(uid)
    const why = body.success ? invalid(body.data) : 'invalid body'
    if (!body.success || why) return reply.code(400).send({ message: `invalid object specification: ${why}` })
    if (!present) return reply.code(404).send({ message: 'not found' })
    if (refusesProvenance(reply, present)) return reply
    state.contactPoints.set(uid, { ...body.data, uid, provenance: 'api' })
    return reply.code(202).send({ message: 'contactpoint updated' })
  })
}

function alertRules(app: FastifyInstance, state: GrafanaState): void {
  const path = '/api/v1/provisioning/alert-rules'
  const fault = (rule: z.output<typeof ruleBody>): [number, string] | undefined => {
    if (!rule.data.some(({ refId }) => refId === rule.condition))
      return [400, `invalid alert rule: condition ${rule.condition} does not exist`]
    if (!state.folders.has(rule.folderUID)) return [404, 'folder not found']
    const receiver = rule.notification_settings?.receiver
    if (receiver !== undefined && ![...state.contactPoints.values()].some(({ name }) => name === receiver))
      return [400, `invalid alert rule: receiver '${receiver}' does not exist`]
    return undefined
  }
  const keep = (uid: string, rule: z.output<typeof ruleBody>) => {
    // Grafana adds what it counts; people see it in every answer.
    const stored = { ...rule, uid, id: 1, orgID: 1, updated: '2026-11-22T01:00:00Z', provenance: 'api' }
    state.rules.set(uid, stored)
    return stored
  }
  app.get(`${path}/:uid`, (request, reply) => {
    const rule = state.rules.get(byUid.parse(request.params).uid)
    return rule ? reply.send(rule) : reply.code(404).send()
  })
  app.post(path, (request, reply) => {
    const body = ruleBody.safeParse(request.body)
    if (!body.success) return reply.code(400).send({ message: 'invalid alert rule' })
    const wrong = fault(body.data)
    if (wrong) return reply.code(wrong[0]).send({ message: wrong[1] })
    if (state.rules.has(body.data.uid))
      return reply.code(409).send({ message: 'rule UID under the same organisation should be unique' })
    return reply.code(201).send(keep(body.data.uid, body.data))
  })
  app.put(`${path}/:uid`, (request, reply) => {
    const { uid } = byUid.parse(request.params)
    const present = state.rules.get(uid)
    const body = ruleBody.safeParse(request.body)
    if (!present) return reply.code(404).send()
    if (!body.success) return reply.code(400).send({ message: 'invalid alert rule' })
    const wrong = fault(body.data)
    if (wrong) return reply.code(wrong[0]).send({ message: wrong[1] })
    if (refusesProvenance(reply, present)) return reply
    return reply.send(keep(uid, body.data))
  })
}

/** What files or another tool have made, the API may not change. */
function refusesProvenance(reply: FastifyReply, present: Json): boolean {
  const { provenance } = present
  if (provenance === 'api' || !provenance) return false
  void reply.code(409).send({ message: `cannot change provenance from '${String(provenance)}' to 'api'` })
  return true
}
