/**
 * GET /v1/alerts/stream: each step of an alert's life as it is taken, as server-sent events (WHATWG HTML, 9.2). An event's
 * id is the step's, so a client that was away goes on after the `Last-Event-ID` that its browser sends by itself. One
 * look at the registry serves everyone who listens; who reads slowly is sent the rest as it reads, and who reads
 * nothing is cut off; who may not listen any more (the key was revoked, the session is over) is cut off at the next heartbeat.
 */
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Alert } from '../../model/alert.ts'
import type { AlertEvent } from '../../model/answers/alerts.ts'
import { LanternError, messageOf } from '../../model/errors.ts'
import { showStep } from '../../model/shown-alert.ts'
import { second } from '../../model/time.ts'
import { type ApiDependencies, type App, defaultLimits } from '../dependencies.ts'
import { alertFilters, showNamed } from './shown.ts'

const lookEveryMs = 50
const stepsAtOnce = 50
const maxListeners = 500
/** Who has so much to read is sent no more until it is read: a storm has thousands of steps. */
const enoughUnreadBytes = 1 << 18
const longestUnreadMs = 30 * second

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
  /** Whether who listens may still. */
  readonly holds: () => Promise<boolean>
  /** The newest step that it was shown, or passed over. */
  seen: number
  /** Since when it has had enough to read, by `performance.now()`; undefined: it has not. */
  fullSince?: number | undefined
}

interface Page {
  readonly events: readonly { readonly alert: Alert; readonly text: string }[]
  /** The last step of a full page; undefined: there were no more. */
  readonly last: number | undefined
}

export function alertStreamRoutes(app: App, api: ApiDependencies): void {
  const { heartbeatMs } = { ...defaultLimits, ...api.limits }
  const listeners = new Set<Listener>()
  const ending = new AbortController()
  let following: Promise<void> | undefined

  /** Whether it takes more; who has read nothing for too long is cut off. */
  function takesMore(listener: Listener): boolean {
    const { response } = listener
    if (response.writableLength < enoughUnreadBytes) {
      listener.fullSince = undefined
      return true
    }
    listener.fullSince ??= performance.now()
    if (performance.now() - listener.fullSince > longestUnreadMs) response.destroy()
    return false
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
      return alert ? [{ alert, text: eventOf({ step: showStep(step), alert: showNamed(api, alert) }) }] : []
    })
    return { events, last: steps.length < stepsAtOnce ? undefined : steps.at(-1)?.id }
  }

  /** Brings everyone who takes more up to the newest step; those who are equally far are told from one look. */
  async function catchUp(newest: number): Promise<void> {
    for (;;) {
      const behind = [...listeners].filter((one) => one.seen < newest && takesMore(one))
      if (behind.length === 0) return
      const after = Math.min(...behind.map(({ seen }) => seen))
      const { events, last = newest } = await read(after)
      for (const listener of behind) {
        if (listener.seen !== after) continue
        for (const { alert, text } of events) if (listener.wants(alert)) listener.response.write(text)
        listener.seen = last
      }
    }
  }

  /** At most one look-up each, and none for a key or session that is remembered. */
  async function endThoseWhoMayNot(): Promise<void> {
    for (const listener of [...listeners]) {
      if (await listener.holds()) continue
      listeners.delete(listener)
      listener.response.end()
    }
  }

  async function follow(): Promise<void> {
    let beatAt = performance.now()
    while (listeners.size > 0 && !ending.signal.aborted) {
      try {
        const { alerts: newest } = await api.registry.versions()
        await catchUp(newest)
        if (performance.now() - beatAt >= heartbeatMs) {
          await endThoseWhoMayNot()
          beatAt = performance.now()
          for (const listener of listeners)
            if (takesMore(listener)) listener.response.write(': still here\n\n')
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
          'Each event is named "alert", its id grows, and its data is {"step": AlertStep, "alert": NamedAlert}. Send the last id back as Last-Event-ID (browsers do so by themselves) to miss nothing. It ends within half a minute of the end of the key or session.',
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
      const holds = request.caller?.holds ?? (async () => false)
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
      listen({ response, wants, holds, seen })
    },
  )
}

function eventOf(event: AlertEvent): string {
  return `event: alert\nid: ${event.step.id}\ndata: ${JSON.stringify(event)}\n\n`
}
