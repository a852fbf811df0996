/**
 * The clients that people really have: mosquitto_pub and mosquitto_sub as the README shows them, and MQTT.js
 * over TCP and WebSocket, against the running process.
 */
import { execFile, spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import mqtt, { type IClientOptions, type IConnackPacket } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { adminKeyOf, type RunningLantern, seedDevices, startLantern, stored } from '../support/lantern.ts'
import { connect } from '../support/mqtt.ts'
import type { SignedUp } from '../support/small-city.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { type Asking, asking, healthyCamera, rejectionsOf, trafficOf } from './asking.ts'

const soon = { timeout: 15_000, interval: 200 }
const noMosquitto = spawnSync('mosquitto_pub', ['--version']).error !== undefined
const run = promisify(execFile)
const count = z.object({ series: z.array(z.object({ points: z.array(z.object({ value: z.number() })) })) })
const readings = z.object({
  items: z.array(z.object({ observedAt: z.string(), values: z.record(z.string(), z.unknown()) })),
})

const dataDir = temporaryFolder()
let lantern: RunningLantern
let viewer: Asking
let key: string
let devices: SignedUp[]
beforeAll(async () => {
  devices = await seedDevices(dataDir, 210)
  lantern = await startLantern({ dataDir })
  key = adminKeyOf(dataDir)
  viewer = asking(lantern.httpUrl, key)
})
afterAll(() => lantern?.stop())

/** Devices in turn are a camera, a traffic counter, a street sensor. */
function device(number: number): SignedUp {
  const found = devices[number]
  if (!found) throw new Error(`there is no device ${number}`)
  return found
}
const newest = async ({ id }: SignedUp) => {
  await stored(lantern.httpUrl)
  return (await viewer.read(`/v1/devices/${id}/readings?limit=10`, readings)).items
}
/** How many of the traffic counters' readings there are, of one or of all. */
const counted = async (of?: SignedUp) => {
  await stored(lantern.httpUrl)
  const range = `from=${Date.now() - 86_400_000}&to=${Date.now() + 300_000}`
  const { series } = await viewer.read(
    `/v1/telemetry/traffic_counter?field=intensity&aggregate=count&window=7d&${range}${of ? `&device=${of.id}` : ''}`,
    count,
  )
  return series.flatMap(({ points }) => points).reduce((sum, { value }) => sum + value, 0)
}

describe.skipIf(noMosquitto)('mosquitto_pub and mosquitto_sub', { timeout: 60_000 }, () => {
  const server = () => ['-h', '127.0.0.1', '-p', String(lantern.mqttPort)]
  const as = ({ id, token }: SignedUp) => ['-i', id, '-u', id, '-P', token]
  const asOperator = () => ['-u', 'api-key', '-P', key]
  /** Exit code and last words. */
  const call = async (program: string, args: string[]) =>
    run(program, [...server(), ...args], { timeout: 20_000 }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error) => z.object({ code: z.number(), stdout: z.string(), stderr: z.string() }).parse(error),
    )

  it.each(['0', '1', '2'])('a reading with QoS %s, as the README shows it', async (qos) => {
    const camera = device(3 * Number(qos))
    const observedAt = new Date().toISOString()
    const reading = JSON.stringify({ observedAt, ...healthyCamera })
    const topic = `devices/${camera.id}/telemetry`
    expect(await call('mosquitto_pub', [...as(camera), '-t', topic, '-q', qos, '-m', reading])).toMatchObject(
      {
        code: 0,
        stderr: '',
      },
    )
    await expect.poll(() => newest(camera), soon).toMatchObject([{ observedAt, values: healthyCamera }])
  })

  it('a batch from a file', async () => {
    const counter = device(1)
    const file = join(temporaryFolder(), 'batch.json')
    const start = Date.now() - 1000
    const batch = Array.from({ length: 200 }, (_, n) => ({ observedAt: start + n, ...trafficOf(n) }))
    writeFileSync(file, JSON.stringify(batch))
    const topic = `devices/${counter.id}/telemetry`
    expect((await call('mosquitto_pub', [...as(counter), '-t', topic, '-q', '1', '-f', file])).code).toBe(0)
    expect(await counted(counter)).toBe(200)
  })

  it('is told of a wrong token, of a foreign topic, and of MQTT 5', async () => {
    const camera = device(0)
    const topic = `devices/${camera.id}/telemetry`
    const refused = await call('mosquitto_pub', [
      '-u',
      camera.id,
      '-P',
      'wrong',
      '-t',
      topic,
      '-q',
      '1',
      '-m',
      '{}',
    ])
    expect(refused.code).toBe(4)
    expect(refused.stderr).toContain('bad user name or password')
    const foreign = await call('mosquitto_pub', [
      ...as(camera),
      '-t',
      'devices/dev-1/telemetry',
      '-q',
      '1',
      '-m',
      '{}',
    ])
    expect(foreign.code).toBe(7)
    expect(foreign.stderr).toContain('connection was lost')
    const five = await call('mosquitto_pub', [
      ...as(camera),
      '-V',
      'mqttv5',
      '-t',
      topic,
      '-q',
      '1',
      '-m',
      '{}',
    ])
    expect(five.code).not.toBe(0)
    expect(five.stderr).toContain('Unsupported Protocol Version')
    const reasons = async () =>
      (await rejectionsOf(viewer)).map(({ device, reason }) => `${device} ${reason}`)
    await expect
      .poll(reasons, soon)
      .toEqual(expect.arrayContaining([`${camera.id} sign-in-failed`, `${camera.id} foreign-topic`]))
  })

  it('an operator sees the retained status of every device, and nothing that is not a status', async () => {
    const [camera, counter] = [device(0), device(1)]
    const say = (of: SignedUp, channel: string, text: string) =>
      call('mosquitto_pub', [...as(of), '-t', `devices/${of.id}/${channel}`, '-q', '1', '-r', '-m', text])
    await say(camera, 'status', '{"online":true,"firmware":"1.2"}')
    await say(counter, 'status', '{"online":false}')
    await say(counter, 'telemetry', JSON.stringify({ observedAt: Date.now(), ...trafficOf(1) }))
    const { stdout } = await call('mosquitto_sub', [
      ...asOperator(),
      '-t',
      'devices/#',
      '-v',
      '--retained-only',
      '-W',
      '2',
    ])
    expect(stdout.trim().split('\n').sort()).toEqual([
      `devices/${camera.id}/status {"online":true,"firmware":"1.2"}`,
      `devices/${counter.id}/status {"online":false}`,
    ])
  })

  it('two that share a key and name no client id both hear', async () => {
    const topic = `devices/${device(4).id}/telemetry`
    const listeners = [1, 2].map(() => {
      const child = spawn('mosquitto_sub', [...server(), ...asOperator(), '-t', topic, '-W', '30'])
      const heard: string[] = []
      child.stdout.on('data', (bytes) => heard.push(String(bytes)))
      return { child, heard }
    })
    try {
      await expect
        .poll(async () => {
          const message = JSON.stringify({ observedAt: Date.now(), ...trafficOf(2) })
          await call('mosquitto_pub', [...as(device(4)), '-t', topic, '-q', '1', '-m', message])
          return listeners.every(({ heard }) => heard.length > 0)
        }, soon)
        .toBe(true)
      // Had one put the other out, that one would have come back and put this one out, and so on.
      await sleep(3000)
      const before = listeners.map(({ heard }) => heard.join('').split('\n').length)
      for (const n of [1, 2, 3])
        await call('mosquitto_pub', [...as(device(4)), '-t', topic, '-q', '1', '-m', JSON.stringify({ n })])
      const since = () =>
        listeners.map(({ heard }, index) => heard.join('').split('\n').length - (before[index] ?? 0))
      await expect.poll(since, soon).toEqual([3, 3])
    } finally {
      for (const { child } of listeners) child.kill()
    }
  })

  it('an operator may not publish, nor a device listen to others', async () => {
    const topic = `devices/${device(0).id}/telemetry`
    expect((await call('mosquitto_pub', [...asOperator(), '-t', topic, '-q', '1', '-m', '{}'])).code).toBe(7)
    const { stdout, stderr } = await call('mosquitto_sub', [
      ...as(device(2)),
      '-t',
      'devices/#',
      '-v',
      '-W',
      '2',
    ])
    expect(stdout).toBe('')
    expect(stderr).toContain('denied')
  })
})

describe('MQTT.js', { timeout: 60_000 }, () => {
  const tcp = () => `mqtt://127.0.0.1:${lantern.mqttPort}`
  const webSocket = () => `${lantern.httpUrl.replace('http', 'ws')}/mqtt`
  const as = ({ id, token }: SignedUp) => ({ clientId: id, username: id, password: token })

  it.each([0, 1, 2] as const)('over WebSocket with QoS %i', async (qos) => {
    const counter = device(10 + 3 * qos)
    const client = await connect(webSocket(), as(counter))
    const start = Date.now() - 1000
    for (let n = 0; n < 20; n++)
      await client.publishAsync(
        `devices/${counter.id}/telemetry`,
        JSON.stringify({ observedAt: start + n, ...trafficOf(n) }),
        { qos },
      )
    await expect.poll(() => counted(counter), soon).toBe(20)
    await client.endAsync()
  })

  /** Connects and tells whether the broker had a session; then goes. */
  async function sessionPresent(options: IClientOptions, filter?: string): Promise<boolean> {
    const client = mqtt.connect(tcp(), {
      reconnectPeriod: 0,
      connectTimeout: 5000,
      resubscribe: false,
      ...options,
    })
    const connack = await new Promise<IConnackPacket>((resolve, reject) => {
      client.once('connect', resolve)
      client.once('error', reject)
    })
    if (filter !== undefined) await client.subscribeAsync(filter, { qos: 1 })
    await client.endAsync()
    return connack.sessionPresent
  }

  it('keeps a session for a device that asks for it, until it asks for a clean one', async () => {
    const own = as(device(2))
    const commands = `devices/${device(2).id}/commands/#`
    expect(await sessionPresent({ ...own, clean: false }, commands)).toBe(false)
    expect(await sessionPresent({ ...own, clean: false })).toBe(true)
    expect(await sessionPresent({ ...own, clean: true })).toBe(false)
    expect(await sessionPresent({ ...own, clean: false })).toBe(false)
  })

  it('keeps none for another client id, nor for an operator, whatever they ask for', async () => {
    const other = { ...as(device(2)), clientId: 'spare', clean: false }
    expect(await sessionPresent(other, `devices/${device(2).id}/commands/#`)).toBe(false)
    expect(await sessionPresent(other)).toBe(false)
    const operator = { username: 'api-key', password: key, clientId: 'control-room', clean: false }
    expect(await sessionPresent(operator, 'devices/#')).toBe(false)
    expect(await sessionPresent(operator)).toBe(false)
  })

  it.each(['TCP', 'WebSocket'])(
    'asking for MQTT 5 over %s, is told that the version is not spoken',
    async (way) => {
      const url = way === 'TCP' ? tcp() : webSocket()
      await expect(connect(url, { ...as(device(5)), protocolVersion: 5 })).rejects.toThrow(
        /Unacceptable protocol version/,
      )
      const older = await connect(url, { ...as(device(5)), protocolVersion: 4 })
      await older.endAsync()
    },
  )

  it('keeps a quiet connection open with its pings', async () => {
    const client = await connect(tcp(), { ...as(device(6)), keepalive: 1 })
    let lost = false
    client.on('close', () => {
      lost = true
    })
    await sleep(4000)
    expect(lost).toBe(false)
    await client.publishAsync(`devices/${device(6).id}/status`, '{"online":true}', { qos: 1 })
    await client.endAsync()
  })

  it('sends a thousand readings in one message, and not one more', async () => {
    const counter = device(31)
    const client = await connect(tcp(), as(counter))
    const start = Date.now() - 10_000
    const batch = (from: number, length: number) =>
      JSON.stringify(
        Array.from({ length }, (_, n) => ({
          observedAt: new Date(start + from + n).toISOString(),
          ...trafficOf(n),
        })),
      )
    const topic = `devices/${counter.id}/telemetry`
    await Promise.all(
      [0, 1000, 2000].map((from) => client.publishAsync(topic, batch(from, 1000), { qos: 1 })),
    )
    await client.publishAsync(topic, batch(3000, 1001), { qos: 1 })
    expect(await counted(counter)).toBe(3000)
    await expect
      .poll(async () => (await rejectionsOf(viewer)).filter(({ device }) => device === counter.id), soon)
      .toMatchObject([{ reason: 'too-many-readings', count: 1 }])
    await client.endAsync()
  })

  it('sends five thousand messages with QoS 2 in one go', async () => {
    const counter = device(34)
    const client = await connect(tcp(), as(counter))
    const start = Date.now() - 10_000
    const sending = Array.from({ length: 5000 }, (_, n) =>
      client.publishAsync(
        `devices/${counter.id}/telemetry`,
        JSON.stringify({ observedAt: start + n, ...trafficOf(n) }),
        { qos: 2 },
      ),
    )
    await Promise.all(sending)
    expect(await counted(counter)).toBe(5000)
    await client.endAsync()
  })

  it('fifty devices at once, each with a hundred readings', async () => {
    const fleet = devices.filter(({ kind }) => kind === 'traffic_counter').slice(-50)
    const before = await counted()
    const start = Date.now() - 10_000
    await Promise.all(
      fleet.map(async (counter, index) => {
        const client = await connect(index % 2 === 0 ? tcp() : webSocket(), as(counter))
        await Promise.all(
          Array.from({ length: 100 }, (_, n) =>
            client.publishAsync(
              `devices/${counter.id}/telemetry`,
              JSON.stringify({ observedAt: start + n, ...trafficOf(n) }),
              { qos: 1 },
            ),
          ),
        )
        await client.endAsync()
      }),
    )
    expect((await counted()) - before).toBe(5000)
  })
})
