/** What the tally hands over is whole, or it says that it has to be read. */
import { describe, expect, it } from 'vitest'
import type { Reading } from '../../../model/reading.ts'
import { bucketMs } from '../rules.ts'
import { lineOf } from './rollup.ts'
import { createTally } from './tally.ts'

const kind = 'street_sensor'
const begin = 1000
const at = (bucket: number, ms = 0) => (begin + bucket) * bucketMs + ms
const reading = (observedAt: number, temperature: number): Reading => ({
  ...{ kind, serial: 7, observedAt, receivedAt: observedAt + 5 },
  values: { temperature, pm25: 1 },
})
const head = 'street_sensor,serial=7'

function newTally(mostRows?: number) {
  let rolledUntil: number | null = null
  const tally = createTally({ rolledUntil: () => rolledUntil, ...(mostRows && { mostRows }) })
  return {
    tally,
    rolled(bucket: number) {
      rolledUntil = begin + bucket
    },
    /** The buckets that are handed over, with how many readings each has. */
    take(end: number, enough = 100) {
      const { rows, until } = tally.take(kind, begin + end, enough)
      return { rows: rows.map(({ bucket, readings }) => [bucket - begin, readings]), until: until - begin }
    },
  }
}

describe('the tally', () => {
  it('adds up as roll-ups are written, the last by observation', () => {
    const { tally } = newTally()
    tally.begin(Number.NEGATIVE_INFINITY)
    for (const [ms, value] of [
      [200, 3],
      [100, 8],
      [300, 1],
    ] as const)
      tally.add(reading(at(0, ms), value), head)
    tally.add({ ...reading(at(0, 400), 0), values: { pm25: 2 } }, head)
    const [row] = tally.take(kind, begin + 1, 1).rows
    if (!row) throw new Error('there is a row')
    expect(lineOf(kind, row, 0)).toBe(
      `street_sensor_5m,serial=7 readings=4i,last_at=400i,pm25_count=4i,pm25_sum=5,pm25_last=2,pm25_min=1,pm25_max=2,temperature_count=3i,temperature_sum=12,temperature_last=1,temperature_min=1,temperature_max=8,temperature_last_at=300i ${at(0)}`,
    )
  })

  it('has nothing of the bucket that was begun before it, and all that comes after', () => {
    const { tally, take } = newTally()
    tally.begin(at(3, 17))
    tally.add(reading(at(3, 18), 1), head)
    tally.add(reading(at(4), 1), head)
    expect(tally.wholeFrom(kind)).toBe(begin + 4)
    expect(take(9)).toEqual({ rows: [[4, 1]], until: 9 })
  })

  it('hands a bucket over once, and leaves those that come later to be read', () => {
    const { tally, take } = newTally()
    tally.begin(Number.NEGATIVE_INFINITY)
    for (const bucket of [2, 0, 1, 1]) tally.add(reading(at(bucket, bucket), 1), head)
    expect(take(9, 2)).toEqual({
      rows: [
        [0, 1],
        [1, 2],
      ],
      until: 2,
    })
    expect(tally.wholeFrom(kind)).toBe(begin + 2)
    tally.add(reading(at(1, 50), 1), head)
    expect(take(9)).toEqual({ rows: [[2, 1]], until: 9 })
  })

  it('does not touch what is rolled up already', () => {
    const { tally, rolled, take } = newTally()
    tally.begin(at(0))
    tally.add(reading(at(1), 1), head)
    rolled(5)
    tally.add(reading(at(4), 1), head)
    tally.add(reading(at(6), 1), head)
    expect(tally.wholeFrom(kind)).toBe(begin + 5)
    expect(take(9)).toEqual({ rows: [[6, 1]], until: 9 })
  })

  it('gives up what it knew, and the buckets in doubt, after a failure', () => {
    const { tally, take } = newTally()
    tally.begin(at(0))
    tally.add(reading(at(1), 1), head)
    tally.forget([reading(at(3), 1), reading(at(2), 1)])
    for (const bucket of [1, 3, 4]) tally.add(reading(at(bucket, 9), 1), head)
    expect(tally.wholeFrom(kind)).toBe(begin + 4)
    expect(take(9)).toEqual({ rows: [[4, 1]], until: 9 })
  })

  it('holds no more rows than it may, and leaves the oldest buckets to be read', () => {
    const { tally, take } = newTally(100)
    tally.begin(Number.NEGATIVE_INFINITY)
    for (let bucket = 0; bucket < 1000; bucket++) tally.add(reading(at(bucket), 1), head)
    const whole = tally.wholeFrom(kind) - begin
    expect(whole).toBeGreaterThanOrEqual(900)
    const { rows } = take(1000, 1000)
    expect(rows.length).toBe(1000 - whole)
    expect(rows[0]).toEqual([whole, 1])
  })
})
