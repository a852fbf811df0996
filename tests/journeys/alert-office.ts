/**
 * What the alert journeys need of a running Lantern: devices on the line, a receiver that is told, and questions about
 * alerts and deliveries. Everything goes over MQTT and HTTP, as from outside.
 */
import type { MqttClient } from 'mqtt'
import { z } from 'zod'
import { webhookBody } from '../../alerts/dispatch/message.ts'
import type { Call, Receiver } from '../alerts/receivers.ts'
import type { RunningLantern } from '../support/lantern.ts'
import { connect } from '../support/mqtt.ts'
import type { SignedUp } from '../support/small-city.ts'
import { type Asking, healthyCamera } from './asking.ts'

/** Lets webhooks reach the receivers of the tests. */
export const env = { LANTERN_WEBHOOK_ALLOW: '127.0.0.0/8' }

/** A camera on the line. */
export interface CameraLine {
  report(values?: object): Promise<void>
  readonly client: MqttClient
}

export async function cameraOn(
  lantern: Pick<RunningLantern, 'mqttPort'>,
  { id, token }: Pick<SignedUp, 'id' | 'token'>,
): Promise<CameraLine> {
  const client = await connect(`mqtt://127.0.0.1:${lantern.mqttPort}`, {
    ...{ clientId: id, username: id, password: token },
  })
  return {
    client,
    async report(values = {}) {
      const reading = { observedAt: new Date().toISOString(), ...healthyCamera, ...values }
      await client.publishAsync(`devices/${id}/telemetry`, JSON.stringify(reading), { qos: 1 })
    },
  }
}

/** Operators sign in with their key. */
export const operatorOn = (lantern: Pick<RunningLantern, 'mqttPort'>, key: string) =>
  connect(`mqtt://127.0.0.1:${lantern.mqttPort}`, { username: 'api-key', password: key })

const alert = z.looseObject({
  id: z.number(),
  rule: z.string(),
  state: z.string(),
  title: z.string(),
  subject: z.object({ type: z.string(), id: z.string() }),
  inhibitedBy: z.number().nullable(),
})
export type SeenAlert = z.infer<typeof alert>

const states = 'open,acknowledged,cleared'

/** Every alert there ever was, the oldest first. */
export async function alertsOf(viewer: Asking): Promise<SeenAlert[]> {
  const found = await viewer.readAll(`/v1/alerts?all=true&state=${states}&limit=1000`, alert)
  return found.reverse()
}

/** What each alert is, in short: rule, subject and state. */
export const inShort = async (viewer: Asking) =>
  (await alertsOf(viewer)).map(({ rule, subject, state }) => `${rule} ${subject.id} ${state}`)

const history = z.looseObject({ history: z.array(z.object({ step: z.string(), by: z.string() })) })

export const stepsOf = async (viewer: Asking, id: number) =>
  (await viewer.read(`/v1/alerts/${id}`, history)).history.map(({ step }) => step)

const made = z.looseObject({ id: z.string(), secret: z.string() })

/** Subscribes a receiver; answers the subscription. */
export async function subscribe(
  operator: Asking,
  receiver: Pick<Receiver, 'url'>,
  filter: object = {},
): Promise<z.infer<typeof made>> {
  const { status, body } = await operator.ask('POST', '/v1/subscriptions', {
    name: 'control room',
    channel: { type: 'webhook', url: `${receiver.url}/alerts` },
    filter,
  })
  if (status !== 201) throw new Error(`subscribing answered ${status}: ${JSON.stringify(body)}`)
  return made.parse(body)
}

export interface Told {
  readonly key: string
  readonly subject: string
  readonly step: string
  /** Of the alert's history: the same step has the same number. */
  readonly stepId: number
}

/** What the calls of a receiver told, in their order; a repetition is told again. */
export const toldBy = (calls: readonly Call[]): Told[] =>
  calls.flatMap(({ body, headers }) =>
    webhookBody.parse(JSON.parse(body)).items.map(({ alert: { subject }, step }) => ({
      key: headers['idempotency-key'] ?? '',
      subject: subject.id,
      step: step.step,
      stepId: step.id,
    })),
  )

const delivery = z.looseObject({
  idempotencyKey: z.string(),
  state: z.string(),
  attempts: z.number(),
})

export const deliveriesOf = (operator: Asking, subscription: string) =>
  operator.readAll(`/v1/subscriptions/${subscription}/deliveries?limit=1000`, delivery)
