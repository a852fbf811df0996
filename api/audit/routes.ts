/** GET /v1/audit: who changed what about alerts, rules and subscriptions. For administrators, as the keys are. */
import { z } from 'zod'
import { listOf } from '../../model/answers/lists.ts'
import { formatTime, timestamp } from '../../model/time.ts'
import type { ApiDependencies, App } from '../dependencies.ts'
import { cursorsOf } from '../lists/cursor.ts'
import { listQuery } from '../lists/list.ts'
import { json } from '../plugins/answers.ts'

const detail = z.record(z.string(), z.unknown())

const auditLine = z
  .object({
    id: z.number().int(),
    at: timestamp,
    by: z.string().meta({ description: 'The id of the API key' }),
    what: z.string().meta({ description: 'Such as rule.changed', examples: ['alert.cleared'] }),
    target: z.string().meta({ description: 'The id of the alert, rule, subscription or delivery' }),
    detail: detail.meta({ description: 'What was asked for; never a secret that Lantern made' }),
  })
  .meta({ id: 'AuditLine' })

export function auditRoutes(app: App, api: ApiDependencies): void {
  const cursors = cursorsOf('audit', z.number().int())

  app.get(
    '/v1/audit',
    {
      schema: {
        operationId: 'listAudit',
        summary: 'Who changed what, the newest first',
        description: 'A line for each change of an alert, a rule or a subscription by somebody.',
        tags: ['Audit'],
        querystring: listQuery({
          target: z
            .string()
            .min(1)
            .max(64)
            .optional()
            .meta({ description: 'Of this alert, rule, subscription or delivery only' }),
        }),
        response: { 200: json('Lines', listOf(auditLine, 'AuditList')) },
      },
      config: { access: 'admin', errors: ['invalid-cursor', 'store-unavailable'] },
    },
    async ({ query: { target, limit, cursor } }) => {
      const page = await api.registry.audits({ target, limit, before: cursors.read(cursor) })
      const items = page.items.map((line) => ({
        ...line,
        at: formatTime(line.at),
        detail: detail.parse(JSON.parse(line.detail)),
      }))
      return { items, next: page.next === null ? null : cursors.write(page.next) }
    },
  )
}
