/**
 * The public's alerts: an Atom feed (RFC 4287) of CAP 1.2 messages, for warning apps and aggregators. Only what comes of
 * rules marked public is in it, open to everyone.
 */
import { z } from 'zod'
import type { Alert, AlertStep } from '../../model/alert.ts'
import { LanternError } from '../../model/errors.ts'
import { day, formatTime } from '../../model/time.ts'
import type { ApiDependencies, App } from '../dependencies.ts'
import { offsetOf } from '../telemetry/time-zone.ts'
import { type CapContext, capDocument, capIdentifier, publicSteps } from './document.ts'
import { element, xmlDocument } from './xml.ts'

/** What is over stays in the feed for so long. */
const remembered = day
const maxEntries = 500
const maxHistory = 1000

const number = z
  .string()
  .regex(/^\d{1,15}$/, 'a number')
  .transform(Number)

export function capRoutes(app: App, api: ApiDependencies): void {
  const host = () => (api.publicUrl ? new URL(api.publicUrl).hostname : 'lantern.invalid')
  const linkOf = (alert: number, step: number) => `${api.publicUrl}/v1/cap/${alert}/${step}`

  async function publicHistory(alert: Alert): Promise<AlertStep[]> {
    const steps = await api.registry.alertSteps({ alert: alert.id, limit: maxHistory })
    return steps.filter(({ step }) => publicSteps.has(step))
  }

  function contextOf(alert: Alert): CapContext {
    const { view, timeZone, publicUrl } = api
    const device = alert.subjectType === 'device' ? alert.subject : alert.evidence.members?.devices[0]
    return {
      sender: `lantern@${host()}`,
      senderName: 'Lantern',
      publicUrl,
      offsetAt: (at) => offsetOf(timeZone, at),
      area: (code) => view.area(code),
      placeName: (id) => view.place(id)?.place.name,
      exercise: device !== undefined && view.device(device)?.simulated === true,
    }
  }

  app.get(
    '/v1/cap',
    {
      schema: {
        operationId: 'getCapFeed',
        summary: 'Public alerts: an Atom feed of CAP 1.2 messages',
        description: 'What is open, and for a day what is over. Only of rules that are marked public.',
        tags: ['Alerts'],
        response: {
          200: { description: 'The feed', content: { 'application/atom+xml': { schema: z.string() } } },
        },
      },
      config: { access: 'open', publicForSeconds: 5, errors: ['store-unavailable'] },
    },
    async (_request, reply) => {
      const now = api.clock()
      const alerts = await api.registry.publicAlerts({ clearedAfter: now - remembered, limit: maxEntries })
      const entries: string[] = []
      let updated = 0
      for (const alert of alerts) {
        const step = (await publicHistory(alert)).at(-1)
        if (!step) continue
        updated = Math.max(updated, step.at)
        const link = linkOf(alert.id, step.id)
        entries.push(
          element('entry', [
            element('id', `tag:${host()},2026:${capIdentifier(alert.id, step.id)}`),
            element('title', alert.state === 'cleared' ? `Over: ${alert.title}` : alert.title),
            element('updated', formatTime(step.at)),
            element('summary', alert.action),
            element('link', '', { rel: 'alternate', type: 'application/cap+xml', href: link }),
          ]),
        )
      }
      reply.type('application/atom+xml; charset=utf-8')
      return xmlDocument(
        element(
          'feed',
          [
            element('id', `tag:${host()},2026:lantern`),
            element('title', 'Public alerts of this city'),
            element('updated', formatTime(updated)),
            element('author', [element('name', 'Lantern')]),
            element('link', '', { rel: 'self', href: `${api.publicUrl}/v1/cap` }),
            ...entries,
          ],
          { xmlns: 'http://www.w3.org/2005/Atom' },
        ),
      )
    },
  )

  app.get(
    '/v1/cap/:alert/:step',
    {
      schema: {
        operationId: 'getCapMessage',
        summary: 'One public alert as a CAP 1.2 message',
        tags: ['Alerts'],
        params: z.object({ alert: number, step: number }),
        response: {
          200: { description: 'The message', content: { 'application/cap+xml': { schema: z.string() } } },
        },
      },
      config: { access: 'open', publicForSeconds: 60, errors: ['not-found', 'store-unavailable'] },
    },
    async ({ params }, reply) => {
      const alert = await api.registry.alert(params.alert)
      // What is not public is not there: its number must not tell anything.
      const steps = alert?.public ? await publicHistory(alert) : []
      const at = steps.findIndex(({ id }) => id === params.step)
      const step = steps[at]
      if (!alert || !step) throw new LanternError('not-found', 'There is no such public message.')
      reply.type('application/cap+xml; charset=utf-8')
      return capDocument(alert, step, steps.slice(0, at), contextOf(alert))
    },
  )
}
