/**
 * What devices that have signed in may send by mistake or malice: damaged packets, other topics, payloads that
 * are no readings. The process lives, every single one is accounted for with its reason, the rest flows.
 */
import fc from 'fast-check'
import { generate, type Packet } from 'mqtt-packet'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { adminKeyOf, type RunningLantern, seedDevices, startLantern, stored } from '../support/lantern.ts'
import type { SignedUp } from '../support/small-city.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { type Asking, asking, healthyCamera, rejectionsOf, trafficOf } from './asking.ts'
import { anyBytes, damaged, packetOf, publish, text, untilRead } from './damage.ts'
import { connectPacket, signedIn, telemetryPacket } from './wire.ts'
import { expectAllIsWell } from './witness.ts'

const soon = { timeout: 15_000, interval: 200 }
const dataDir = temporaryFolder()
let lantern: RunningLantern
let viewer: Asking
let cameras: SignedUp[]
let counters: SignedUp[]
let sensors: SignedUp[]
beforeAll(async () => {
  const devices = await seedDevices(dataDir, 120)
  cameras = devices.filter(({ kind }) => kind === 'camera')
  counters = devices.filter(({ kind }) => kind === 'traffic_counter')
  sensors = devices.filter(({ kind }) => kind === 'street_sensor')
  lantern = await startLantern({ dataDir })
  viewer = asking(lantern.httpUrl, adminKeyOf(dataDir))
})
afterEach(() => expectAllIsWell(lantern, dataDir, nth(counters, 39)))
afterAll(() => lantern?.stop())

function nth(devices: readonly SignedUp[], index: number): SignedUp {
  const found = devices[index]
  if (!found) throw new Error(`there is no device ${index}`)
  return found
}

/** By device, how often each reason. */
async function reasons(): Promise<Map<string | null, Record<string, number>>> {
  const byDevice = Map.groupBy(await rejectionsOf(viewer), ({ device }) => device)
  return new Map(
    [...byDevice].map(([device, of]) => [
      device,
      Object.fromEntries(of.map(({ reason, count }) => [reason, count])),
    ]),
  )
}
const reasonsOf = async ({ id }: SignedUp) => (await reasons()).get(id) ?? {}

/** What ends a connection, by what it is: the packet of a device, and the reason that is kept. */
const fatal: Record<string, (own: SignedUp) => [packet: Buffer, reason: string]> = {
  'an empty topic': () => [publish(''), 'malformed-packet'],
  'a wildcard': () => [publish('devices/+/telemetry'), 'malformed-packet'],
  'another wildcard': () => [publish('devices/#'), 'malformed-packet'],
  'thirty levels': ({ id }) => [publish(`devices/${id}/${'x/'.repeat(30)}`), 'malformed-packet'],
  "a broker's topic": () => [publish('$SYS/broker/clients'), 'foreign-topic'],
  "another's topic": () => [publish('devices/dev-0/telemetry'), 'foreign-topic'],
  'a longer name': ({ id }) => [publish(`devices/${id}0/telemetry`), 'foreign-topic'],
  'a command to itself': ({ id }) => [publish(`devices/${id}/commands/reboot`), 'foreign-topic'],
  'a megabyte': ({ id }) => [publish(`devices/${id}/telemetry`, Buffer.alloc(1 << 20, 'x')), 'too-large'],
  'QoS 3': ({ id }) => [
    packetOf(0x36, text(`devices/${id}/telemetry`), Buffer.from([0, 1])),
    'malformed-packet',
  ],
  'a second CONNECT': (own) => [generate(connectPacket(own)), 'malformed-packet'],
  'an unknown packet': () => [packetOf(0xf0), 'malformed-packet'],
}

const at = () => new Date().toISOString()
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
/** What is acknowledged and no reading, by what it is: the payload of a street sensor, and the reason. */
const noReadings: Record<string, [payload: () => string, reason: string]> = {
  'broken JSON': [() => '{"observedAt":', 'not-json'],
  nothing: [() => '', 'not-json'],
  NaN: [() => `{"observedAt":"${at()}","temperature":NaN}`, 'not-json'],
  'a huge number': [() => `{"observedAt":"${at()}","temperature":1e400}`, 'invalid-field'],
  'a wrong type': [() => `{"observedAt":"${at()}","temperature":"31"}`, 'invalid-field'],
  'no field at all': [() => `{"observedAt":"${at()}"}`, 'invalid-field'],
  'a field of another kind': [() => `{"observedAt":"${at()}","temperature":31,"fps":25}`, 'unknown-field'],
  'duplicate keys': [() => `{"observedAt":"${at()}","pm10":31,"pm10":"31"}`, 'invalid-field'],
  __proto__: [() => `{"observedAt":"${at()}","pm10":31,"__proto__":{"no2":1}}`, 'unknown-field'],
  'no time zone': [() => `{"observedAt":"${at().slice(0, 19)}","pm10":31}`, 'invalid-time'],
  'no moment': [() => '{"pm10":31}', 'invalid-time'],
  'a moment of endless depth': [() => `{"observedAt":${nested(200_000)},"pm10":31}`, 'invalid-time'],
  'half a megabyte of a moment': [() => `{"observedAt":"${'0'.repeat(500_000)}"}`, 'invalid-time'],
  'an ancient moment': [() => '{"observedAt":"1969-12-31T23:59:59Z","pm10":31}', 'time-too-old'],
  'a moment to come': [() => `{"observedAt":${Date.now() + 3_600_000},"pm10":31}`, 'time-in-future'],
  'endless depth': [() => nested(250_000), 'not-a-reading'],
  'a batch in a batch': [() => `[[{"observedAt":"${at()}","pm10":31}]]`, 'not-a-reading'],
  'an empty batch': [() => '[]', 'not-a-reading'],
  'too many': [() => JSON.stringify(Array(1001).fill({})), 'too-many-readings'],
}

describe('devices that have signed in', { timeout: 60_000 }, () => {
  it('any bytes, and damaged packets of every kind', async () => {
    const own = nth(cameras, 1)
    const packets: Packet[] = [
      telemetryPacket(own, { observedAt: 1 }, { qos: 2 }),
      { cmd: 'subscribe', messageId: 3, subscriptions: [{ topic: `devices/${own.id}/commands/#`, qos: 1 }] },
      { cmd: 'unsubscribe', messageId: 4, unsubscriptions: ['a', '__proto__'] },
      { cmd: 'pubrel', messageId: 5 },
      { cmd: 'pubrec', messageId: 6 },
      { cmd: 'pubcomp', messageId: 7 },
      { cmd: 'puback', messageId: 8 },
      connectPacket(own),
      { cmd: 'disconnect' },
    ]
    const chunks = fc.array(fc.oneof(anyBytes(300), ...packets.map(damaged)), { minLength: 1, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(chunks, async (of) => {
        const line = await signedIn(lantern.mqttPort, own)
        line.send(...of)
        await untilRead(line)
        await line.drop()
      }),
      { numRuns: 80 },
    )
    await expect.poll(async () => (await reasonsOf(own))['malformed-packet'], soon).toBeGreaterThan(0)
  })

  it('any payload is acknowledged, and every reading that it claims is accounted for', async () => {
    const own = nth(cameras, 2)
    const line = await signedIn(lantern.mqttPort, own)
    const anything = fc.jsonValue({ maxDepth: 2 })
    const almost = fc.record({
      observedAt: fc.oneof(fc.constant(Date.now()), anything),
      fps: anything,
      recording: anything,
    })
    const payload = fc.oneof(
      anyBytes(300),
      fc.string({ unit: 'binary', maxLength: 300 }).map((string) => Buffer.from(string)),
      fc
        .oneof(anything, fc.array(anything, { maxLength: 20 }), almost, fc.array(almost))
        .map((value) => Buffer.from(JSON.stringify(value))),
    )
    let claimed = 0
    await fc.assert(
      fc.asyncProperty(payload, async (body) => {
        claimed += claimsOf(body)
        line.send(publish(`devices/${own.id}/telemetry`, body))
        await line.next('puback')
      }),
      { numRuns: 300 },
    )
    await line.drop()
    const rejected = async () => Object.values(await reasonsOf(own)).reduce((sum, count) => sum + count, 0)
    await expect.poll(rejected, soon).toBe(claimed)
    expect(await reasonsOf(own)).not.toHaveProperty('unreadable')
  })

  it('any topic: acknowledged below its own, otherwise the end of the connection', async () => {
    const own = nth(cameras, 3)
    const level = fc.oneof(
      fc.constantFrom('devices', own.id, 'dev-0', 'telemetry', 'status', 'commands', '+', '#', '$SYS', ''),
      fc.string({ maxLength: 8 }),
    )
    const levels = fc.array(level, { maxLength: 6 })
    const topic = fc
      .oneof(
        levels,
        levels.map((rest) => ['devices', own.id, ...rest]),
      )
      .map((of) => of.join('/'))
    const prefix = `devices/${own.id}/`
    await fc.assert(
      fc.asyncProperty(topic, async (name) => {
        const line = await signedIn(lantern.mqttPort, own)
        line.send(publish(name))
        const acknowledged = await line.next('puback').then(
          () => true,
          () => false,
        )
        const rest = name.startsWith(prefix) ? name.slice(prefix.length) : ''
        expect(acknowledged, name).toBe(rest !== '' && !rest.startsWith('commands') && !/[+#]/.test(name))
        await line.drop()
      }),
      { numRuns: 120 },
    )
    const kept = async () => Object.keys(await reasonsOf(own))
    await expect
      .poll(kept, soon)
      .toEqual(expect.arrayContaining(['foreign-topic', 'malformed-packet', 'unknown-topic']))
  })

  it('what ends a connection: each with its reason', async () => {
    const cases = Object.entries(fatal).map(([what, make], index) => ({
      what,
      own: nth(cameras, 10 + index),
      make,
    }))
    for (const { what, own, make } of cases) {
      const line = await signedIn(lantern.mqttPort, own)
      line.send(make(own)[0])
      await line.ended().catch(() => Promise.reject(new Error(`still connected: ${what}`)))
    }
    const kept = async () => {
      const all = await reasons()
      return cases.map(({ what, own }) => [what, all.get(own.id)])
    }
    await expect.poll(kept, soon).toEqual(cases.map(({ what, own, make }) => [what, { [make(own)[1]]: 1 }]))
  })

  it('what is acknowledged and no reading: each with its reason', async () => {
    const cases = Object.entries(noReadings).map(([what, [payload, reason]], index) => {
      return { what, own: nth(sensors, index), payload, reason }
    })
    for (const { own, payload } of cases) {
      const line = await signedIn(lantern.mqttPort, own)
      line.send(publish(`devices/${own.id}/telemetry`, payload()))
      await line.next('puback')
      await line.drop()
    }
    const kept = async () => {
      const all = await reasons()
      return cases.map(({ what, own }) => [what, all.get(own.id)])
    }
    await expect.poll(kept, soon).toEqual(cases.map(({ what, reason }) => [what, { [reason]: 1 }]))
  })

  it('one bad reading in a batch of good ones costs only itself', async () => {
    const own = nth(counters, 1)
    const now = Date.now()
    const batch = Array.from({ length: 100 }, (_, n) => ({
      observedAt: now - n,
      ...trafficOf(n === 50 ? -1 : n),
    }))
    const line = await signedIn(lantern.mqttPort, own)
    line.send(telemetryPacket(own, batch))
    await line.next('puback')
    await stored(lantern.httpUrl)
    const { body } = await viewer.ask('GET', `/v1/devices/${own.id}/readings?limit=1000`)
    expect(body).toHaveProperty('items.length', 99)
    await expect.poll(() => reasonsOf(own), soon).toEqual({ 'invalid-field': 1 })
    await line.drop()
  })

  it('QoS 2 messages that are never released are not held in memory', async () => {
    const own = nth(cameras, 33)
    const payload = Buffer.alloc(400_000, ' ')
    const messages = 800
    for (let sent = 0; sent < messages; ) {
      const line = await signedIn(lantern.mqttPort, own, { clean: false })
      for (let n = 0; n < 200; n++) {
        const messageId = Buffer.from([++sent >> 8, sent & 255])
        line.send(packetOf(0x34, text(`devices/${own.id}/telemetry`), messageId, payload))
        await line.next('pubrec')
      }
      await line.drop()
    }
    // Buffers lie outside the heap; what was let go of is collected in the end.
    const held = async () => {
      const metrics = await (await fetch(`${lantern.httpUrl}/metrics`)).text()
      return Number(/^nodejs_external_memory_bytes (\S+)/m.exec(metrics)?.[1])
    }
    await expect.poll(held, soon).toBeLessThan((messages * payload.length) / 2)
    await expect.poll(() => reasonsOf(own), soon).toEqual({ 'not-json': messages })
  })

  it('subscriptions to everything: refused, and nothing of the others is heard', async () => {
    const [own, other] = [nth(cameras, 30), nth(cameras, 31)]
    const listener = await signedIn(lantern.mqttPort, own)
    const filters = [
      '#',
      '+/#',
      'devices/#',
      'devices/+/telemetry',
      `devices/${other.id}/status`,
      '$SYS/#',
      '/',
    ]
    filters.push(`devices/${own.id}/commands`, `devices/+/commands/#`, '$share/group/devices/#')
    listener.send({
      cmd: 'subscribe',
      messageId: 1,
      subscriptions: filters.map((topic) => ({ topic, qos: 1 })),
    })
    expect(await listener.next('suback')).toMatchObject({ granted: filters.map(() => 128) })
    const speaker = await signedIn(lantern.mqttPort, other)
    speaker.send(telemetryPacket(other, { observedAt: Date.now(), ...healthyCamera }))
    await speaker.next('puback')
    const nothing = new Promise((resolve) => setTimeout(resolve, 1000, 'nothing'))
    expect(await Promise.race([listener.next('publish'), nothing])).toBe('nothing')
    await Promise.all([listener.drop(), speaker.drop()])
  })

  it('silence beyond its keep-alive: the connection is ended, and its last will spoken', async () => {
    const own = nth(cameras, 32)
    const topic = `devices/${own.id}/status`
    const will = { topic, payload: '{"online":false}', qos: 1 as const, retain: true }
    const line = await signedIn(lantern.mqttPort, own, { keepalive: 1, will })
    line.send(publish(topic, '{"online":true}'))
    await line.next('puback')
    await line.ended()
    const shown = async () => (await viewer.ask('GET', `/v1/devices/${own.id}`)).body
    await expect.poll(shown, soon).toHaveProperty('state.online', false)
    expect(await reasonsOf(own)).toEqual({})
  })
})

/** How many readings a payload claims to hold, each of which must be stored or rejected. */
function claimsOf(payload: Buffer): number {
  try {
    const value: unknown = JSON.parse(payload.toString('utf8'))
    return Array.isArray(value) ? Math.max(1, value.length) : 1
  } catch {
    return 1
  }
}
