/**
 * An alert's life, seen from outside on the real whole product: a camera's reading raises it, it is in the list, at a
 * webhook, over MQTT and in the stream; a person acknowledges it; a good reading ends it everywhere.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { isSigned } from '../../model/signing.ts'
import { startReceiver } from '../alerts/receivers.ts'
import { adminKeyOf, type RunningLantern, startLantern, withRegistry } from '../support/lantern.ts'
import { messagesOf } from '../support/mqtt.ts'
import { addKey, areas, places, type SignedUp, signUp } from '../support/small-city.ts'
import { temporaryFolder } from '../support/temporary.ts'
import {
  alertsOf,
  type CameraLine,
  cameraOn,
  deliveriesOf,
  env,
  inShort,
  operatorOn,
  stepsOf,
  subscribe,
  toldBy,
} from './alert-office.ts'
import { type Asking, asking, register } from './asking.ts'

const soon = { timeout: 20_000, interval: 50 }

describe('the life of an alert', { timeout: 60_000 }, () => {
  const dataDir = temporaryFolder()
  let lantern: RunningLantern
  let cameras: SignedUp[]
  let camera: CameraLine
  const keys = { viewer: '', operator: '', admin: '' }
  let viewer: Asking
  let operator: Asking
  let admin: Asking
  let subscription: { id: string; secret: string }
  let id = 0
  const receiver = startReceiver()
  const opened = 'alerts/p1/d1/major/'

  beforeAll(async () => {
    await withRegistry(dataDir, async (registry) => {
      await registry.putCity({ areas, places })
      cameras = await signUp(registry, [{ id: 'gate', kind: 'camera' }])
      keys.viewer = await addKey(registry, 'viewer')
      keys.operator = await addKey(registry, 'operator')
    })
    lantern = await startLantern({ dataDir, env })
    keys.admin = adminKeyOf(dataDir)
    viewer = asking(lantern.httpUrl, keys.viewer)
    operator = asking(lantern.httpUrl, keys.operator)
    admin = asking(lantern.httpUrl, keys.admin)
    subscription = await subscribe(operator, await receiver, { rules: ['camera-tampered'] })
    const [gate] = cameras
    if (gate) camera = await cameraOn(lantern, gate)
    await camera.report()
  })
  afterAll(async () => {
    await camera?.client.endAsync(true)
    await lantern?.stop()
  })

  it('a viewer, and who has no key, may neither act nor subscribe; a device may not listen', async () => {
    const nobody = asking(lantern.httpUrl)
    expect((await nobody.ask('GET', '/v1/alerts')).status).toBe(401)
    for (const path of ['/v1/alerts/1:acknowledge', '/v1/alerts/1:clear', '/v1/subscriptions'])
      expect((await viewer.ask('POST', path, {})).status, path).toBe(403)
    expect((await operator.ask('POST', '/v1/rules', {})).status).toBe(403)
    const granted = await camera.client.subscribeAsync('alerts/#').catch(() => [{ qos: 128 }])
    expect(granted.map(({ qos }) => qos)).toEqual([128])
  })

  it('a camera that is tampered with is in the list, with words that say the place once', async () => {
    await camera.report({ tampered: true })
    await expect.poll(() => inShort(viewer), soon).toContain('camera-tampered gate open')
    const found = (await alertsOf(viewer)).find(({ subject }) => subject.id === 'gate')
    id = found?.id ?? 0
    expect(found).toMatchObject({
      title: 'gate at Place a of d1, Area d1, Area p1, was covered, turned or defocused',
      placeName: 'Place a of d1',
      areaNames: ['Area d1', 'Area p1'],
      evidence: { values: [{ field: 'tampered', value: true }] },
    })
  })

  it('it is at the webhook, signed, and the delivery is known as sent', async () => {
    const { calls } = await receiver
    await expect.poll(() => toldBy(calls).map(({ step }) => step), soon).toEqual(['opened'])
    const [call] = calls
    expect(call && isSigned({ headers: call.headers, body: call.body, secret: subscription.secret })).toBe(
      true,
    )
    const sent = async () => (await deliveriesOf(operator, subscription.id)).map(({ state }) => state)
    await expect.poll(sent, soon).toEqual(['sent'])
  })

  it('a screen that joins late sees it over MQTT; acknowledged, it says so', async () => {
    const screen = await operatorOn(lantern, keys.viewer)
    const seen = messagesOf(screen)
    await screen.subscribeAsync('alerts/#', { qos: 1 })
    const topic = `${opened}${id}`
    await expect.poll(() => seen.map((one) => [one.topic, one.retain]), soon).toEqual([[topic, true]])
    expect(JSON.parse(seen[0]?.text ?? '')).toMatchObject({ id, state: 'open', subject: { id: 'gate' } })
    const comment = 'a patrol is on its way'
    expect(await operator.ask('POST', `/v1/alerts/${id}:acknowledge`, { comment })).toMatchObject({
      status: 200,
      body: { state: 'acknowledged' },
    })
    await expect.poll(() => JSON.parse(seen.at(-1)?.text ?? '').state, soon).toBe('acknowledged')
    await screen.endAsync()
  })

  it('a good reading ends it: in the list, at the webhook, in the stream, and nothing stays retained', async () => {
    const screen = await operatorOn(lantern, keys.viewer)
    const seen = messagesOf(screen)
    await screen.subscribeAsync('alerts/#', { qos: 1 })
    const stream = await listenTo(lantern.httpUrl, keys.viewer, '0')
    await camera.report()
    await expect.poll(() => inShort(viewer), soon).toEqual(['camera-tampered gate cleared'])
    expect(await stepsOf(viewer, id)).toEqual(['opened', 'acknowledged', 'cleared'])
    await expect.poll(() => stream.steps(), soon).toEqual(['opened', 'acknowledged', 'cleared'])
    await stream.stop()
    const { calls } = await receiver
    await expect
      .poll(() => toldBy(calls).map(({ step }) => step), soon)
      .toEqual(['opened', 'acknowledged', 'cleared'])
    await expect.poll(() => seen.at(-1), soon).toMatchObject({ topic: `${opened}${id}`, text: '' })
    const late = await operatorOn(lantern, keys.viewer)
    const left = messagesOf(late)
    // The answer to the second follows what is retained for the first.
    await late.subscribeAsync('alerts/#', { qos: 1 })
    await late.subscribeAsync('devices/+/status', { qos: 1 })
    expect(left.filter(({ topic }) => topic.startsWith('alerts/'))).toEqual([])
    await late.endAsync()
    await screen.endAsync()
  })

  it('the stream goes on after the event that a client saw last', async () => {
    const first = await listenTo(lantern.httpUrl, keys.viewer, '0')
    await expect.poll(() => first.ids().length, soon).toBe(3)
    await first.stop()
    const [, second] = first.ids()
    const again = await listenTo(lantern.httpUrl, keys.viewer, second ?? '')
    await expect.poll(() => again.steps(), soon).toEqual(['cleared'])
    await again.stop()
  })

  it('what a rule would have raised over the stored readings is what it raised', async () => {
    const {
      changedAt: _at,
      changedBy: _by,
      ...rule
    } = await viewer.read('/v1/rules/camera-tampered', z.record(z.string(), z.unknown()))
    const raised = async () => {
      const { status, body } = await admin.ask('POST', '/v1/rules:test', { rule })
      return { status, body }
    }
    await expect.poll(raised, soon).toMatchObject({
      status: 200,
      body: { complete: true, raised: [{ subject: { type: 'device', id: 'gate' } }] },
    })
    const { body } = await raised()
    const [trial] = z
      .object({ raised: z.array(z.looseObject({ title: z.string(), since: z.string() })) })
      .parse(body).raised
    const live = (await alertsOf(viewer)).find((one) => one.id === id)
    expect(trial).toMatchObject({ title: live?.title, since: live?.since })
  })

  it('silence is noticed by time, and over with the next reading', async () => {
    const seconds = { place: 'd2-a', reportingIntervalSeconds: 1 }
    const quiet = await register(operator, { id: 'quiet', kind: 'camera', ...seconds })
    const line = await cameraOn(lantern, quiet)
    await line.report()
    await expect.poll(() => inShort(viewer), soon).toContain('camera-silent quiet open')
    await line.report()
    await expect.poll(() => inShort(viewer), soon).toContain('camera-silent quiet cleared')
    await line.client.endAsync(true)
  })
})

/** Listens to the stream after an event. */
async function listenTo(httpUrl: string, key: string, lastEventId: string) {
  const ending = new AbortController()
  const response = await fetch(`${httpUrl}/v1/alerts/stream`, {
    headers: { authorization: `Bearer ${key}`, 'last-event-id': lastEventId },
    signal: ending.signal,
  })
  let text = ''
  const decoder = new TextDecoder()
  const reading = (async () => {
    for await (const part of response.body ?? []) text += decoder.decode(part, { stream: true })
  })().catch(() => undefined)
  const fields = (name: string) =>
    [...text.matchAll(new RegExp(`^${name}: ?(.*)$`, 'gm'))].map(([, it]) => it ?? '')
  const event = z.object({ step: z.object({ step: z.string() }) })
  return {
    ids: () => fields('id'),
    steps: () => fields('data').map((data) => event.parse(JSON.parse(data)).step.step),
    async stop() {
      ending.abort()
      await reading
    },
  }
}
