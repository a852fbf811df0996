/**
 * The load generator against a real broker: what it counts as acknowledged is what arrived, also when
 * connections are cut under it; its readings are readings; its quantiles are right.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { kindNames, kindOf } from '../model/kinds.ts'
import { telemetryTopic } from '../model/topics.ts'
import { forkLoad, type LoadResult, startLoad } from './bench/generator.ts'
import { createHistogram } from './bench/load/histogram.ts'
import { readingPayload } from './bench/load/payload.ts'
import { type RecordingBroker, startRecordingBroker } from './support/recording-broker.ts'

const timed = z.looseObject({ observedAt: z.number() })

describe('the load generator', () => {
  let broker: RecordingBroker

  beforeEach(async () => {
    broker = await startRecordingBroker()
  })
  afterEach(() => broker.stop())

  /** Observation times that arrived, by topic, as often as they did. */
  function arrivals(): Map<string, number[]> {
    const times = new Map<string, number[]>()
    for (const { topic, text } of broker.messages.filter(({ topic }) => topic.endsWith('/telemetry'))) {
      const body: unknown = JSON.parse(text)
      const readings = z.array(timed).parse(Array.isArray(body) ? body : [body])
      times.set(topic, [...(times.get(topic) ?? []), ...readings.map(({ observedAt }) => observedAt)])
    }
    return times
  }
  const distinct = () => [...arrivals().values()].reduce((sum, times) => sum + new Set(times).size, 0)
  const all = () => [...arrivals().values()].reduce((sum, times) => sum + times.length, 0)

  const devices = Array.from({ length: 5 }, (_, index) => ({ id: `load-${index}`, token: 'x'.repeat(43) }))

  /** Every reading that the result calls acknowledged, as a time. */
  function acknowledgedTimes(result: LoadResult, index: number): number[] {
    const pending = new Set(result.pending[index])
    const messages = Array.from({ length: result.issued[index] ?? 0 }, (_, n) => n)
    return messages
      .filter((n) => !pending.has(n))
      .flatMap((n) =>
        Array.from(
          { length: result.batch },
          (_, j) => result.firstObservedAt + (n * result.batch + j) * result.stepMs,
        ),
      )
  }

  function expectAllArrived(result: LoadResult): void {
    const arrived = arrivals()
    devices.forEach(({ id }, index) => {
      const times = new Set(arrived.get(telemetryTopic(id)))
      expect(acknowledgedTimes(result, index).filter((time) => !times.has(time))).toEqual([])
    })
  }

  test('everything it counts as acknowledged arrived, and nothing else', async () => {
    const { port } = broker
    const result = await startLoad({ port, devices, inFlight: 10, messages: 1003 }).done
    expect(result).toMatchObject({ sent: 1003, acknowledged: 1003, resent: 0, errors: {} })
    expect(result.issued).toEqual([201, 201, 201, 200, 200])
    expectAllArrived(result)
    expect([distinct(), all()]).toEqual([1003, 1003])
  })

  test('a process of its own gives the same account, with batches and at a rate', async () => {
    const given = { port: broker.port, devices, messages: 40, batch: 7, ratePerSecond: 400, stepMs: 60_000 }
    const result = await forkLoad({ ...given, firstObservedAt: 1_700_000_000_000 }).done
    expect(result).toMatchObject({ acknowledged: 40, firstObservedAt: 1_700_000_000_000, batch: 7 })
    expectAllArrived(result)
    expect([distinct(), all()]).toEqual([280, 280])
  })

  test('after cut connections it sends again, marked as duplicates, and loses nothing', async () => {
    const { port } = broker
    broker.holdMs = 20
    const load = startLoad({ port, devices, inFlight: 20, messages: 4000, ratePerSecond: 4000 })
    const cutter = setInterval(() => broker.cut(), 150)
    setTimeout(() => clearInterval(cutter), 700)
    const result = await load.done
    expect(result).toMatchObject({ sent: 4000, acknowledged: 4000 })
    expect(result.connections.lost).toBeGreaterThan(0)
    expect(result.resent).toBeGreaterThan(0)
    expect(broker.messages.some(({ dup }) => dup)).toBe(true)
    expect(distinct()).toBe(4000)
    expect(all() - 4000).toBeLessThanOrEqual(result.resent)
    expectAllArrived(result)
  })

  test('a sign-in that is refused ends in an account of it, not in an endless wait', async () => {
    broker.letIn = () => false
    const { port } = broker
    const result = await startLoad({ port, devices, messages: 10, patienceSeconds: 0.3 }).done
    expect(result).toMatchObject({ sent: 0, acknowledged: 0 })
    expect(result.errors['sign-in refused with code 5']).toBeGreaterThan(0)
  })
})

describe('the readings of the load generator', () => {
  test.each(kindNames)(
    'a %s reading is valid, about as long as a real one, each with a time of its own',
    (kind) => {
      const payload = readingPayload({ kind, firstObservedAt: 1_763_000_000_000, stepMs: 1000, batch: 1 })
      const target = Buffer.from(payload.bytes)
      expect(target.length).toBeGreaterThanOrEqual(120)
      expect(target.length).toBeLessThanOrEqual(165)
      for (const n of [0, 1, 999_999, 20_000_000]) {
        payload.fill(target, 0, n)
        const { observedAt, ...values } = timed.parse(JSON.parse(target.toString()))
        expect(observedAt).toBe(1_763_000_000_000 + n * 1000)
        expect(kindOf(kind).schema.parse(values)).toEqual(values)
      }
    },
  )
})

test('the histogram tells quantiles to about 3 %', () => {
  const histogram = createHistogram()
  for (let index = 1; index <= 10_000; index++) histogram.record(index / 100)
  const { p50, p99, p999, max } = histogram.quantiles()
  expect(Math.abs(p50 / 50 - 1)).toBeLessThan(0.035)
  expect(Math.abs(p99 / 99 - 1)).toBeLessThan(0.035)
  expect(Math.abs(p999 / 99.9 - 1)).toBeLessThan(0.035)
  expect(max).toBe(100)
})
