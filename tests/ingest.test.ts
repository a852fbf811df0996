/**
 * Ingest on real stores: what becomes a reading, what becomes a rejection and why, and that a worker that
 * fails anywhere and begins again neither loses nor doubles anything.
 */
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { newBatch, reject } from '../ingest/batch.ts'
import { LanternError } from '../model/errors.ts'
import { rejectionReasonNames } from '../model/rejection.ts'
import { day, hour, minute } from '../model/time.ts'
import type { JournalMessage } from '../stores/journal/port.ts'
import { startTestIngest, type TestIngest } from './support/ingest.ts'
import { temporaryFolder } from './support/temporary.ts'

const now = Date.now()
const message = (topic: string, body: unknown, receivedAt = now): JournalMessage => ({
  topic,
  payload: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  receivedAt,
})
const telemetry = (body: unknown, receivedAt = now) => message('devices/env-1/telemetry', body, receivedAt)
const camera = {
  recording: true,
  videoLoss: false,
  tampered: false,
  frozen: false,
  fps: 25,
  bitrateKbps: 2000,
  storageUsedShare: 0.4,
}
const traffic = { intensity: 12, intervalSeconds: 60, averageVehicleSpeed: 31.5, occupancy: 0.2 }

let ingest: TestIngest
afterEach(() => ingest.stop())

async function start(): Promise<void> {
  ingest = await startTestIngest(temporaryFolder(), [
    { id: 'cam-1', kind: 'camera' },
    { id: 'cnt-1', kind: 'traffic_counter' },
    { id: 'env-1', kind: 'street_sensor' },
  ])
}

async function stored(id: string) {
  const device = await ingest.registry.device(id)
  if (!device) throw new Error(`no device ${id}`)
  const readings = await ingest.telemetry.latest({ kind: device.kind, serial: device.serial, limit: 100_000 })
  return readings.map(({ observedAt, values }): Record<string, unknown> => ({ observedAt, ...values }))
}
async function rejections() {
  const { items } = await ingest.registry.rejections({ limit: 1000 })
  return items.map(({ device, reason, count, detail }) => ({ device, reason, count, detail }))
}

describe('ingest', () => {
  it('goes on where a store has seen positions that the journal never had', async () => {
    await start()
    // Such as a fresh data folder on an InfluxDB that is in use already.
    await ingest.telemetry.append([], 8)
    await ingest.append([telemetry({ observedAt: now, pm25: 7 })])
    await ingest.drain()
    expect(await stored('env-1')).toEqual([{ observedAt: now, pm25: 7 }])
  })

  it('makes what the store refuses a rejection with its words, and keeps the rest', async () => {
    await start()
    await ingest.append([telemetry([1, 2, 3].map((pm25) => ({ observedAt: now - pm25, pm25 })))])
    await ingest.drain({
      spoil: ({ telemetry: store, registry }) => ({
        registry,
        telemetry: {
          ...store,
          async append(readings, position) {
            await store.append(
              readings.filter((_, index) => index !== 1),
              position,
            )
            return { refused: [{ index: 1, detail: 'the words of the store' }] }
          },
        },
      }),
    })
    expect(await stored('env-1')).toHaveLength(2)
    expect(await rejections()).toEqual([
      { device: 'env-1', reason: 'store-refused', count: 1, detail: 'the words of the store' },
    ])
  })

  it('stores each kind, single and in batches, with times in both forms', async () => {
    await start()
    await ingest.append([
      message('devices/cam-1/telemetry', { observedAt: new Date(now - 1000).toISOString(), ...camera }),
      message('devices/cnt-1/telemetry', { observedAt: now - 2000, ...traffic }),
      telemetry([
        { observedAt: now - 3000, pm25: 12.5 },
        {
          observedAt: '2026-01-01T00:00:00+07:00'.replace(
            '2026-01-01',
            new Date(now - day).toISOString().slice(0, 10),
          ),
          temperature: 31,
        },
      ]),
    ])
    await ingest.drain()
    expect(await rejections()).toEqual([])
    expect(await stored('cam-1')).toEqual([{ observedAt: now - 1000, ...camera }])
    expect(await stored('cnt-1')).toEqual([{ observedAt: now - 2000, ...traffic }])
    expect(await stored('env-1')).toHaveLength(2)
  })

  it.each([
    ['broken JSON', '{"observedAt":', 'not-json'],
    ['nothing', '', 'not-json'],
    ['NaN', `{"observedAt":${now},"pm25":NaN}`, 'not-json'],
    ['a huge number', `{"observedAt":${now},"pm25":1e999}`, 'invalid-field'],
    ['a number out of range', { observedAt: now, pm25: -1 }, 'invalid-field'],
    ['a text where a number belongs', { observedAt: now, pm25: '12' }, 'invalid-field'],
    ['deep nesting', `${'['.repeat(50_000)}${']'.repeat(50_000)}`, 'not-a-reading'],
    [
      'a deeply nested field',
      `{"observedAt":${now},"pm25":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`,
      'invalid-field',
    ],
    ['a number', 42, 'not-a-reading'],
    ['null', 'null', 'not-a-reading'],
    ['an empty array', [], 'not-a-reading'],
    ['an array of arrays', [[]], 'not-a-reading'],
    ['no field at all', { observedAt: now }, 'invalid-field'],
    ['no time', { pm25: 1 }, 'invalid-time'],
    ['a time without a zone', { observedAt: '2026-01-01T00:00:00', pm25: 1 }, 'invalid-time'],
    ['30 February', { observedAt: '2026-02-30T00:00:00Z', pm25: 1 }, 'invalid-time'],
    ['a time in words', { observedAt: 'yesterday', pm25: 1 }, 'invalid-time'],
    ['a time in seconds', { observedAt: Math.floor(now / 1000), pm25: 1 }, 'time-too-old'],
    ['the future', { observedAt: now + 6 * minute, pm25: 1 }, 'time-in-future'],
    ['31 days ago', { observedAt: now - 31 * day, pm25: 1 }, 'time-too-old'],
    [
      '1,001 readings',
      Array.from({ length: 1001 }, (_, n) => ({ observedAt: now - n, pm25: 1 })),
      'too-many-readings',
    ],
    ["another kind's fields", { observedAt: now, ...camera }, 'invalid-field'],
  ])('rejects %s, with the reason', async (_what, body, reason) => {
    await start()
    await ingest.append([telemetry(body), telemetry({ observedAt: now - 1, pm25: 7 })])
    await ingest.drain()
    expect(await rejections()).toMatchObject([{ device: 'env-1', reason, count: 1 }])
    expect(await stored('env-1')).toEqual([{ observedAt: now - 1, pm25: 7 }])
  })

  it('rejects what is nobody’s, or on no topic of ours', async () => {
    await start()
    await ingest.append([
      message('devices/nobody/telemetry', { observedAt: now, pm25: 1 }),
      message('devices/env-1/other', 'x'),
      message('devices/env-1/status', '{"online":"yes"}'),
      message('devices/env-1/status', `{"online":true,"x":"${'x'.repeat(5000)}"}`),
      message('elsewhere', 'x'),
    ])
    await ingest.drain()
    expect((await rejections()).map(({ device, reason, count }) => [device, reason, count]).sort()).toEqual(
      [
        [null, 'unknown-topic', 1],
        ['env-1', 'invalid-status', 2],
        ['env-1', 'unknown-topic', 1],
        ['nobody', 'unknown-device', 1],
      ].sort(),
    )
  })

  it('counts a flood of equal rejections, and holds one of them, the newest', async () => {
    const batch = newBatch({ position: 1, messages: [], alreadyStored: false, alreadyCounted: false })
    for (let n = 1; n <= 1000; n++)
      reject(batch, { device: 'a', reason: 'not-a-reading', detail: `${n}`, sample: n, at: n })
    reject(batch, { device: null, reason: 'not-a-reading', detail: '', sample: '', at: 1 })
    expect([...batch.rejections.values()]).toMatchObject([
      { device: 'a', count: 1000, detail: '1000', sample: '1000', at: 1000 },
      { device: null, count: 1 },
    ])
    await start()
    await ingest.append([telemetry(Array(1000).fill(1)), telemetry(Array(500).fill(1)), telemetry('x')])
    const worker = await ingest.drain()
    expect(worker.progress().rejections).toBe(1501)
    expect(worker.rejections()).toEqual(
      new Map([
        ['not-a-reading', 1500],
        ['not-json', 1],
      ]),
    )
    expect((await rejections()).map(({ reason, count }) => [reason, count])).toEqual(
      expect.arrayContaining([
        ['not-a-reading', 1500],
        ['not-json', 1],
      ]),
    )
  })

  it('keeps a reading that has a field nobody knows, and says so', async () => {
    await start()
    await ingest.append([
      telemetry(`{"observedAt":${now},"pm25":1,"pm25":2,"pm2.5":3,"__proto__":{"no2":1}}`),
    ])
    await ingest.drain()
    expect(await stored('env-1')).toEqual([{ observedAt: now, pm25: 2 }])
    expect(await rejections()).toMatchObject([
      { reason: 'unknown-field', count: 1, detail: expect.stringContaining('pm2.5') },
    ])
  })

  it('takes late readings, and "latest" stays the newest observation', async () => {
    await start()
    await ingest.append([
      telemetry({ observedAt: now - 1000, pm25: 5 }),
      telemetry({ observedAt: now - 29 * day, pm25: 9 }),
    ])
    await ingest.drain()
    expect(await stored('env-1')).toHaveLength(2)
    const { states } = await ingest.registry.statesSince(0, 10)
    expect(states).toMatchObject([{ observedAt: now - 1000, heardAt: now - 1000, values: { pm25: 5 } }])
  })

  it('a clock that jumps ahead does not make a device heard in the future', async () => {
    await start()
    await ingest.append([telemetry({ observedAt: now + 4 * minute, pm25: 5 }, now)])
    await ingest.drain()
    const { states } = await ingest.registry.statesSince(0, 10)
    expect(states).toMatchObject([{ observedAt: now + 4 * minute, heardAt: now }])
  })

  it('stores repeated deliveries once: in one message, across messages, and after a restart', async () => {
    await start()
    const reading = { observedAt: now - hour, pm25: 5 }
    const other = { observedAt: now - 2 * hour, pm25: 6 }
    await ingest.append([telemetry([reading, reading, other]), telemetry(other), telemetry(reading)])
    await ingest.drain()
    await ingest.append([telemetry(reading), telemetry([other, { observedAt: now, pm25: 1 }])])
    const worker = await ingest.drain()
    expect(worker.progress()).toMatchObject({ duplicates: 2, readingsStored: 1 })
    expect(await stored('env-1')).toEqual([{ observedAt: now, pm25: 1 }, reading, other])
    expect(await rejections()).toEqual([])
  })

  it('remembers what a device says of itself', async () => {
    await start()
    await ingest.append([
      message('devices/cam-1/status', '{"online":true,"firmware":"1.2"}', now - 10),
      message('devices/cam-1/status', '{"online":false}', now - 5),
      message('devices/cam-1/telemetry', { observedAt: now, ...camera, frozen: true }),
    ])
    await ingest.drain()
    const { states } = await ingest.registry.statesSince(0, 10)
    expect(states).toMatchObject([{ online: false, onlineChangedAt: now - 5, faults: ['frozen'] }])
    expect(await ingest.registry.statuses()).toEqual([{ device: 'cam-1', payload: '{"online":false}' }])
  })

  it('whatever arrives, it lives on, and every message leaves a trace', async () => {
    await start()
    let messages = 0
    const field = fc.oneof(
      fc.double(),
      fc.string(),
      fc.boolean(),
      fc.constant(null),
      fc.integer({ min: 0, max: 100 }),
    )
    const readingLike = fc.dictionary(
      fc.constantFrom('pm25', 'temperature', 'LAeq', 'batteryLevel', 'nonsense', 'constructor', '__proto__'),
      field,
    )
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
      fc.json(),
      readingLike.map((fields) => JSON.stringify({ ...fields, observedAt: now - ++messages })),
      fc
        .array(readingLike, { minLength: 1, maxLength: 5 })
        .map((list) =>
          JSON.stringify(list.map((fields) => ({ observedAt: now - 1e6 - ++messages, ...fields }))),
        ),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(body, { minLength: 1, maxLength: 30 }), async (bodies) => {
        const before = await tally()
        await ingest.append(bodies.map((text) => telemetry(text)))
        const worker = await ingest.drain()
        const after = await tally()
        const parsed = bodies.map(toItems)
        const expected = parsed.reduce((sum, items) => sum + items, 0)
        const added =
          after.stored - before.stored + (after.refused - before.refused) + worker.progress().duplicates
        expect(added).toBe(expected)
      }),
      { numRuns: 40 },
    )
  })

  it.each([true, false])(
    'goes on after a failure at any step (retryable: %s), and neither loses nor doubles',
    async (retryable) => {
      await start()
      let n = 0
      for (let round = 0; round < 12; round++) {
        const count = 1 + (round % 4) * 7
        await ingest.append(
          Array.from({ length: count }, () => {
            n++
            // Every third is late, so that the store is asked whether it has it.
            return telemetry({ observedAt: now - hour + (n % 3 === 0 ? -n : n), pm25: n })
          }).concat(telemetry('rubbish')),
        )
        const step = ['append', 'applyState', 'existing', 'append, committed'][round % 4]
        let failures = 0
        const failOnce = async (): Promise<void> => {
          if (retryable && failures++ > 0) return
          throw new LanternError(retryable ? 'store-unavailable' : 'invalid-request', `${step} fails`)
        }
        const spoilt = ingest.drain({
          spoil: ({ telemetry: store, registry }) => ({
            telemetry: {
              ...store,
              async append(...given) {
                if (step === 'append') await failOnce()
                const appended = await store.append(...given)
                if (step === 'append, committed') await failOnce()
                return appended
              },
              async existing(...given) {
                if (step === 'existing') await failOnce()
                return store.existing(...given)
              },
            },
            registry: {
              ...registry,
              async applyState(...given) {
                if (step === 'applyState') await failOnce()
                return registry.applyState(...given)
              },
            },
          }),
        })
        await spoilt.catch(() => undefined)
      }
      await ingest.drain()
      const readings = await stored('env-1')
      expect(readings.map((reading) => reading.pm25).sort((a, b) => Number(a) - Number(b))).toEqual(
        Array.from({ length: n }, (_, index) => index + 1),
      )
      expect(await rejections()).toMatchObject([{ reason: 'not-json', count: 12 }])
    },
    60_000,
  )

  it('names only reasons that are in the catalogue', async () => {
    await start()
    await ingest.append([telemetry('x')])
    await ingest.drain()
    for (const { reason } of await rejections()) expect(rejectionReasonNames).toContain(reason)
  })
})

async function tally() {
  const { items } = await ingest.registry.rejections({ limit: 1000 })
  const refused = items
    .filter((one) => one.reason !== 'unknown-field')
    .reduce((sum, one) => sum + one.count, 0)
  return { stored: (await ingest.telemetry.stats()).readings, refused }
}

/** How many readings or rejections a payload must lead to. */
function toItems(text: string): number {
  try {
    const value: unknown = JSON.parse(Buffer.from(text).toString())
    return Array.isArray(value) && value.length > 0 && value.length <= 1000 ? value.length : 1
  } catch {
    return 1
  }
}
