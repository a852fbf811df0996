/** "Unusual for this place and hour": what is learned, what is told of it, what wild values do to it, and that it is kept. */
import { describe, expect, test } from 'vitest'
import { expected, learn, newUsual, readUsual, writeUsual } from '../alerts/engine/conditions/usual.ts'
import { createRandom } from '../model/random.ts'
import { day, hour, minute } from '../model/time.ts'
import { createWorld, makeRule, start, testCity } from './alerts-world.ts'

const known = { learnFrom: 30, counted: false }

function learned(options: { days: number; wild?: number }) {
  const random = createRandom(`unusual ${options.days}`)
  const usual = newUsual()
  for (let number = 0; number < options.days; number++)
    for (let n = 0; n < 60; n++) {
      const wild = random.next() < (options.wild ?? 0)
      const value = wild ? 10_000 : random.normal(100, 10)
      learn(usual, { slot: 8, day: number, observedAt: number * day + n * minute + 1 }, value)
    }
  return usual
}

describe('what is usual', () => {
  test('is the median and its spread, after three days of the hour', () => {
    expect(expected(learned({ days: 2 }), 8, known)).toBeUndefined()
    const guess = expected(learned({ days: 10 }), 8, known)
    expect(guess?.value).toBeGreaterThan(95)
    expect(guess?.value).toBeLessThan(105)
    expect(guess?.deviation).toBeGreaterThan(7)
    expect(guess?.deviation).toBeLessThan(13)
    expect(expected(learned({ days: 10 }), 9, known)).toBeUndefined()
  })

  test('is hardly moved by wild values: one in ten a hundred times too high', () => {
    const guess = expected(learned({ days: 20, wild: 0.1 }), 8, known)
    expect(guess?.value).toBeGreaterThan(95)
    expect(guess?.value).toBeLessThan(108)
    expect(guess?.deviation).toBeLessThan(18)
  })

  test('is the same after it was written and read, and learns nothing twice', () => {
    const usual = learned({ days: 5 })
    const again = readUsual(writeUsual(usual))
    if (!again) throw new Error('it cannot be read')
    expect(expected(again, 8, known)).toEqual(expected(usual, 8, known))
    learn(again, { slot: 8, day: 4, observedAt: usual.learnedAt }, 1e6)
    expect(again.count[8]).toBe(usual.count[8])
    expect(writeUsual(usual).length).toBeLessThan(900)
    expect(readUsual('something else')).toBeUndefined()
  })
})

test('an alert tells what was expected, what was seen and how unusual it is; the learning outlives a crash', () => {
  const rule = makeRule({
    scope: { kind: 'traffic_counter' },
    condition: { type: 'unusual', field: 'intensity', score: 5, learnFrom: 30 },
  })
  const world = createWorld({
    rules: [rule],
    city: testCity({ count: 1, kind: () => 'traffic_counter', interval: 120 }),
  })
  const random = createRandom('traffic')
  const engine = () => world.engine()
  const usualAt = (at: number) => (new Date(at + 7 * hour).getUTCHours() < 6 ? 10 : 200)
  let at = start
  const count = (intensity: number) => {
    at += 2 * minute
    engine().take({
      kind: 'traffic_counter',
      serial: 1,
      observedAt: at,
      receivedAt: at,
      values: { intensity },
    })
  }
  while (at < start + 14 * day) count(Math.round(random.normal(usualAt(at + 2 * minute), 8)))
  expect(world.alerts(), 'two weeks of ordinary traffic').toEqual([])
  world.crash()
  count(205)
  count(320)
  expect(world.open()).toMatchObject([
    {
      evidence: { values: [{ field: 'intensity', value: 320 }], expected: { score: expect.closeTo(8, -1) } },
    },
  ])
  const { expected: told } = world.ledger.open()[0]?.evidence ?? {}
  expect(told?.value).toBeGreaterThan(190)
  expect(told?.high).toBeLessThan(320)
  count(203)
  expect(world.open()).toEqual([])
})
