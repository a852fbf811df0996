/**
 * What the alerts part of the bench needs besides a Lantern: receivers that note when what arrived, subscriptions made over
 * the API, and cameras that report at a given moment.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'
import { webhookBody } from '../../alerts/dispatch/message.ts'
import { asking, healthyCamera } from '../journeys/asking.ts'
import { signedIn, telemetryPacket, type Wire } from '../journeys/wire.ts'
import { adminKeyOf } from '../support/lantern.ts'

/** Lets webhooks reach the receivers of the bench. */
export const env = { LANTERN_WEBHOOK_ALLOW: '127.0.0.0/8' }

export interface Arrival {
  readonly path: string
  readonly subject: string
  readonly step: string
  /** When the engine took the step, and when it arrived, both epoch ms. */
  readonly takenAt: number
  readonly at: number
}

export interface Receiver {
  readonly url: string
  readonly arrivals: readonly Arrival[]
  stop(): Promise<void>
}

/** Answers 204 at once, except to the paths in `mute`, which never get an answer. */
export async function startReceiver(mute: ReadonlySet<string> = new Set()): Promise<Receiver> {
  const arrivals: Arrival[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const at = Date.now()
      const path = request.url ?? ''
      if (mute.has(path)) return
      response.writeHead(204).end()
      const { items } = webhookBody.parse(JSON.parse(Buffer.concat(parts).toString()))
      for (const { alert, step } of items)
        arrivals.push({
          path,
          at,
          subject: alert.subject.id,
          step: step.step,
          takenAt: Date.parse(step.at),
        })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    arrivals,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Raises when it is refused. */
export async function subscribe(
  httpUrl: string,
  dataDir: string,
  url: string,
  rules: string[],
): Promise<void> {
  const { status, body } = await asking(httpUrl, adminKeyOf(dataDir)).ask('POST', '/v1/subscriptions', {
    name: 'bench',
    channel: { type: 'webhook', url },
    filter: { rules },
  })
  if (status !== 201) throw new Error(`subscribing answered ${status}: ${JSON.stringify(body)}`)
}

export interface Probe {
  readonly id: string
  /** Publishes a reading; answers when, epoch ms. */
  report(values: object): number
  stop(): Promise<void>
}

/** A camera on a line of its own, healthy so far. */
export async function startProbe(port: number, device: { id: string; token: string }): Promise<Probe> {
  const line: Wire = await signedIn(port, device)
  let messageId = 0
  const probe: Probe = {
    id: device.id,
    report(values) {
      const observedAt = Date.now()
      messageId += 1
      line.send(telemetryPacket(device, { observedAt, ...healthyCamera, ...values }, { messageId }))
      return observedAt
    },
    stop: () => line.drop(),
  }
  probe.report({})
  await line.next('puback')
  return probe
}

const listed = z.object({
  items: z.array(z.object({ rule: z.string(), subject: z.object({ type: z.string() }) })),
})

/** What an operator's list shows: the alerts that stand for themselves. */
export const listOfAlerts = async (httpUrl: string, dataDir: string) =>
  (await asking(httpUrl, adminKeyOf(dataDir)).read('/v1/alerts?limit=1000', listed)).items
