/**
 * kill -9 in the middle of it, of each process in turn and of all at once, while alerts are raised and delivered to a slow
 * receiver: each is raised once, told at least once under the same key, and over when its camera is well again.
 */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startReceiver } from '../alerts/receivers.ts'
import { adminKeyOf, freePort, type RunningLantern, startLantern, withRegistry } from '../support/lantern.ts'
import { messagesOf } from '../support/mqtt.ts'
import { areas, places, type SignedUp, signUp } from '../support/small-city.ts'
import { temporaryFolder } from '../support/temporary.ts'
import {
  alertsOf,
  type CameraLine,
  cameraOn,
  deliveriesOf,
  env,
  operatorOn,
  stepsOf,
  subscribe,
  toldBy,
} from './alert-office.ts'
import { type Asking, asking } from './asking.ts'

const soon = { timeout: 30_000, interval: 50 }
const each = 8
const rule = 'camera-tampered'

describe('kill -9 while alerts are delivered', { timeout: 90_000 }, () => {
  const dataDir = temporaryFolder()
  const answering = startReceiver()
  let ports: { mqttPort: number; httpPort: number }
  let lantern: RunningLantern
  let cameras: SignedUp[]
  let lines: CameraLine[]
  let operator: Asking
  let subscription: { id: string }

  const start = async () => {
    lantern = await startLantern({ dataDir, ...ports, env })
    operator = asking(lantern.httpUrl, adminKeyOf(dataDir))
    lines = await Promise.all(cameras.map((camera) => cameraOn(lantern, camera)))
  }
  const hangUp = async () => {
    await Promise.all(lines.map(({ client }) => client.endAsync(true)))
  }
  /** The process with that entry file. */
  const processOf = (entry: string): number => {
    const found = lantern
      .children()
      .find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`/${entry}/main.ts`))
    if (found === undefined) throw new Error(`there is no process ${entry}`)
    return found
  }
  const told = async () => toldBy((await answering).calls)
  const opened = async () =>
    [...new Set((await told()).filter(({ step }) => step === 'opened').map(({ subject }) => subject))].sort()
  const idsOf = (from: number, to: number) =>
    cameras
      .slice(from, to)
      .map(({ id }) => id)
      .sort()
  const tamper = (from: number, to: number) =>
    Promise.all(lines.slice(from, to).map((line) => line.report({ tampered: true })))

  beforeAll(async () => {
    cameras = await withRegistry(dataDir, async (registry) => {
      await registry.putCity({ areas, places })
      return signUp(
        registry,
        Array.from({ length: 4 * each }, (_, index) => ({ id: `cam-${index}`, kind: 'camera' as const })),
      )
    })
    ports = { mqttPort: await freePort(), httpPort: await freePort() }
    const receiver = await answering
    // Slow, so that whoever is killed leaves something half done.
    receiver.answer = (_call, response) => setTimeout(() => response.writeHead(204).end(), 100)
    await start()
    subscription = await subscribe(operator, receiver, { rules: [rule] })
    await Promise.all(lines.map((line) => line.report()))
  })
  afterAll(async () => {
    await hangUp()
    await lantern?.kill().catch(() => undefined)
  })

  it('of the alerts process, with deliveries under way', async () => {
    await tamper(0, each)
    await expect.poll(async () => (await told()).length, soon).toBeGreaterThan(0)
    process.kill(processOf('alerts'), 'SIGKILL')
    await expect.poll(opened, soon).toEqual(idsOf(0, each))
  })

  it('of ingest, with readings on their way to it', async () => {
    await tamper(each, 2 * each)
    process.kill(processOf('ingest'), 'SIGKILL')
    await expect.poll(opened, soon).toEqual(idsOf(0, 2 * each))
  })

  it('of everything at once', async () => {
    const before = (await told()).length
    await tamper(2 * each, 3 * each)
    await expect.poll(async () => (await told()).length, soon).toBeGreaterThan(before)
    await hangUp()
    await lantern.kill()
    await start()
    await expect.poll(opened, soon).toEqual(idsOf(0, 3 * each))
  })

  it('of the main process alone, and a clean stop right after', async () => {
    await tamper(3 * each, 4 * each)
    await hangUp()
    process.kill(lantern.pid, 'SIGKILL')
    await start()
    await hangUp()
    expect(await lantern.stop()).toBe(0)
    await start()
    await expect.poll(opened, soon).toEqual(idsOf(0, 4 * each))
  })

  it('nothing was raised twice, and a repeated delivery has the key of the first', async () => {
    const raised = (await alertsOf(operator)).filter((alert) => alert.rule === rule)
    expect(raised.map(({ subject }) => subject.id).sort()).toEqual(idsOf(0, 4 * each))
    for (const { id } of raised) expect(await stepsOf(operator, id)).toEqual(['opened'])
    const keys = Map.groupBy(await told(), ({ stepId }) => stepId)
    expect(keys.size).toBe(4 * each)
    for (const [stepId, of] of keys) expect(new Set(of.map(({ key }) => key)).size, `step ${stepId}`).toBe(1)
    expect(new Set((await told()).map(({ key }) => key)).size).toBe(4 * each)
  })

  it('all are retained anew for a screen that joins now', async () => {
    const screen = await operatorOn(lantern, adminKeyOf(dataDir))
    const seen = messagesOf(screen)
    await screen.subscribeAsync('alerts/p1/d1/major/#', { qos: 1 })
    await expect.poll(() => seen.length, soon).toBeGreaterThanOrEqual(4 * each)
    const subjects = seen.map(({ text }) => JSON.parse(text)).filter((alert) => alert.rule === rule)
    expect(subjects.map(({ subject }) => subject.id).sort()).toEqual(idsOf(0, 4 * each))
    await screen.endAsync()
  })

  it('nothing stays open when the cameras are well, and the end was told after the beginning', async () => {
    await Promise.all(lines.map((line) => line.report()))
    const left = async () =>
      (await alertsOf(operator)).filter((alert) => alert.rule === rule && alert.state !== 'cleared')
    await expect.poll(left, soon).toEqual([])
    const states = async () =>
      new Set((await deliveriesOf(operator, subscription.id)).map(({ state }) => state))
    await expect.poll(states, soon).toEqual(new Set(['sent']))
    for (const [subject, of] of Map.groupBy(await told(), (one) => one.subject)) {
      const steps = of.map(({ step }) => step)
      expect(new Set(steps), subject).toEqual(new Set(['opened', 'cleared']))
      expect(steps.lastIndexOf('opened'), subject).toBeLessThan(steps.indexOf('cleared'))
    }
  })
})
