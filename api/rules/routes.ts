/** Rules: what is watched. Everyone with a key may read them; an administrator changes them, and may try one first. */
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { severity } from '../../model/alert.ts'
import { listOf } from '../../model/answers/lists.ts'
import { LanternError } from '../../model/errors.ts'
import { identifier } from '../../model/identifier.ts'
import { type Rule, rule } from '../../model/rule.ts'
import { day, formatTime, hour, timestamp } from '../../model/time.ts'
import type { StoredRule } from '../../stores/registry/alerts-port.ts'
import type { ApiDependencies, App } from '../dependencies.ts'
import { cursorsOf } from '../lists/cursor.ts'
import { listQuery, pageOf } from '../lists/list.ts'
import { json } from '../plugins/answers.ts'
import { queryMoment } from '../telemetry/moment.ts'

const shownRule = rule.safeExtend({ changedAt: timestamp, changedBy: z.string() }).meta({ id: 'StoredRule' })
const rulePath = z.object({ id: identifier })
const longestTrial = 31 * day

const trial = z
  .strictObject({
    rule,
    from: queryMoment.optional().meta({ description: 'RFC 3339; unset: a day before `to`' }),
    to: queryMoment.optional().meta({ description: 'RFC 3339, exclusive; unset: now' }),
  })
  .meta({ id: 'RuleTrial' })

const trialResult = z
  .object({
    from: timestamp,
    to: timestamp,
    readings: z.number().int().meta({ description: 'How many readings were replayed' }),
    complete: z.boolean().meta({ description: 'false: there were more readings than one trial replays' }),
    raised: z.array(
      z.object({
        subject: z.object({ type: z.enum(['device', 'area']), id: z.string() }),
        severity,
        title: z.string(),
        since: timestamp,
        openedAt: timestamp,
        clearedAt: timestamp.nullable(),
      }),
    ),
  })
  .meta({ id: 'RuleTrialResult' })

/** What a rule would have raised over stored readings; made by the root, since the engine is not the API's. */
export type TryRule = (request: { rule: Rule; from: number; to: number; signal: AbortSignal }) => Promise<{
  readings: number
  complete: boolean
  raised: readonly {
    subjectType: 'device' | 'area'
    subject: string
    severity: Rule['severity']
    title: string
    since: number
    openedAt: number
    clearedAt: number | null
  }[]
}>

const shown = ({ rule: body, changedAt, changedBy }: StoredRule) => ({
  ...body,
  changedAt: formatTime(changedAt),
  changedBy,
})

export function ruleRoutes(app: App, api: ApiDependencies): void {
  const cursors = cursorsOf('rules', z.string())

  async function find(id: string): Promise<StoredRule> {
    const found = (await api.registry.rules()).find((one) => one.rule.id === id)
    if (!found) throw new LanternError('not-found', `There is no rule ${id}.`)
    return found
  }

  async function put(body: Rule, by: string, isNew: boolean): Promise<StoredRule> {
    checkReferences(api, body)
    const now = api.clock()
    const stored = await api.registry.putRule(body, { by, now, isNew })
    const what = isNew ? 'rule.made' : 'rule.changed'
    await api.registry.audit({ at: now, by, what, target: body.id, detail: JSON.stringify(body) })
    return stored
  }

  app.get(
    '/v1/rules',
    {
      schema: {
        operationId: 'listRules',
        summary: 'What is watched',
        tags: ['Rules'],
        querystring: listQuery({}),
        response: { 200: json('Rules by id', listOf(shownRule, 'RuleList')) },
      },
      config: { access: 'viewer', errors: ['invalid-cursor', 'store-unavailable'] },
    },
    async ({ query: { limit, cursor } }) => {
      const rules = (await api.registry.rules()).sort((a, b) => (a.rule.id < b.rule.id ? -1 : 1))
      const page = pageOf({ items: rules, keyOf: (one) => one.rule.id, cursors, cursor, limit })
      return { items: page.items.map(shown), next: page.next }
    },
  )

  app.get(
    '/v1/rules/:id',
    {
      schema: {
        operationId: 'getRule',
        summary: 'One rule',
        tags: ['Rules'],
        params: rulePath,
        response: { 200: json('The rule', shownRule) },
      },
      config: { access: 'viewer', errors: ['not-found', 'store-unavailable'] },
    },
    async ({ params: { id } }) => shown(await find(id)),
  )

  app.post(
    '/v1/rules',
    {
      schema: {
        operationId: 'createRule',
        summary: 'Watch something new',
        tags: ['Rules'],
        body: rule,
        response: { 201: json('The rule', shownRule) },
      },
      config: { access: 'admin', errors: ['conflict', 'store-unavailable'] },
    },
    async (request, reply) => {
      const stored = await put(request.body, request.caller?.key ?? '', true)
      return reply.code(201).send(shown(stored))
    },
  )

  app.put(
    '/v1/rules/:id',
    {
      schema: {
        operationId: 'changeRule',
        summary: 'Replace a rule',
        description: 'It holds within a second. Alerts that it would not raise any more are cleared.',
        tags: ['Rules'],
        params: rulePath,
        body: rule,
        response: { 200: json('The rule as it is now', shownRule) },
      },
      config: { access: 'admin', errors: ['not-found', 'store-unavailable'] },
    },
    async (request) => {
      if (request.body.id !== request.params.id)
        throw new LanternError('invalid-request', 'The rule has another id than the address.', {
          faults: [{ field: 'id', message: `must be ${request.params.id}` }],
        })
      return shown(await put(request.body, request.caller?.key ?? '', false))
    },
  )

  app.delete(
    '/v1/rules/:id',
    {
      schema: {
        operationId: 'removeRule',
        summary: 'Watch something no longer',
        description: 'Its open alerts are cleared; their history stays.',
        tags: ['Rules'],
        params: rulePath,
        response: { 200: json('The rule as it was', shownRule) },
      },
      config: { access: 'admin', errors: ['not-found', 'store-unavailable'] },
    },
    async (request) => {
      const found = await find(request.params.id)
      const [now, by] = [api.clock(), request.caller?.key ?? '']
      await api.registry.removeRule(request.params.id, { by, now })
      await api.registry.audit({ at: now, by, what: 'rule.removed', target: request.params.id, detail: '{}' })
      return shown(found)
    },
  )

  app.post(
    '/v1/rules::test',
    {
      schema: {
        operationId: 'testRule',
        summary: 'What a rule would have raised',
        description: `Replays stored readings, at most ${longestTrial / day} days of them, and changes nothing. Rules about silence and coverage are judged by the readings alone.`,
        tags: ['Rules'],
        body: trial,
        response: { 200: json('What it would have raised', trialResult) },
      },
      config: {
        access: 'admin',
        errors: ['too-many-requests', 'store-unavailable', 'store-timeout'],
      },
    },
    async (request, reply) => {
      const { rule: body } = request.body
      checkReferences(api, body)
      const to = request.body.to ?? api.clock()
      const from = request.body.from ?? to - 24 * hour
      if (from >= to || to - from > longestTrial)
        throw new LanternError('invalid-request', 'The time range is empty or too long.', {
          faults: [{ field: 'from', message: `must be before "to", by at most ${longestTrial / day} days` }],
        })
      const result = await whileWaitedFor(reply, (signal) => api.tryRule({ rule: body, from, to, signal }))
      return {
        from: formatTime(from),
        to: formatTime(to),
        readings: result.readings,
        complete: result.complete,
        raised: result.raised.map((one) => ({
          subject: { type: one.subjectType, id: one.subject },
          severity: one.severity,
          title: one.title,
          since: formatTime(one.since),
          openedAt: formatTime(one.openedAt),
          clearedAt: one.clearedAt === null ? null : formatTime(one.clearedAt),
        })),
      }
    },
  )
}

/**
 * Breaks off what is under way when the caller hangs up or was told that it takes too long. `request.signal` would break it
 * off at once: for a POST it means that the body has been read.
 */
async function whileWaitedFor<T>(reply: FastifyReply, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const ending = new AbortController()
  const end = () => ending.abort()
  reply.raw.once('close', end)
  return run(ending.signal).finally(() => reply.raw.off('close', end))
}

/** That the areas and devices it names are there: a misspelt one would watch nothing, and nobody would know. */
function checkReferences({ view }: ApiDependencies, { scope }: Rule): void {
  const faults = [
    ...(scope.areas ?? []).flatMap((code, index) =>
      view.area(code) ? [] : [{ field: `scope.areas[${index}]`, message: `there is no area ${code}` }],
    ),
    ...(scope.devices ?? []).flatMap((id, index) =>
      view.device(id) ? [] : [{ field: `scope.devices[${index}]`, message: `there is no device ${id}` }],
    ),
  ]
  if (faults.length > 0)
    throw new LanternError('invalid-request', 'The rule names what is not there.', { faults })
}
