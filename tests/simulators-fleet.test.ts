/**
 * The running fleet against a real broker: birth, last will and goodbye, readings on a fixed grid, a buffer
 * that outlives the broker's absence and knows its limit, new tokens for those that are not let in.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { parseTime, second } from '../model/time.ts'
import { statusTopic, telemetryTopic } from '../model/topics.ts'
import { type Account, createAccount, isClean, reportOf } from '../simulators/account.ts'
import { backfill, backfillStart } from '../simulators/backfill.ts'
import { createFleet, type Fleet } from '../simulators/fleet.ts'
import type { SimulatedDevice } from '../simulators/fleet-plan.ts'
import { createSharedTimers } from '../simulators/keepalive.ts'
import { bufferLimit, Link } from '../simulators/link.ts'
import { createReaders, type Reader } from '../simulators/readings/reader.ts'
import { createRota, phaseOf } from '../simulators/rota.ts'
import { ordinaryDay } from '../simulators/scenarios/ordinary-day.ts'
import { type RecordingBroker, startRecordingBroker } from './support/recording-broker.ts'

const square = { id: 'square-1', name: 'Quảng trường', type: 'square', area: 'a', areas: ['a'] }
const place = { ...square, longitude: 106.65, latitude: 10.98 }
const devices: SimulatedDevice[] = Array.from({ length: 6 }, (_, index) => ({
  id: `sim-t-cnt-000${index}`,
  kind: 'traffic_counter',
  reportingIntervalSeconds: 1,
  place,
}))
const readerOf = createReaders({
  seed: 't',
  course: ordinaryDay.course({ seed: 't', devices, startedAt: 0, speed: 1 }),
})
const tokens = new Map(devices.map(({ id }) => [id, `token of ${id}`]))

async function until(isSo: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 25 * second
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`)
    await wait(10)
  }
}

// Back-off is part of what is tested, and takes its seconds.
const patient = { timeout: 40 * second }

describe('a fleet', patient, () => {
  let broker: RecordingBroker
  let fleet: Fleet
  let account: Account
  let renewed: string[]

  beforeEach(async () => {
    broker = await startRecordingBroker()
    account = createAccount(Date.now())
    renewed = []
  })
  afterEach(async () => {
    await fleet.stop(second)
    await broker.stop()
  })

  function begin(
    options: { readers?: (device: SimulatedDevice) => Reader; fresh?: Map<string, string> } = {},
  ): void {
    fleet = createFleet({
      ...{ devices, tokens, account, mqttUrl: broker.url, warn: () => {} },
      readerOf: options.readers ?? readerOf,
      renewTokens: async (ids) => {
        renewed.push(...ids)
        return options.fresh ?? new Map()
      },
    })
    fleet.start()
  }

  /** The observation times that arrived from a device, in the order of their arrival. */
  const observed = (id: string) =>
    broker.messages
      .filter(({ topic }) => topic === telemetryTopic(id))
      .flatMap(({ text }) => {
        const body: unknown = JSON.parse(text)
        return z.array(z.looseObject({ observedAt: z.string() })).parse(Array.isArray(body) ? body : [body])
      })
      .map(({ observedAt }) => parseTime(observedAt))
  const statuses = (id: string) => broker.messages.filter(({ topic }) => topic === statusTopic(id))

  test('every device is born, reports on its grid, and says goodbye', async () => {
    begin()
    fleet.goLive({ now: Date.now() })
    await until(() => devices.every(({ id }) => observed(id).length >= 3), 'all have reported three times')
    await fleet.drain(5 * second)
    await fleet.stop(5 * second)
    for (const { id } of devices) {
      const times = observed(id)
      expect(times.map((time) => time % second)).toEqual(times.map(() => phaseOf(id, 1)))
      expect(times.slice(1).map((time, index) => time - (times[index] ?? 0))).toEqual(
        times.slice(1).map(() => second),
      )
      expect(statuses(id).map(({ text, retain }) => [JSON.parse(text).online, retain])).toEqual([
        [true, true],
        [false, true],
      ])
    }
    expect(broker.connected()).toEqual([])
    expect(account).toMatchObject({ connected: 6, refused: 0, dropped: 0, shutOut: 0, resent: 0 })
    expect(account.acknowledged).toBe(account.sent)
    expect(account.sent).toBe(devices.reduce((sum, { id }) => sum + observed(id).length, 0))
    expect(isClean(account)).toBe(true)
  })

  test('what could not be sent while the broker was away comes afterwards, with its own time, once', async () => {
    begin()
    fleet.goLive({ now: Date.now() })
    await until(() => devices.every(({ id }) => observed(id).length >= 1), 'all have reported')
    await broker.goAway()
    await wait(2500)
    await broker.comeBack()
    await until(() => devices.every(({ id }) => observed(id).length >= 6), 'all have caught up')
    await fleet.drain(10 * second)
    for (const { id } of devices) {
      const distinct = [...new Set(observed(id))]
      expect(distinct).toEqual([...distinct].sort((a, b) => a - b))
      const [first = 0] = distinct
      expect(distinct).toEqual(distinct.map((_, index) => first + index * second))
    }
    expect(account.acknowledged).toBe(account.sent)
    expect(account.dropped).toBe(0)
  })

  test('a reading without PUBACK is sent again, marked as a duplicate', async () => {
    broker.holdMs = 400
    begin()
    fleet.goLive({ now: Date.now() })
    await until(() => observed(devices[0]?.id ?? '').length > 0, 'one has reported')
    broker.cut()
    await until(() => broker.messages.some(({ dup }) => dup), 'one has been sent again')
    expect(account.resent).toBeGreaterThan(0)
  })

  test('a device that falls silent is gone without a word: the broker speaks its last will', async () => {
    let silent = false
    begin({ readers: (device) => ({ ...readerOf(device), silent: () => silent }) })
    fleet.goLive({ now: Date.now() })
    await until(() => broker.connected().length === devices.length, 'all are connected')
    silent = true
    await until(
      () => devices.every(({ id }) => statuses(id).at(-1)?.text === '{"online":false}'),
      'all wills',
    )
    expect(broker.connected()).toEqual([])
    silent = false
    await until(() => broker.connected().length === devices.length, 'all are back')
  })

  test('those that are not let in get new tokens; those that are gone are given up', async () => {
    const [first, ...others] = devices.map(({ id }) => id)
    const fresh = new Map(others.map((id) => [id, `new ${id}`]))
    broker.letIn = (user, password) => password === `new ${user}`
    begin({ fresh })
    fleet.goLive({ now: Date.now() })
    await until(() => broker.connected().length === others.length, 'the others are connected')
    expect(new Set(renewed)).toEqual(new Set(devices.map(({ id }) => id)))
    await fleet.drain(second)
    await fleet.stop(second)
    expect(observed(first ?? '')).toEqual([])
    expect(account.shutOut).toBe(1)
    expect(isClean(account)).toBe(false)
    expect(reportOf(account, Date.now())).toContain('1 were not let in')
  })

  test('a backfill writes each device’s history in order, the oldest first, and the same again', async () => {
    begin()
    const untilMoment = Date.parse('2025-09-17T12:00:00Z')
    const from = untilMoment - 1200 * second
    const write = () =>
      backfill({
        links: fleet.links,
        from,
        until: untilMoment,
        account,
        progress: () => {},
        signal: new AbortController().signal,
      })
    await write()
    const once = devices.map(({ id }) => observed(id))
    for (const times of once) {
      expect(times).toHaveLength(1200)
      expect(times).toEqual([...times].sort((a, b) => a - b))
      expect(times[0]).toBeGreaterThanOrEqual(from)
      expect(times.at(-1)).toBeLessThan(untilMoment)
    }
    expect(account).toMatchObject({ sent: 7200, acknowledged: 7200 })
    const first = broker.messages.filter(({ topic }) => topic.endsWith('/telemetry')).map(({ text }) => text)
    expect(first.length).toBe(devices.length * 3)
    broker.messages.length = 0
    await write()
    expect(broker.messages.map(({ text }) => text).sort()).toEqual(first.sort())
  })
})

test('a backfill of 30 days begins a little later, so that nothing is too old on arrival', () => {
  const now = Date.parse('2025-09-17T12:00:00Z')
  expect(backfillStart(now, 3_600_000)).toBe(now - 3_600_000)
  expect(backfillStart(now, 30 * 86_400_000)).toBe(now - 30 * 86_400_000 + 3_600_000)
})

test('a device that cannot send keeps its newest readings and counts what it drops', () => {
  const [device = devices[0]] = devices
  if (!device) throw new RangeError('no device')
  const account = createAccount(0)
  const timers = createSharedTimers()
  const link = new Link({
    device,
    reader: readerOf(device),
    token: '',
    mqttUrl: 'mqtt://127.0.0.1:1',
    timers,
    account,
  })
  for (let index = 0; index < bufferLimit + 7; index++) link.offer(index * second)
  timers.stop()
  expect(link.waiting).toBe(bufferLimit)
  expect(account.dropped).toBe(7)
  expect(link.giveUp()).toBe(bufferLimit)
  expect(link.waiting).toBe(0)
})

describe('the rota', () => {
  const members = Array.from({ length: 600 }, (_, index) => ({
    id: `device-${index}`,
    reportingIntervalSeconds: index % 3 === 0 ? 300 : 60,
  }))

  test('everyone has a turn once an interval, on the same grid however often one looks', () => {
    const start = 1_700_000_000_000
    const turnsOf = (step: number) => {
      const rota = createRota(members, { since: start })
      const turns: string[] = []
      for (let now = start; now <= start + 600 * second; now += step)
        rota.take(now, ({ id }, at) => turns.push(`${id} ${at}`))
      return turns
    }
    const turns = turnsOf(100)
    expect(turns).toHaveLength(200 * 2 + 400 * 10)
    expect(new Set(turns).size).toBe(turns.length)
    expect(turnsOf(20 * second).sort()).toEqual([...turns].sort())
  })

  test('the turns are spread evenly over the interval', () => {
    const start = 1_700_000_000_000
    const rota = createRota(members, { since: start })
    const tenths = Array<number>(10).fill(0)
    rota.take(start + 60 * second, (_, at) => {
      const tenth = Math.floor((at - start - 1) / (6 * second))
      tenths[tenth] = (tenths[tenth] ?? 0) + 1
    })
    for (const turns of tenths) {
      expect(turns).toBeGreaterThan(22)
      expect(turns).toBeLessThan(70)
    }
  })

  test('at a start, everyone reports its newest turn at once', () => {
    const now = 1_700_000_000_000
    const rota = createRota(members, { now })
    const turns = new Map<string, number>()
    rota.take(now, ({ id, reportingIntervalSeconds }, at) => {
      expect(turns.has(id)).toBe(false)
      expect(now - at).toBeLessThan(reportingIntervalSeconds * second)
      turns.set(id, at)
    })
    expect(turns.size).toBe(members.length)
  })
})
