/** What Lantern says of its alerts: at /readyz in words, at /metrics in figures, with a receiver that refuses for good. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createMetrics } from '../metrics.ts'
import { opening, stepping, subscribing } from './alert-examples.ts'
import {
  adminKeyOf,
  type RunningLantern,
  seedDevices,
  startLantern,
  withRegistry,
} from './support/lantern.ts'
import { temporaryFolder } from './support/temporary.ts'

const dataDir = temporaryFolder()
let lantern: RunningLantern
let receiver: Server
let url: string
let status = 410
beforeAll(async () => {
  receiver = createServer((request, response) => {
    request.resume()
    response.writeHead(status).end()
  }).listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  const address = receiver.address()
  url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/`
  await seedDevices(dataDir, 3)
  lantern = await startLantern({ dataDir, env: { LANTERN_WEBHOOK_ALLOW: '127.0.0.1/32' } })
}, 60_000)
afterAll(async () => {
  await lantern.stop()
  receiver.close()
})

const readiness = z.object({
  ready: z.boolean(),
  components: z.array(
    z.object({
      name: z.string(),
      ok: z.boolean(),
      detail: z.string(),
      figures: z.record(z.string(), z.number()),
    }),
  ),
})
async function alerts() {
  const answer = await fetch(`${lantern.httpUrl}/readyz`)
  const { components, ready } = readiness.parse(await answer.json())
  return { status: answer.status, ready, ...components.find(({ name }) => name === 'alerts') }
}
async function metric(name: string): Promise<Record<string, number>> {
  const text = await (await fetch(`${lantern.httpUrl}/metrics`)).text()
  const lines = [...text.matchAll(/^(lantern_\w+(?:\{[^}]*\})?) (\S+)$/gm)]
  return Object.fromEntries(
    lines.flatMap(([, key = '', value]) => (key.startsWith(name) ? [[key, Number(value)]] : [])),
  )
}
const patiently = { timeout: 15_000, interval: 100 }

describe('alerts', () => {
  it('are well while nothing is to be sent', async () => {
    await expect.poll(alerts, patiently).toMatchObject({ ready: true, ok: true, detail: 'sends what is due' })
    expect(await metric('lantern_alerts_open')).toEqual({
      'lantern_alerts_open{severity="info"}': 0,
      'lantern_alerts_open{severity="warning"}': 0,
      'lantern_alerts_open{severity="major"}': 0,
      'lantern_alerts_open{severity="critical"}': 0,
    })
  })

  it('count what is open by severity, without what another stands for', async () => {
    await withRegistry(dataDir, (registry) =>
      registry.changeAlerts(
        [
          opening('r', 'a'),
          opening('r', 'b', { severity: 'critical' }),
          { ...stepping('r b', 'inhibited'), inhibitedBy: { rule: 'r', subject: 'a' } },
        ],
        Date.now(),
      ),
    )
    await expect
      .poll(() => metric('lantern_alerts_open'), patiently)
      .toMatchObject({
        'lantern_alerts_open{severity="major"}': 1,
        'lantern_alerts_open{severity="critical"}': 0,
      })
  })

  it('tell of what was given up, and are ready all the same: it is the receiver that is not', async () => {
    await withRegistry(dataDir, async (registry) => {
      const input = subscribing({ channel: { type: 'webhook', url, format: 'lantern' } })
      await registry.addSubscription({ id: 'a'.repeat(12), input, secret: 'whsec_AA==', by: 'k', now: 1 })
      await registry.changeAlerts([opening('r', 'c')], Date.now())
    })
    await expect.poll(alerts, patiently).toMatchObject({
      ...{ status: 200, ready: true, ok: true, figures: { dead: 1, queued: 0, sent: 0, failedAttempts: 1 } },
      detail: expect.stringContaining('1 given up: see the deliveries with state=dead'),
    })
    const key = { authorization: `Bearer ${adminKeyOf(dataDir)}` }
    const list = `${lantern.httpUrl}/v1/subscriptions/${'a'.repeat(12)}/deliveries`
    const { items } = z
      .object({ items: z.array(z.object({ id: z.number(), lastError: z.string() })) })
      .parse(await (await fetch(`${list}?state=dead`, { headers: key })).json())
    expect(items[0]?.lastError).toContain('410')
    status = 204
    await fetch(`${list}/${items[0]?.id}:retry`, { method: 'POST', headers: key })
    await expect
      .poll(() => metric('lantern_deliveries'), patiently)
      .toEqual({
        lantern_deliveries_sent: 1,
        lantern_deliveries_failed_attempts: 1,
        lantern_deliveries_queued: 0,
        lantern_deliveries_dead: 0,
      })
    await expect.poll(alerts, patiently).toMatchObject({ detail: 'sends what is due' })
  })

  it('tell of subscribers that cannot be reached, and of what waits for them', async () => {
    status = 503
    await withRegistry(dataDir, (registry) =>
      registry.changeAlerts(
        Array.from({ length: 12 }, (_, index) => opening('many', `d${index}`)),
        Date.now(),
      ),
    )
    await expect.poll(alerts, patiently).toMatchObject({
      ...{ status: 200, ready: true, figures: { resting: 1, queued: 12 } },
      detail: expect.stringContaining('1 subscriber cannot be reached'),
    })
    expect(await metric('lantern_subscribers_resting')).toEqual({ lantern_subscribers_resting: 1 })
  })
})

describe('metrics', () => {
  it('say how often the alerts process had to be started again', async () => {
    const figures = { restarts: 2, resting: 3 }
    const alerts = { name: 'alerts', ok: false, detail: '', figures } as const
    const counts = { info: 1, warning: 0, major: 0, critical: 4 }
    const text = await createMetrics(
      () => [alerts],
      () => counts,
    ).metrics()
    expect(text).toContain('lantern_alerts_restarts_total 2\n')
    expect(text).toContain('lantern_subscribers_resting 3\n')
    expect(text).toContain('lantern_alerts_open{severity="critical"} 4\n')
    expect(text).toContain('lantern_component_ok{component="alerts"} 0\n')
  })
})
