/**
 * GET /v1/alerts/stream: each step of an alert's life as it is taken, as server-sent events (WHATWG HTML, 9.2). An event's
 * id is the step's, so a client that was away goes on after the `Last-Event-ID` that its browser sends by itself. One
 * look at the registry serves everyone who listens; who reads too slowly is cut off, and comes back for the rest.
 */
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Alert, AlertStep } from '../../model/alert.ts'
import { LanternError, messageOf } from '../../model/errors.ts'
import { showAlert, showStep } from '../../model/shown-alert.ts'
import { second } from '../../model/time.ts'
import type { ApiDependencies, App } from '../dependencies.ts'
import { alertFilters } from './shown.ts'

const lookEveryMs = 50
const stepsAtOnce = 200
/** Proxies cut silent connections, most of them after 60 s. */
const heartbeatMs = 20 * second
const maxListeners = 500
const maxUnreadBytes = 1 << 20

const eventId = z.coerce.number().int().min(0)

const streamQuery = z.strictObject({
  area: alertFilters.area,
  severity: alertFilters.severity,
  after: eventId.optional().meta({
    description: 'Begin after this event, where no Last-Event-ID can be sent; unset: with the next one',
  }),
})

interface Listener {
  readonly response: ServerResponse
  readonly wants: (alert: Alert) => boolean
  /** The newest step that it was shown, or passed over. */
  seen: number
}

interface Page {
  readonly events: readonly { readonly alert: Alert; readonly text: string }[]
  /** The last step of a full page; undefined: there were no more. */
  readonly last: number | undefined
}

export function alertStreamRoutes(app: App, api: ApiDependencies): void {
  const listeners = new Set<Listener>()
  const ending = new AbortController()
  let following: Promise<void> | undefined

  function tell({ response }: Listener, text: string): void {
    response.write(text)
    if (response.writableLength > maxUnreadBytes) response.destroy()
  }

  async function read(after: number): Promise<Page> {
    const steps = await api.registry.alertSteps({ after, limit: stepsAtOnce })
    const alerts = new Map<number, Alert>()
    for (const id of new Set(steps.map(({ alert }) => alert))) {
      const alert = await api.registry.alert(id)
      if (alert) alerts.set(id, alert)
    }
    const events = steps.flatMap((step) => {
      const alert = alerts.get(step.alert)
      return alert ? [{ alert, text: eventOf(alert, step) }] : []
    })
    return { events, last: steps.length < stepsAtOnce ? undefined : steps.at(-1)?.id }
  }

  /** Brings everyone up to the newest step; those who are equally far are told from one look. */
  async function catchUp(newest: number): Promise<void> {
    for (;;) {
      const behind = [...listeners].filter(({ seen }) => seen < newest)
      if (behind.length === 0) return
      const after = Math.min(...behind.map(({ seen }) => seen))
      const { events, last = newest } = await read(after)
      for (const listener of behind) {
        if (listener.seen !== after) continue
        for (const { alert, text } of events) if (listener.wants(alert)) tell(listener, text)
        listener.seen = last
      }
    }
  }

  async function follow(): Promise<void> {
    let beatAt = performance.now()
    while (listeners.size > 0 && !ending.signal.aborted) {
      try {
        const { alerts: newest } = await api.registry.versions()
        await catchUp(newest)
        if (performance.now() - beatAt >= heartbeatMs) {
          beatAt = performance.now()
          for (const listener of listeners) tell(listener, ': still here\n\n')
        }
        await sleep(lookEveryMs)
      } catch (error) {
        app.log.error({ reason: messageOf(error) }, 'the stream of alerts cannot be read; it is tried again')
        await sleep(second)
      }
    }
  }

  function listen(listener: Listener): void {
    listeners.add(listener)
    listener.response.once('close', () => listeners.delete(listener))
    following ??= follow().finally(() => {
      following = undefined
      // One may have come while the last was leaving.
      if (listeners.size > 0 && !ending.signal.aborted) following = follow()
    })
  }

  app.addHook('preClose', async () => {
    ending.abort()
    for (const { response } of listeners) response.end()
    await following
  })

  app.get(
    '/v1/alerts/stream',
    {
      // Its answer has no end, so there is nothing to be said of it beforehand.
      exposeHeadRoute: false,
      schema: {
        operationId: 'streamAlerts',
        summary: 'Each step of any alert, as it is taken (server-sent events)',
        description:
          'Each event is named "alert", its id grows, and its data is {"step": AlertStep, "alert": Alert}. Send the last id back as Last-Event-ID (browsers do so by themselves) to miss nothing.',
        tags: ['Alerts'],
        querystring: streamQuery,
        response: {
          200: { description: 'Events', content: { 'text/event-stream': { schema: z.string() } } },
        },
      },
      config: { access: 'viewer', errors: ['too-many-requests', 'store-unavailable'] },
    },
    async (request, reply) => {
      if (listeners.size >= maxListeners)
        throw new LanternError('too-many-requests', `${maxListeners} listeners are connected already`)
      const { area, severity, after } = request.query
      const last = eventId.safeParse(request.headers['last-event-id'])
      const { alerts: newest } = await api.registry.versions()
      const seen = Math.min(newest, last.success ? last.data : (after ?? newest))
      const wants = (alert: Alert) =>
        (area === undefined || alert.areas.includes(area)) &&
        (severity === undefined || severity.some((one) => one === alert.severity))
      const headers = { ...reply.getHeaders() }
      reply.hijack()
      const response = reply.raw
      for (const [name, value] of Object.entries(headers))
        if (value !== undefined) response.setHeader(name, value)
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      })
      response.write(`retry: ${2 * second}\n\n`)
      listen({ response, wants, seen })
    },
  )
}

function eventOf(alert: Alert, step: AlertStep): string {
  const data = JSON.stringify({ step: showStep(step), alert: showAlert(alert) })
  return `event: alert\nid: ${step.id}\ndata: ${data}\n\n`
}
