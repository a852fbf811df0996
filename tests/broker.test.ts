/**
 * The door, asked by real MQTT clients over TCP: who gets in, what they may say and hear, and that nothing is
 * acknowledged before it is on disk.
 */
import { once } from 'node:events'
import { connect as connectSocket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Broker, createBroker } from '../broker/broker.ts'
import { hashSecret } from '../model/access.ts'
import type { JournalMessage, JournalWriter } from '../stores/journal/port.ts'
import type { Registry } from '../stores/registry/port.ts'
import { createSqliteRegistry } from '../stores/registry/sqlite.ts'
import { closed, connect, messagesOf } from './support/mqtt.ts'
import { addKey, areas, places, type SignedUp, signUp } from './support/small-city.ts'
import { temporaryFolder } from './support/temporary.ts'

/** A journal whose disk the test holds in its hand. */
function handHeldJournal() {
  const waiting: { message: JournalMessage; done: (error?: Error) => void }[] = []
  const journal: JournalWriter & {
    waiting: typeof waiting
    hold: boolean
    release(): void
    taken: JournalMessage[]
  } = {
    waiting,
    taken: [],
    hold: false,
    start: async () => undefined,
    stop: async () => undefined,
    append(message, done) {
      const copy = { ...message, payload: Buffer.from(message.payload) }
      journal.taken.push(copy)
      waiting.push({ message: copy, done })
      if (!journal.hold) journal.release()
    },
    release() {
      for (const { done } of waiting.splice(0)) done()
    },
    trim: () => undefined,
    stats: () => ({ newest: 0, bytes: 0, limitBytes: 1, blocked: null }),
  }
  return journal
}

describe('the broker', () => {
  const logger = pino({ level: 'silent' })
  const journal = handHeldJournal()
  let registry: Registry
  let broker: Broker
  let url: string
  let port: number
  let camera: SignedUp
  let counter: SignedUp
  let viewerKey: string

  beforeAll(async () => {
    registry = createSqliteRegistry({ file: join(temporaryFolder(), 'registry.sqlite') })
    await registry.start()
    await registry.putCity({ areas, places })
    const [first, second] = await signUp(registry, [
      { id: 'cam-1', kind: 'camera' },
      { id: 'cnt-1', kind: 'traffic_counter' },
      { id: 'old-1', kind: 'camera' },
    ])
    if (!first || !second) throw new Error('no devices')
    camera = first
    counter = second
    viewerKey = await addKey(registry, 'viewer')
    const device = await registry.device('old-1')
    await registry.applyState({
      position: 1,
      states: [],
      statuses: [{ serial: device?.serial ?? 0, payload: '{"online":false}' }],
      rejections: [],
    })
    broker = createBroker({
      journal,
      registry,
      maxConnections: 50,
      maxPayloadBytes: 10_000,
      clock: Date.now,
      logger,
    })
    ;({ port } = await broker.start({ host: '127.0.0.1', port: 0 }))
    url = `mqtt://127.0.0.1:${port}`
  })

  afterAll(async () => {
    await broker.stop()
    await registry.stop()
  })

  const asDevice = (device: SignedUp, more = {}) =>
    connect(url, { clientId: device.id, username: device.id, password: device.token, ...more })
  const asOperator = () => connect(url, { username: 'api-key', password: viewerKey })
  const reasons = async () => {
    await sleep(1200)
    return (await registry.rejections({ limit: 100 })).items.map(
      ({ device, reason }) => `${device} ${reason}`,
    )
  }

  it.each([
    ['a wrong token', () => ({ username: 'cam-1', password: 'wrong' })],
    ['no password', () => ({ username: 'cam-1' })],
    ['no user name', () => ({})],
    ['an unknown device', () => ({ username: 'nobody', password: camera.token })],
    ["another device's token", () => ({ username: 'cnt-1', password: camera.token })],
    [
      'a key that was never made',
      () => ({ username: 'api-key', password: `lk_${'0'.repeat(12)}_${'A'.repeat(43)}` }),
    ],
    ['a name that is no identifier', () => ({ username: '../etc', password: camera.token })],
    [
      'a last will in the name of another',
      () => ({
        username: 'cam-1',
        password: camera.token,
        will: { topic: 'devices/cnt-1/status', payload: Buffer.from('{"online":false}'), qos: 1 as const },
      }),
    ],
  ])('refuses %s', async (_what, options) => {
    await expect(connect(url, options())).rejects.toThrow(/Connection refused|Not authorized|closed/i)
  })

  it('writes refused sign-ins to the rejections', async () => {
    expect(await reasons()).toEqual(expect.arrayContaining(['cam-1 sign-in-failed', 'null sign-in-failed']))
  })

  it.each([1, 2] as const)('acknowledges QoS %i only when the journal has it', async (qos) => {
    const client = await asDevice(camera)
    journal.hold = true
    const before = journal.taken.length
    let acknowledged = false
    const publishing = client.publishAsync('devices/cam-1/telemetry', '{"n":1}', { qos }).then(() => {
      acknowledged = true
    })
    await expect.poll(() => journal.taken.length).toBe(before + 1)
    await sleep(100)
    expect(acknowledged).toBe(false)
    journal.hold = false
    journal.release()
    await publishing
    expect(acknowledged).toBe(true)
    expect(journal.taken.at(-1)?.topic).toBe('devices/cam-1/telemetry')
    expect(Buffer.from(journal.taken.at(-1)?.payload ?? []).toString()).toBe('{"n":1}')
    await client.endAsync()
  })

  it('closes the connection of a device that publishes on a foreign topic, and journals nothing', async () => {
    for (const topic of [
      'devices/cnt-1/telemetry',
      'devices/cam-1/commands/x',
      'alerts/x',
      'devices/cam-10/status',
      '$SYS/x',
    ]) {
      const client = await asDevice(camera)
      const before = journal.taken.length
      client.publish(topic, '{}', { qos: 1 })
      await closed(client)
      expect(journal.taken.length).toBe(before)
    }
    expect(await reasons()).toContain('cam-1 foreign-topic')
  })

  it('takes below its own topics what ingest will judge, but retains only its status', async () => {
    const client = await asDevice(camera)
    await client.publishAsync('devices/cam-1/telemetry', '{"a":1}', { qos: 1, retain: true })
    await client.publishAsync('devices/cam-1/whatever', 'x', { qos: 1, retain: true })
    await client.publishAsync('devices/cam-1/status', '{"online":true}', { qos: 1, retain: true })
    const operator = await asOperator()
    const seen = messagesOf(operator)
    await operator.subscribeAsync('devices/#', { qos: 1 })
    await expect
      .poll(() =>
        seen
          .filter((one) => one.retain)
          .map((one) => one.topic)
          .sort(),
      )
      .toEqual(['devices/cam-1/status', 'devices/old-1/status'])
    await sleep(100)
    expect(seen).toHaveLength(2)
    await operator.endAsync()
    await client.endAsync()
  })

  it('lets an operator hear all devices and say nothing', async () => {
    const operator = await asOperator()
    const seen = messagesOf(operator)
    await operator.subscribeAsync('devices/+/telemetry')
    const client = await asDevice(counter)
    await client.publishAsync('devices/cnt-1/telemetry', '{"live":true}', { qos: 1 })
    await expect.poll(() => seen.map((one) => one.text)).toEqual(['{"live":true}'])
    operator.publish('devices/cnt-1/telemetry', '{}')
    await closed(operator)
    await client.endAsync()
  })

  it('readings are acknowledged whether an operator listens or not, and heard by all who do', async () => {
    const client = await asDevice(counter)
    const say = (text: string) => client.publishAsync('devices/cnt-1/telemetry', text, { qos: 1 })
    await say('to nobody')
    const [first, second] = [await asOperator(), await asOperator()]
    const heard = [messagesOf(first), messagesOf(second)]
    await first.subscribeAsync('devices/#')
    await say('to one')
    await second.subscribeAsync('devices/cnt-1/telemetry')
    await say('to both')
    await expect.poll(() => heard[0]?.map(({ text }) => text)).toContain('to both')
    await first.endAsync()
    await expect.poll(() => broker.health().figures.connectedClients).toBe(2)
    await say('to the other')
    await expect.poll(() => heard[1]?.map(({ text }) => text)).toContain('to the other')
    await second.endAsync()
    await say('to nobody again')
    const texts = heard.map((messages) =>
      messages.map(({ text }) => text).filter((text) => text.startsWith('to ')),
    )
    expect(texts).toEqual([
      ['to one', 'to both'],
      ['to both', 'to the other'],
    ])
    await client.endAsync()
  })

  it('grants a device its own commands and nothing else', async () => {
    const client = await asDevice(camera)
    await expect(client.subscribeAsync('devices/cam-1/commands/#')).resolves.toMatchObject([{ qos: 0 }])
    for (const filter of [
      '#',
      'devices/#',
      'devices/cnt-1/commands/#',
      'devices/+/commands/#',
      'devices/cam-1/telemetry',
      '$SYS/#',
    ])
      await expect(client.subscribeAsync(filter)).rejects.toThrow(/refused|Unspecified|128/i)
    const operator = await asOperator()
    await expect(operator.subscribeAsync('$SYS/#')).rejects.toThrow()
    await expect(operator.subscribeAsync('#')).rejects.toThrow()
    await operator.endAsync()
    await client.endAsync()
  })

  it("publishes a device's last will when its connection breaks, through the journal like any message", async () => {
    const client = await asDevice(camera, {
      will: { topic: 'devices/cam-1/status', payload: Buffer.from('{"online":false}'), qos: 1, retain: true },
    })
    client.stream.destroy()
    await expect
      .poll(() =>
        journal.taken.filter((one) => one.topic.endsWith('status')).map((one) => one.payload.toString()),
      )
      .toContain('{"online":false}')
  })

  it('nobody can take over the session of another by using its client id', async () => {
    const mine = await asDevice(camera)
    let lost = false
    mine.on('close', () => {
      lost = true
    })
    const other = await connect(url, { clientId: 'cam-1', username: 'cnt-1', password: counter.token })
    const operator = await connect(url, { clientId: 'cam-1', username: 'api-key', password: viewerKey })
    await mine.publishAsync('devices/cam-1/telemetry', '{}', { qos: 1 })
    expect(lost).toBe(false)
    await Promise.all([mine.endAsync(), other.endAsync(), operator.endAsync()])
  })

  it('ends the connections of a device whose token was replaced or that was decommissioned, and no others', async () => {
    const [first, second, third] = await signUp(registry, [
      { id: 'rev-1', kind: 'camera' },
      { id: 'rev-2', kind: 'camera' },
      { id: 'rev-3', kind: 'camera' },
    ])
    if (!first || !second || !third) throw new Error('no devices')
    const [one, two, three] = await Promise.all([asDevice(first), asDevice(second), asDevice(third)])
    await Promise.all([
      closed(one),
      closed(two),
      registry.setTokens([{ id: 'rev-1', tokenHash: hashSecret('another') }]),
      registry.decommissionDevice('rev-2', Date.now()),
    ])
    await three.publishAsync('devices/rev-3/telemetry', '{}', { qos: 1 })
    expect(three.connected).toBe(true)
    await three.endAsync()
    await expect(asDevice(first)).rejects.toThrow()
    await expect(asDevice(second)).rejects.toThrow()
  })

  it('ends the connections of an API key that was revoked', async () => {
    const key = await addKey(registry, 'operator')
    const operator = await connect(url, { username: 'api-key', password: key })
    await Promise.all([closed(operator), registry.revokeApiKey(key.slice(3, 15), Date.now())])
    await expect(connect(url, { username: 'api-key', password: key })).rejects.toThrow()
  })

  it('ends a connection that announces too large a packet, signed in or not', async () => {
    const stranger = connectSocket(port, '127.0.0.1')
    // A CONNECT that says it has 200 MiB to come.
    stranger.write(Buffer.from([0x10, 0x80, 0x80, 0x80, 0x64]))
    await once(stranger, 'close')
    const client = await asDevice(camera)
    client.publish('devices/cam-1/telemetry', Buffer.alloc(20_000, 'x'), { qos: 1 })
    await closed(client)
    expect(await reasons()).toEqual(expect.arrayContaining(['cam-1 too-large', 'null too-large']))
  })

  it('outlives what is not MQTT at all', async () => {
    for (const bytes of ['GET / HTTP/1.1\r\n\r\n', '\x00\x00\x00', '\xff'.repeat(1000)]) {
      const socket = connectSocket(port, '127.0.0.1')
      socket.on('error', () => undefined)
      socket.end(Buffer.from(bytes, 'latin1'))
      await once(socket, 'close')
    }
    const client = await asDevice(camera)
    await client.publishAsync('devices/cam-1/telemetry', '{}', { qos: 1 })
    await client.endAsync()
  })

  it('a subscriber that does not read holds up nobody', async () => {
    const operator = await asOperator()
    await operator.subscribeAsync('devices/#')
    operator.stream.pause()
    const client = await asDevice(camera)
    const payload = JSON.stringify({ filler: 'x'.repeat(8000) })
    for (let round = 0; round < 20; round++)
      await Promise.all(
        Array.from({ length: 50 }, () => client.publishAsync('devices/cam-1/telemetry', payload, { qos: 1 })),
      )
    // Waiting for the frozen one would take Aedes' drain timeout each time, and this test's own with it.
    expect(broker.health().figures.messagesNotForwarded).toBeGreaterThan(0)
    operator.stream.destroy()
    await client.endAsync()
  })

  it('takes no more connections than its limit', async () => {
    const sockets = Array.from({ length: 60 }, () =>
      connectSocket(port, '127.0.0.1').on('error', () => undefined),
    )
    await expect.poll(() => sockets.filter((socket) => socket.closed).length).toBeGreaterThan(5)
    for (const socket of sockets) socket.destroy()
    await expect.poll(() => broker.health().figures.connections).toBeLessThan(5)
    const client = await asDevice(camera)
    await client.endAsync()
  })
})
