/**
 * One device's line to the broker: its MQTT connection (MQTT.js), its last will and birth, and the bounded
 * buffer of readings that are not acknowledged yet. The fleet opens and closes it; it holds no timer. The
 * buffer keeps only the moments of the readings, because the values follow from them.
 */
import { connect, type IClientOptions, type MqttClient } from 'mqtt'
import { maxReadingsPerMessage } from '../model/reading.ts'
import { formatTime, second } from '../model/time.ts'
import { statusTopic, telemetryTopic } from '../model/topics.ts'
import type { Account } from './account.ts'
import type { SimulatedDevice } from './fleet-plan.ts'
import type { SharedTimers } from './keepalive.ts'
import type { Reader } from './readings/reader.ts'
import { chance, keyOf } from './world/noise.ts'

/** How many readings a device keeps while it cannot send; at the limit it drops the oldest. */
export const bufferLimit = 240

const birth = JSON.stringify({ online: true, firmware: 'lantern-simulator' })
const death = '{"online":false}'
const quiet = () => {}

export interface LinkOptions {
  readonly device: SimulatedDevice
  readonly reader: Reader
  readonly token: string
  readonly mqttUrl: string
  readonly timers: SharedTimers
  readonly account: Account
}

export class Link {
  readonly id: string
  readonly reportingIntervalSeconds: number
  readonly device: SimulatedDevice
  readonly reader: Reader
  token: string
  state: 'closed' | 'opening' | 'open' = 'closed'
  /** When it may be opened next, epoch ms. */
  retryAt = 0
  /** How often in a row the broker answered the sign-in with a refusal. */
  refusals = 0
  /** Called when all it had to say is acknowledged or given up. */
  onIdle: (() => void) | undefined
  #failures = 0
  #everOpen = false
  #client: MqttClient | undefined
  /** Moments of the readings to send, oldest first: the first `#inFlight` are on their way. */
  #outbox: number[] = []
  #inFlight = 0
  /** How many of the outbox, from its head, were sent before. */
  #sentBefore = 0
  readonly #options: Omit<LinkOptions, 'token'>

  constructor({ token, ...options }: LinkOptions) {
    this.#options = options
    this.device = options.device
    this.reader = options.reader
    this.id = options.device.id
    this.reportingIntervalSeconds = options.device.reportingIntervalSeconds
    this.token = token
  }

  /** Readings that no PUBACK came for yet. */
  get waiting(): number {
    return this.#outbox.length
  }

  /** Takes a reading into the buffer and sends it when the line is free. */
  offer(at: number): void {
    // What is in flight may have arrived already; the oldest behind it goes.
    if (this.#outbox.length - this.#inFlight >= bufferLimit) {
      this.#outbox.splice(this.#inFlight, 1)
      if (this.#inFlight < this.#sentBefore) this.#sentBefore -= 1
      this.#options.account.dropped += 1
    }
    this.#outbox.push(at)
    this.#flush()
  }

  /** Takes readings from the past, beyond the buffer's limit; at most 1,000 at once. */
  offerHistory(moments: readonly number[]): void {
    this.#outbox.push(...moments)
    this.#flush()
  }

  /** Gives up what is waiting and returns how many readings that was. */
  giveUp(): number {
    const lost = this.#outbox.length
    this.#outbox = []
    this.#inFlight = 0
    this.#sentBefore = 0
    this.onIdle?.()
    return lost
  }

  open(): void {
    if (this.state !== 'closed') return
    const { mqttUrl, timers } = this.#options
    this.state = 'opening'
    const options: IClientOptions = {
      clientId: this.id,
      username: this.id,
      password: this.token,
      protocolVersion: 4,
      clean: true,
      // 60 to 300 s; the fleet does the reconnecting, and the buffer here the resending.
      keepalive: 60 + Math.floor(240 * chance(keyOf('keepalive', this.id), 0)),
      reconnectPeriod: 0,
      connectTimeout: 20 * second,
      resubscribe: false,
      queueQoSZero: false,
      timerVariant: timers,
      writeCache: false,
      log: quiet,
      will: { topic: statusTopic(this.id), payload: Buffer.from(death), qos: 1, retain: true },
    }
    const client = connect(mqttUrl, options)
    this.#client = client
    client.on('connect', () => this.#opened(client))
    client.on('error', (error) => {
      // CONNACK codes 4 and 5: wrong name or token, or not allowed.
      if ('code' in error && (error.code === 4 || error.code === 5)) this.refusals += 1
    })
    client.on('close', () => this.#closed(client))
  }

  /** Loses the connection as in a power cut: no DISCONNECT, so that the broker speaks the last will. */
  cut(): void {
    this.#client?.end(true)
  }

  /** Says goodbye: the offline status, then DISCONNECT. Resolves when the connection is closed. */
  close(): Promise<void> {
    const client = this.#client
    if (!client) return Promise.resolve()
    return new Promise((resolve) => {
      client.once('close', () => resolve())
      if (this.state !== 'open') {
        client.end(true)
        return
      }
      client.publish(statusTopic(this.id), death, { qos: 1, retain: true }, () => client.end())
    })
  }

  #opened(client: MqttClient): void {
    if (client !== this.#client) return
    this.state = 'open'
    this.#failures = 0
    this.refusals = 0
    if (!this.#everOpen) this.#options.account.connected += 1
    this.#everOpen = true
    client.publish(statusTopic(this.id), birth, { qos: 1, retain: true }, quiet)
    this.#flush()
  }

  #closed(client: MqttClient): void {
    if (client !== this.#client) return
    this.#client = undefined
    this.state = 'closed'
    this.#inFlight = 0
    // Back-off from 1 s to about a minute, spread so that a fleet does not return all at once.
    const wait = Math.min(60, 2 ** Math.min(6, this.#failures)) * second
    this.#failures += 1
    this.retryAt = Date.now() + wait * (0.5 + Math.random())
  }

  #flush(): void {
    const client = this.#client
    if (!client || this.state !== 'open' || this.#inFlight > 0) return
    if (this.#outbox.length === 0) {
      this.onIdle?.()
      return
    }
    const { account } = this.#options
    const count = Math.min(this.#outbox.length, maxReadingsPerMessage)
    const readings = this.#outbox
      .slice(0, count)
      .map((at) => ({ observedAt: formatTime(at), ...this.reader.read(at) }))
    const again = Math.min(count, this.#sentBefore)
    this.#inFlight = count
    this.#sentBefore = Math.max(this.#sentBefore, count)
    account.sent += count - again
    account.resent += again
    const payload = JSON.stringify(count === 1 ? readings[0] : readings)
    client.publish(telemetryTopic(this.id), payload, { qos: 1, dup: again > 0 }, (error) => {
      if (error || client !== this.#client || this.#inFlight !== count) return
      account.acknowledged += count
      this.#outbox.splice(0, count)
      this.#inFlight = 0
      this.#sentBefore -= count
      this.#flush()
    })
  }
}
