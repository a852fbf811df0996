/**
 * Deliveries that come again, in every way that MQTT and its failures allow: with DUP before and after the
 * acknowledgement, in lost QoS 2 handshakes, in other batches, after a restart and after kill -9. However often
 * a reading comes, every figure of the API counts it once.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  adminKeyOf,
  figuresOf,
  freePort,
  type RunningLantern,
  seedDevices,
  startLantern,
  stored,
} from '../support/lantern.ts'
import type { SignedUp } from '../support/small-city.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { asking, healthyCamera, rejectionsOf, trafficOf } from './asking.ts'
import { signedIn, telemetryPacket } from './wire.ts'

const soon = { timeout: 15_000, interval: 200 }
const series = z.object({
  series: z.array(
    z.object({ group: z.string(), points: z.array(z.object({ value: z.number(), count: z.number() })) }),
  ),
})
const latest = z.object({
  items: z.array(z.object({ id: z.string(), state: z.looseObject({ values: z.looseObject({}) }) })),
})
const coverage = z.object({
  total: z.object({ places: z.number(), installed: z.number(), working: z.number() }),
})

const dataDir = temporaryFolder()
let lantern: RunningLantern
let port: number
let devices: SignedUp[]
const start = async () => {
  lantern = await startLantern({ dataDir, mqttPort: port })
}
beforeAll(async () => {
  port = await freePort()
  devices = await seedDevices(dataDir, 60)
  await start()
})
afterAll(() => lantern?.stop())

const moment = Date.now() - 60_000
const reading = (n = 0, intensity = 7) => ({ observedAt: moment + n, ...trafficOf(intensity) })
const join = (device: SignedUp, clean = true) => signedIn(port, device, { clean })
const pubrel = (messageId: number) => ({ cmd: 'pubrel', messageId }) as const

/** Every way to send things more than once; each leaves its device with the readings 7, or 7 and 5. */
const ways: { what: string; send(device: SignedUp): Promise<void>; leaves: number[] }[] = [
  {
    what: 'QoS 1, cut off before the PUBACK, again with DUP',
    leaves: [7],
    async send(device) {
      const first = await join(device)
      first.send(telemetryPacket(device, reading(), { messageId: 9 }))
      await first.drop()
      const second = await join(device)
      second.send(telemetryPacket(device, reading(), { messageId: 9, dup: true }))
      await second.next('puback')
      await second.drop()
    },
  },
  {
    what: 'QoS 1, again with DUP after the PUBACK and a new connection',
    leaves: [7],
    async send(device) {
      for (const dup of [false, true, true]) {
        const line = await join(device)
        line.send(telemetryPacket(device, reading(), { dup }))
        await line.next('puback')
        await line.drop()
      }
    },
  },
  {
    what: 'QoS 1, ten times in one write',
    leaves: [7],
    async send(device) {
      const line = await join(device)
      line.send(
        ...Array.from({ length: 10 }, (_, n) =>
          telemetryPacket(device, reading(), { messageId: 3, dup: n > 0 }),
        ),
      )
      for (let n = 0; n < 10; n++) await line.next('puback')
      await line.drop()
    },
  },
  {
    what: 'QoS 2, the PUBREC lost, the session kept',
    leaves: [7],
    async send(device) {
      const first = await join(device, false)
      first.send(telemetryPacket(device, reading(), { qos: 2 }))
      await first.drop()
      const second = await join(device, false)
      second.send(telemetryPacket(device, reading(), { qos: 2, dup: true }))
      await second.next('pubrec')
      second.send(pubrel(1))
      await second.next('pubcomp')
      await second.drop()
    },
  },
  {
    what: 'QoS 2, the PUBCOMP lost, released again',
    leaves: [7],
    async send(device) {
      const first = await join(device, false)
      first.send(telemetryPacket(device, reading(), { qos: 2 }))
      await first.next('pubrec')
      first.send(pubrel(1))
      await first.drop()
      const second = await join(device, false)
      second.send(pubrel(1), pubrel(1))
      await second.next('pubcomp')
      await second.next('pubcomp')
      await second.drop()
    },
  },
  {
    what: 'QoS 2, published again before and after its release, and in a new session',
    leaves: [7],
    async send(device) {
      const line = await join(device)
      for (const dup of [false, true]) {
        line.send(telemetryPacket(device, reading(), { qos: 2, dup }))
        await line.next('pubrec')
      }
      line.send(pubrel(1))
      await line.next('pubcomp')
      line.send(telemetryPacket(device, reading(), { qos: 2, messageId: 2 }))
      await line.next('pubrec')
      await line.drop()
      const other = await join(device)
      other.send(telemetryPacket(device, reading(), { qos: 2, messageId: 77 }))
      await other.next('pubrec')
      other.send(pubrel(77))
      await other.next('pubcomp')
      await other.drop()
    },
  },
  {
    what: 'QoS 2, a packet id that is used again for another reading',
    leaves: [7, 5],
    async send(device) {
      const line = await join(device, false)
      line.send(telemetryPacket(device, reading(), { qos: 2 }))
      await line.next('pubrec')
      line.send(telemetryPacket(device, reading(1, 5), { qos: 2 }))
      await line.next('pubrec')
      line.send(pubrel(1))
      await line.next('pubcomp')
      await line.drop()
    },
  },
  {
    what: 'twice in one array, and alone before and after it',
    leaves: [7, 5],
    async send(device) {
      const line = await join(device)
      line.send(
        telemetryPacket(device, reading(), { messageId: 1 }),
        telemetryPacket(device, [reading(), reading(1, 5), reading(), reading(1, 5)], { messageId: 2 }),
        telemetryPacket(device, reading(1, 5), { messageId: 3 }),
        telemetryPacket(device, [reading(1, 5), reading()], { messageId: 4 }),
      )
      for (let n = 0; n < 4; n++) await line.next('puback')
      await line.drop()
    },
  },
  {
    what: 'the newer first, the older late, both again in QoS 0, 1 and 2',
    leaves: [7, 5],
    async send(device) {
      const line = await join(device)
      line.send(telemetryPacket(device, reading(1, 5)))
      await line.next('puback')
      line.send(telemetryPacket(device, reading()))
      await line.next('puback')
      for (const one of [reading(1, 5), reading()]) {
        line.send(telemetryPacket(device, one, { qos: 0 }), telemetryPacket(device, one, { dup: true }))
        line.send(telemetryPacket(device, one, { qos: 2, messageId: 2 }))
        await line.next('puback')
        await line.next('pubrec')
        line.send(pubrel(2))
        await line.next('pubcomp')
      }
      await line.drop()
    },
  },
  {
    what: 'the same moment with other values, and written otherwise: the first one counts',
    leaves: [7],
    async send(device) {
      const line = await join(device)
      line.send(telemetryPacket(device, reading()))
      await line.next('puback')
      const otherwise = [
        { ...reading(0, 900), occupancy: 1 },
        { ...reading(), observedAt: new Date(moment).toISOString() },
        { ...reading(), observedAt: new Date(moment + 7 * 3_600_000).toISOString().replace('Z', '+07:00') },
      ]
      for (const one of otherwise) {
        line.send(telemetryPacket(device, one))
        await line.next('puback')
      }
      line.send(telemetryPacket(device, otherwise))
      await line.next('puback')
      await line.drop()
    },
  },
]

/** What the API says of each traffic counter, by its id: the figures and what is kept. */
async function figures() {
  await stored(lantern.httpUrl)
  const viewer = asking(lantern.httpUrl, adminKeyOf(dataDir))
  const range = `field=intensity&window=7d&groupBy=device&from=${moment - 3_600_000}&to=${moment + 3_600_000}`
  const of = async (aggregate: string) => {
    const answer = await viewer.read(`/v1/telemetry/traffic_counter?${range}&aggregate=${aggregate}`, series)
    return new Map(answer.series.map(({ group, points }) => [group, points]))
  }
  const [sums, counts, last] = [await of('sum'), await of('count'), await of('last')]
  const kept = z.object({ items: z.array(z.object({ values: z.looseObject({ intensity: z.number() }) })) })
  return Promise.all(
    [...sums.keys()].map(async (id) => ({
      id,
      sum: sums.get(id),
      count: counts.get(id)?.map(({ value }) => value),
      last: last.get(id)?.map(({ value }) => value),
      readings: (await viewer.read(`/v1/devices/${id}/readings`, kept)).items.map(
        ({ values }) => values.intensity,
      ),
    })),
  )
}

function expected() {
  return ways
    .map(({ leaves }, index) => ({
      id: counters[index]?.id,
      sum: [{ value: leaves.reduce((sum, value) => sum + value, 0), count: leaves.length }],
      count: [leaves.length],
      last: leaves.slice(-1),
      readings: leaves.toReversed(),
    }))
    .sort((a, b) => ((a.id ?? '') < (b.id ?? '') ? -1 : 1))
}
let counters: SignedUp[] = []
const sendAll = () => Promise.all(counters.map((counter, index) => ways[index]?.send(counter)))

describe('deliveries that come again', { timeout: 60_000 }, () => {
  beforeAll(() => {
    counters = devices.filter(({ kind }) => kind === 'traffic_counter').slice(0, ways.length)
  })

  it.each(ways.map(({ what }, index) => ({ what, index })))('$what', async ({ index }) => {
    const counter = counters[index]
    if (!counter) throw new Error('there are not enough devices')
    await ways[index]?.send(counter)
    expect((await figures()).filter(({ id }) => id === counter.id)).toEqual([
      expected().find(({ id }) => id === counter.id),
    ])
  })

  it('really came again, and were no mistakes', async () => {
    expect((await figuresOf(lantern.httpUrl, 'ingest')).duplicates).toBeGreaterThan(30)
    expect(await rejectionsOf(asking(lantern.httpUrl, adminKeyOf(dataDir)))).toEqual([])
  })

  it('all of it once more after a restart', async () => {
    expect(await lantern.stop()).toBe(0)
    await start()
    expect(await figures()).toEqual(expected())
    await sendAll()
    expect(await figures()).toEqual(expected())
  })

  it('all of it once more, with kill -9 in the middle, and again', async () => {
    for (let kills = 0; kills < 3; kills++) {
      const sending = sendAll().catch(() => undefined)
      await sleep(30 * kills)
      await lantern.kill()
      await sending
      await start()
    }
    await sendAll()
    expect(await figures()).toEqual(expected())
  })

  it('neither heals nor breaks a camera', async () => {
    const [camera] = devices
    if (!camera) throw new Error('there is no camera')
    const viewer = asking(lantern.httpUrl, adminKeyOf(dataDir))
    const now = Date.now()
    const healthy = { observedAt: now - 2000, ...healthyCamera }
    const tampered = { observedAt: now - 1000, ...healthyCamera, tampered: true }
    const line = await join(camera)
    for (const one of [healthy, tampered, healthy, { ...tampered, tampered: false }, [healthy, healthy]]) {
      line.send(telemetryPacket(camera, one))
      await line.next('puback')
    }
    await stored(lantern.httpUrl)
    const state = async () =>
      (await viewer.read('/v1/devices?fault=tampered', latest)).items.map(({ id, state }) => [
        id,
        state.values,
      ])
    const { observedAt: _, ...values } = tampered
    await expect.poll(state, soon).toEqual([[camera.id, values]])
    expect((await viewer.read('/v1/coverage', coverage)).total).toEqual({
      places: 4,
      installed: 1,
      working: 0,
    })
    await line.drop()
  })
})
