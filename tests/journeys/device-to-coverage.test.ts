/**
 * One camera's whole life, seen from outside: registered over the API, heard over MQTT, counted in the coverage
 * of its place and districts, broken, silent, moved, given a new token, and decommissioned.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { adminKeyOf, type RunningLantern, seedDevices, startLantern } from '../support/lantern.ts'
import { closed, connect, messagesOf } from '../support/mqtt.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { type Asking, asking, healthyCamera, register } from './asking.ts'

const soon = { timeout: 15_000, interval: 200 }
const evidence = z.object({
  state: z.string(),
  devices: z.array(
    z.object({
      id: z.string(),
      status: z.string(),
      healthy: z.boolean(),
      faults: z.array(z.object({ code: z.string(), meaning: z.string().min(1) })),
      heardAt: z.string().nullable(),
    }),
  ),
})
const counts = { places: z.number(), installed: z.number(), working: z.number(), placesToTarget: z.number() }
const coverage = z.object({
  total: z.object(counts),
  areas: z.array(z.object({ code: z.string(), ...counts })),
})
const deviceState = z.object({
  place: z.string(),
  status: z.string(),
  state: z.object({ online: z.boolean().nullable(), values: z.record(z.string(), z.unknown()) }),
})

describe('from a device to the coverage of the city', { timeout: 60_000 }, () => {
  const dataDir = temporaryFolder()
  let lantern: RunningLantern
  let everyone: Asking
  let operator: Asking
  let token: string
  let camera: MqttClient

  beforeAll(async () => {
    await seedDevices(dataDir, 0)
    lantern = await startLantern({ dataDir })
    everyone = asking(lantern.httpUrl)
    operator = asking(lantern.httpUrl, adminKeyOf(dataDir))
  })
  afterAll(async () => {
    await camera?.endAsync(true)
    await lantern?.stop()
  })

  const signIn = (password: string) =>
    connect(`mqtt://127.0.0.1:${lantern.mqttPort}`, {
      clientId: 'gate-camera',
      username: 'gate-camera',
      password,
      will: {
        topic: 'devices/gate-camera/status',
        payload: Buffer.from('{"online":false}'),
        qos: 1,
        retain: true,
      },
    })
  const birth = () =>
    camera.publishAsync('devices/gate-camera/status', '{"online":true}', { qos: 1, retain: true })
  const report = (values: object = {}) =>
    camera.publishAsync(
      'devices/gate-camera/telemetry',
      JSON.stringify({ observedAt: new Date().toISOString(), ...healthyCamera, ...values }),
      { qos: 1 },
    )
  const place = (id: string) => everyone.read(`/v1/places/${id}`, evidence)
  const device = () => operator.read('/v1/devices/gate-camera', deviceState)
  /** What anyone sees of a place: its state, and of each device there what is wrong. */
  const seen = async (id: string) => {
    const { state, devices } = await place(id)
    return { state, faults: devices.map(({ faults }) => faults.map(({ code }) => code)) }
  }
  const districts = async () => {
    const { total, areas } = await everyone.read('/v1/coverage?level=district', coverage)
    return [['all', total] as const, ...areas.map((area) => [area.code, area] as const)].map(
      ([code, of]) => `${code} ${of.working}/${of.installed}/${of.places}, ${of.placesToTarget} to go`,
    )
  }
  /** Reports until it looks so: what is seen may be two seconds old, and a camera goes silent after three. */
  const reportUntil = (values: object, look: () => Promise<unknown>, wanted: unknown) =>
    expect
      .poll(async () => {
        await report(values)
        return look()
      }, soon)
      .toEqual(wanted)
  const healthy = { state: 'working', faults: [[]] }

  it('nothing is installed at first', async () => {
    expect(await districts()).toEqual(['all 0/0/4, 3 to go', 'd1 0/0/2, 2 to go', 'd2 0/0/2, 2 to go'])
    expect(await place('d1-a')).toEqual({ state: 'none', devices: [] })
  })

  it('a registered camera is installed; its token is shown once, and kept nowhere', async () => {
    const made = await register(operator, {
      id: 'gate-camera',
      kind: 'camera',
      place: 'd1-a',
      reportingIntervalSeconds: 1,
    })
    token = made.token
    expect(token).toMatch(/^[\w-]{43}$/)
    expect(await seen('d1-a')).toEqual({ state: 'installed', faults: [['never-heard']] })
    expect(await districts()).toEqual(['all 0/1/4, 2 to go', 'd1 0/1/2, 1 to go', 'd2 0/0/2, 2 to go'])
    for (const path of ['/v1/devices/gate-camera', '/v1/devices', '/v1/places/d1-a'])
      expect(JSON.stringify((await operator.ask('GET', path)).body)).not.toContain(token)
    const files = readdirSync(dataDir, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
    expect(files.length).toBeGreaterThan(4)
    for (const { parentPath, name } of files)
      expect(readFileSync(join(parentPath, name)).includes(token), name).toBe(false)
  })

  it('once it reports, its place is working, with the evidence', async () => {
    camera = await signIn(token)
    await birth()
    await reportUntil({}, () => seen('d1-a'), healthy)
    await reportUntil({}, districts, ['all 1/1/4, 2 to go', 'd1 1/1/2, 1 to go', 'd2 0/0/2, 2 to go'])
    const [proof] = (await place('d1-a')).devices
    expect(proof).toMatchObject({ id: 'gate-camera', status: 'commissioned', healthy: true })
    expect(Date.now() - Date.parse(proof?.heardAt ?? '')).toBeLessThan(30_000)
    await expect
      .poll(async () => (await device()).state, soon)
      .toMatchObject({
        online: true,
        values: healthyCamera,
      })
  })

  it.each([
    ['without a picture', { videoLoss: true }, ['video-loss']],
    ['tampered with', { tampered: true }, ['tampered']],
    ['frozen', { frozen: true }, ['frozen']],
    ['not recording', { recording: false }, ['not-recording']],
    [
      'wrong in every way',
      { recording: false, videoLoss: true, tampered: true, frozen: true },
      ['not-recording', 'video-loss', 'tampered', 'frozen'],
    ],
  ])('%s, it is installed and does not work, and the reason is said', async (_what, values, faults) => {
    await reportUntil(values, () => seen('d1-a'), { state: 'installed', faults: [faults] })
    await reportUntil(values, async () => (await districts())[1], 'd1 0/1/2, 1 to go')
    await reportUntil({}, () => seen('d1-a'), healthy)
  })

  it('quiet for three of its intervals, it is silent, and working again when it is heard', async () => {
    await report()
    await expect.poll(() => seen('d1-a'), soon).toEqual({ state: 'installed', faults: [['silent']] })
    expect((await districts())[0]).toBe('all 0/1/4, 2 to go')
    await reportUntil({}, () => seen('d1-a'), healthy)
  })

  it('what it observed an hour ago proves nothing about now', async () => {
    await expect.poll(() => seen('d1-a'), soon).toEqual({ state: 'installed', faults: [['silent']] })
    const hourAgo = Date.now() - 3_600_000
    await report({ observedAt: hourAgo, tampered: true })
    const kept = z.looseObject({ items: z.array(z.looseObject({ observedAt: z.iso.datetime() })) })
    const oldest = async () =>
      (await operator.read('/v1/devices/gate-camera/readings?limit=1000', kept)).items.at(-1)?.observedAt
    await expect.poll(oldest, soon).toBe(new Date(hourAgo).toISOString())
    await sleep(1500)
    expect(await seen('d1-a')).toEqual({ state: 'installed', faults: [['silent']] })
  })

  it('its last will says that it is offline, and so does its new birth that it is back', async () => {
    const watcher = await connect(`mqtt://127.0.0.1:${lantern.mqttPort}`, {
      username: 'api-key',
      password: adminKeyOf(dataDir),
    })
    const heard = messagesOf(watcher)
    await watcher.subscribeAsync('devices/+/status', { qos: 1 })
    camera.stream.destroy()
    await expect.poll(async () => (await device()).state.online, soon).toBe(false)
    camera = await signIn(token)
    await birth()
    await expect.poll(async () => (await device()).state.online, soon).toBe(true)
    const story = ['{"online":true}', '{"online":false}', '{"online":true}']
    await expect.poll(() => heard.map(({ text }) => text), soon).toEqual(story)
    await watcher.endAsync()
  })

  it('moved to another place, it counts there, and no more where it was', async () => {
    expect(await operator.ask('PATCH', '/v1/devices/gate-camera', { place: 'd2-b' })).toMatchObject({
      status: 200,
      body: { place: 'd2-b' },
    })
    await reportUntil({}, () => seen('d2-b'), healthy)
    expect(await place('d1-a')).toEqual({ state: 'none', devices: [] })
    await reportUntil({}, districts, ['all 1/1/4, 2 to go', 'd1 0/0/2, 2 to go', 'd2 1/1/2, 1 to go'])
  })

  it('given a new token, its connection ends, the old token is refused and the new one is good', async () => {
    const ended = closed(camera)
    const { status, body } = await operator.ask('POST', '/v1/devices/gate-camera/token')
    expect(status).toBe(200)
    await ended
    await expect(signIn(token)).rejects.toThrow(/Bad username or password/)
    token = z.object({ token: z.string() }).parse(body).token
    camera = await signIn(token)
    await reportUntil({}, () => seen('d2-b'), healthy)
  })

  it('decommissioned, it is installed nowhere, its connection ends and it is not let in again', async () => {
    const ended = closed(camera)
    expect((await operator.ask('DELETE', '/v1/devices/gate-camera')).status).toBe(200)
    expect((await seen('d2-b')).state).toBe('none')
    expect(await districts()).toEqual(['all 0/0/4, 3 to go', 'd1 0/0/2, 2 to go', 'd2 0/0/2, 2 to go'])
    await ended
    await expect(signIn(token)).rejects.toThrow(/Bad username or password/)
    expect((await operator.ask('POST', '/v1/devices/gate-camera/token')).status).toBe(409)
    expect((await operator.ask('PATCH', '/v1/devices/gate-camera', { place: 'd1-a' })).status).toBe(409)
    await expect.poll(async () => (await device()).state.online, soon).toBe(false)
    expect((await device()).status).toBe('decommissioned')
  })
})
