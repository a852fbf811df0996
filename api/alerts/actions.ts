/** What an operator does about an alert: acknowledge, assign, shelve, comment, clear. Each is a step of its history. */
import { z } from 'zod'
import type { StepInput } from '../../model/alert.ts'
import { namedAlert } from '../../model/answers/alerts.ts'
import { LanternError } from '../../model/errors.ts'
import { hour, minute, parseDuration } from '../../model/time.ts'
import type { ApiDependencies, App } from '../dependencies.ts'
import { json } from '../plugins/answers.ts'
import { alertPath, showNamed } from './shown.ts'

const longestShelf = 30 * 24 * hour

const comment = z.string().trim().min(1).max(1000)
const withComment = z.strictObject({ comment: comment.optional() })
const shelving = z.strictObject({
  for: z
    .string()
    .refine((text) => {
      const ms = parseDuration(text)
      return ms >= minute && ms <= longestShelf
    }, 'a duration from 1m to 30d')
    .meta({ description: 'How long, such as 8h; from 1m to 30d', examples: ['8h'] }),
  comment: comment.meta({ description: 'Why: a shelved alert is out of sight' }),
})
const assignment = z.strictObject({
  to: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .nullable()
    .meta({ description: 'Whoever is to see to it; null: nobody' }),
  comment: comment.optional(),
})

type Step = Omit<StepInput, 'at' | 'by' | 'inhibitedBy'>

export function alertActionRoutes(app: App, api: ApiDependencies): void {
  /** A POST that takes steps, of which the first must apply; `steps` makes them from the body. */
  function action<Body>(options: {
    name: string
    operationId: string
    summary: string
    description?: string
    body: z.ZodType<Body>
    steps(body: Body, now: number): [Step, ...Step[]]
  }): void {
    const { name, operationId, summary, description, body, steps } = options
    app.post(
      `/v1/alerts/:id([^:]+)::${name}`,
      {
        schema: {
          operationId,
          summary,
          ...(description === undefined ? {} : { description }),
          tags: ['Alerts'],
          params: alertPath,
          body,
          response: { 200: json('The alert as it is now', namedAlert) },
        },
        config: { access: 'operator', errors: ['not-found', 'conflict', 'store-unavailable'] },
      },
      async (request) => {
        const { id } = request.params
        const by = request.caller?.key ?? ''
        const now = api.clock()
        // Checked already; once more for its type, which is lost on the way through a generic route.
        const content = body.parse(request.body)
        const [first, ...others] = steps(content, now)
        const changes = [first, ...others].map((step) => ({
          type: 'step' as const,
          target: { id },
          input: { ...step, at: now, by },
        }))
        const taken = await api.registry.changeAlerts(changes, now)
        const alert = taken.at(-1)?.alert ?? (await api.registry.alert(id))
        if (!alert) throw new LanternError('not-found', `There is no alert ${id}.`)
        if (taken.length === 0)
          throw new LanternError('conflict', `Alert ${id} is ${alert.state}; this changes nothing.`)
        const detail = JSON.stringify(content)
        await api.registry.audit({ at: now, by, what: `alert.${first.step}`, target: String(id), detail })
        request.log.info({ alert: id, step: first.step, by }, 'an alert was seen to')
        return showNamed(api, alert)
      },
    )
  }

  const withoutUndefined = ({ comment: text }: { comment?: string | undefined }) =>
    text === undefined ? {} : { comment: text }

  action({
    name: 'acknowledge',
    operationId: 'acknowledgeAlert',
    summary: 'Say that somebody has seen it',
    description: 'It is not escalated any more; where it was, it goes back to the severity of its rule.',
    body: withComment,
    steps: (body) => [{ step: 'acknowledged', ...withoutUndefined(body) }, { step: 'deescalated' }],
  })
  action({
    name: 'assign',
    operationId: 'assignAlert',
    summary: 'Say who sees to it',
    body: assignment,
    steps: (body) => [{ step: 'assigned', assignee: body.to, ...withoutUndefined(body) }],
  })
  action({
    name: 'shelve',
    operationId: 'shelveAlert',
    summary: 'Put it out of sight for a while',
    description: 'Nobody is told of it until then; it comes back by itself if it is still open.',
    body: shelving,
    steps: (body, now) => [{ step: 'shelved', until: now + parseDuration(body.for), comment: body.comment }],
  })
  action({
    name: 'unshelve',
    operationId: 'unshelveAlert',
    summary: 'Take it back into sight',
    body: withComment,
    steps: (body) => [{ step: 'unshelved', ...withoutUndefined(body) }],
  })
  action({
    name: 'clear',
    operationId: 'clearAlert',
    summary: 'Say that it is over',
    description:
      'By itself it is over when its condition is. Cleared by hand, it is not raised again before its condition was over once.',
    body: withComment,
    steps: (body) => [{ step: 'cleared', ...withoutUndefined(body) }],
  })
  action({
    name: 'comment',
    operationId: 'commentAlert',
    summary: 'Write something into its history',
    body: z.strictObject({ comment }),
    steps: (body) => [{ step: 'commented', comment: body.comment }],
  })
}
