/**
 * What strangers bring to the MQTT door: noise, damaged and impossible packets, other protocols, the last wills
 * of others, crowds. The process lives, lets nobody in, and a good device goes on beside them.
 */
import fc from 'fast-check'
import { generate, type Packet } from 'mqtt-packet'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { adminKeyOf, figuresOf, type RunningLantern, seedDevices, startLantern } from '../support/lantern.ts'
import { connect, messagesOf } from '../support/mqtt.ts'
import type { SignedUp } from '../support/small-city.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { type Asking, asking, rejectionsOf } from './asking.ts'
import { anyBytes, damaged, packetOf, text, untilRead } from './damage.ts'
import { connectPacket, telemetryPacket, wire } from './wire.ts'
import { expectAllIsWell } from './witness.ts'

const soon = { timeout: 15_000, interval: 200 }
const dataDir = temporaryFolder()
let lantern: RunningLantern
let viewer: Asking
let camera: SignedUp
let counter: SignedUp
beforeAll(async () => {
  const [first, second] = await seedDevices(dataDir, 3)
  if (!first || !second) throw new Error('no devices')
  camera = first
  counter = second
  lantern = await startLantern({ dataDir })
  viewer = asking(lantern.httpUrl, adminKeyOf(dataDir))
})
afterEach(() => expectAllIsWell(lantern, dataDir, counter))
afterAll(() => lantern?.stop())

const reasons = async () => (await rejectionsOf(viewer)).map(({ device, reason }) => `${device} ${reason}`)

async function write(chunks: readonly Buffer[]): Promise<void> {
  const line = await wire(lantern.mqttPort)
  line.send(...chunks)
  await untilRead(line)
  await line.drop()
}

/** A CONNECT by hand: a keep-alive of 60 s, then the payload. */
const byHand = (options: { name?: string; version?: number; flags: number; payload: Buffer[] }) => {
  const { name = 'MQTT', version = 4, flags, payload } = options
  return packetOf(0x10, text(name), Buffer.from([version, flags, 0, 60]), ...payload)
}

const impossible: Record<string, readonly (Packet | Buffer)[]> = {
  'the reserved flag': [byHand({ flags: 0b1100_0011, payload: [text('x'), text('x'), text('x')] })],
  'a will of QoS 3': [byHand({ flags: 0b0001_1110, payload: [text('x'), text('t'), text('m')] })],
  'will flags without a will': [byHand({ flags: 0b0010_0010, payload: [text('x')] })],
  'a password and no user name': [byHand({ flags: 0b0100_0010, payload: [text('x'), text('secret')] })],
  'another protocol': [byHand({ name: 'AMQP', flags: 2, payload: [text('x')] })],
  'version 9': [byHand({ version: 9, flags: 2, payload: [text('x')] })],
  'a length that is announced and does not fit': [Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f, 0, 4])],
  'a length of five bytes': [Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 0x7f])],
  'a string beyond the end': [byHand({ flags: 2, payload: [Buffer.from([0xff, 0xff])] })],
  'a client id of 17 KB': [connectPacket({ id: 'i'.repeat(17_000), token: 't' })],
  'no CONNECT but a PUBLISH': [telemetryPacket({ id: 'dev-0' }, {})],
  'no CONNECT but a ping': [{ cmd: 'pingreq' }],
  'no CONNECT but a SUBSCRIBE': [{ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '#', qos: 0 }] }],
  HTTP: [Buffer.from('GET /v1/coverage HTTP/1.1\r\nHost: x\r\n\r\n')],
  TLS: [Buffer.from('160301020001000001fc0303', 'hex')],
}

describe('strangers at the MQTT door', { timeout: 60_000 }, () => {
  it('any bytes at all', async () => {
    const chunks = fc.array(anyBytes(600), { minLength: 1, maxLength: 3 })
    await fc.assert(fc.asyncProperty(chunks, write), { numRuns: 60 })
  })

  it('a CONNECT that is cut off or damaged', async () => {
    const packet = damaged(connectPacket(camera))
    await fc.assert(
      fc.asyncProperty(packet, (one) => write([one])),
      { numRuns: 60 },
    )
  })

  it('packets that cannot be: each ends its connection, and the reason is kept', async () => {
    await Promise.all(
      Object.entries(impossible).map(async ([what, packets]) => {
        const line = await wire(lantern.mqttPort)
        line.send(...packets)
        await line.ended().catch(() => Promise.reject(new Error(`still connected: ${what}`)))
      }),
    )
    await expect
      .poll(reasons, soon)
      .toEqual(expect.arrayContaining(['null malformed-packet', 'null too-large']))
  })

  it('the last will of another, which is never spoken', async () => {
    const operator = await connect(`mqtt://127.0.0.1:${lantern.mqttPort}`, {
      username: 'api-key',
      password: adminKeyOf(dataDir),
    })
    const heard = messagesOf(operator)
    await operator.subscribeAsync('devices/#')
    for (const topic of ['devices/dev-1/status', 'devices/dev-0/commands/stop', '$SYS/x', 'devices/#']) {
      const line = await wire(lantern.mqttPort)
      line.send(connectPacket(camera, { will: { topic, payload: '{"online":false}', qos: 1, retain: true } }))
      await line.ended()
    }
    await expect.poll(reasons, soon).toContain('null sign-in-failed')
    expect(heard).toEqual([])
    await operator.endAsync()
  })

  it("a name and a secret in each other's places: the secret is shown nowhere", async () => {
    const key = adminKeyOf(dataDir)
    for (const secret of [camera.token, key, `${key}\n`]) {
      const line = await wire(lantern.mqttPort)
      line.send(connectPacket({ id: secret, token: camera.id }))
      await line.ended()
    }
    const shown = async () => JSON.stringify(await rejectionsOf(viewer))
    await expect.poll(shown, soon).toContain('it has the form of a secret')
    for (const secret of [camera.token, key]) {
      expect(await shown()).not.toContain(secret)
      expect(JSON.stringify(lantern.log)).not.toContain(secret)
    }
  })

  it('two thousand connections that come and go, saying nothing or half of something', async () => {
    const half = generate(connectPacket(camera)).subarray(0, 20)
    for (let wave = 0; wave < 10; wave++)
      await Promise.all(
        Array.from({ length: 200 }, async (_, n) => {
          const line = await wire(lantern.mqttPort)
          if (n % 2 === 0) line.send(half)
          if (n % 3 === 0) line.socket.resetAndDestroy()
          await line.drop()
        }),
      )
    const connections = async () => (await figuresOf(lantern.httpUrl, 'broker')).connections
    await expect.poll(connections, soon).toBe(0)
  })
})
