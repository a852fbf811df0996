/**
 * The seeded generator of model/random.ts: it repeats, its forks are independent of what was drawn, and its
 * distributions are what they say. The city and every simulated value stand on it.
 */
import { expect, test } from 'vitest'
import { createRandom } from '../model/random.ts'

const draw = (random: { next(): number }, n: number) => Array.from({ length: n }, () => random.next())

test('the same seed gives the same numbers, another seed others', () => {
  expect(draw(createRandom(7), 50)).toEqual(draw(createRandom('7'), 50))
  expect(draw(createRandom(7), 50)).not.toEqual(draw(createRandom(8), 50))
  // Held fast: a change here would change every city and every simulated value that was ever published.
  expect(createRandom('lantern').int(0, 999_999)).toBe(991888)
})

test('a fork does not depend on what its parent has drawn', () => {
  const parent = createRandom(1)
  const before = draw(parent.fork('cam-1'), 5)
  draw(parent, 100)
  expect(draw(parent.fork('cam-1'), 5)).toEqual(before)
  expect(draw(parent.fork('cam-2'), 5)).not.toEqual(before)
})

test('numbers are even over 0 to 1, and whole numbers reach both ends', () => {
  const random = createRandom('even')
  const counts = new Array<number>(10).fill(0)
  for (let i = 0; i < 20_000; i++) {
    const value = random.int(0, 9)
    counts[value] = (counts[value] ?? 0) + 1
  }
  for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(220)
  expect(draw(random, 10_000).every((n) => n >= 0 && n < 1)).toBe(true)
})

test('neighbouring seeds begin far apart', () => {
  const firsts = Array.from({ length: 2000 }, (_, seed) => createRandom(seed).next())
  const mean = firsts.reduce((a, b) => a + b) / firsts.length
  const steps = firsts.slice(1).map((n, i) => Math.abs(n - (firsts[i] ?? 0)))
  expect(mean).toBeCloseTo(0.5, 1)
  // The mean distance of two independent even numbers is 1/3.
  expect(steps.reduce((a, b) => a + b) / steps.length).toBeCloseTo(1 / 3, 1)
})

test('weights and the normal distribution hold', () => {
  const random = createRandom('shape')
  const picks = Array.from({ length: 10_000 }, () =>
    random.weighted([
      ['a', 3],
      ['never', 0],
      ['b', 1],
    ]),
  )
  expect(picks).not.toContain('never')
  expect(picks.filter((pick) => pick === 'a').length / picks.length).toBeCloseTo(0.75, 1)
  const values = Array.from({ length: 20_000 }, () => random.normal(10, 2))
  const mean = values.reduce((a, b) => a + b) / values.length
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length
  expect(mean).toBeCloseTo(10, 0)
  expect(Math.sqrt(variance)).toBeCloseTo(2, 0)
})

test('nothing to choose from is an error', () => {
  const random = createRandom(0)
  expect(() => random.pick([])).toThrow(RangeError)
  expect(() => random.weighted([['a', 0]])).toThrow(RangeError)
})
