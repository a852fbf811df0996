/**
 * Chance as a function: the same key and the same coordinates give the same number, with nothing remembered
 * between calls. The whole simulated world is built from these, so that history and live values agree.
 */
import { createRandom } from '../../model/random.ts'

/** A number that stands for a seed and a path of labels; everything about a device starts from its key. */
export function keyOf(seed: string | number, ...labels: readonly string[]): number {
  return Math.floor(createRandom([seed, ...labels].join('/')).next() * 2 ** 32)
}

/** An even number 0 ≤ n < 1 for a key and a whole number (the finaliser of MurmurHash3). */
export function chance(key: number, index: number): number {
  let word = key ^ Math.imul(index, 0x9e3779b1)
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35)
  return ((word ^ (word >>> 16)) >>> 0) / 2 ** 32
}

/** About normal, mean 0 and deviation 1, between −3.5 and 3.5: the sum of four even numbers. */
export function bell(key: number, index: number): number {
  const first = index * 4
  const sum = chance(key, first) + chance(key, first + 1) + chance(key, first + 2) + chance(key, first + 3)
  return (sum - 2) * Math.sqrt(3)
}

/** Smooth noise over one coordinate, −1 to 1: it wanders once about every unit. */
export function drift(key: number, x: number): number {
  const cell = Math.floor(x)
  const along = smooth(x - cell)
  return mix(chance(key, cell), chance(key, cell + 1), along) * 2 - 1
}

/** Smooth noise over a plane and time, −1 to 1: near points at near times have near values. */
export function field(key: number, x: number, y: number, t: number): number {
  const [cellX, cellY, cellT] = [Math.floor(x), Math.floor(y), Math.floor(t)]
  const [alongX, alongY, alongT] = [smooth(x - cellX), smooth(y - cellY), smooth(t - cellT)]
  const corner = (dx: number, dy: number, dt: number) =>
    chance(key, Math.imul(cellX + dx, 73_856_093) ^ Math.imul(cellY + dy, 19_349_663) ^ (cellT + dt))
  const edge = (dy: number, dt: number) => mix(corner(0, dy, dt), corner(1, dy, dt), alongX)
  const side = (dt: number) => mix(edge(0, dt), edge(1, dt), alongY)
  return mix(side(0), side(1), alongT) * 2 - 1
}

const smooth = (share: number) => share * share * (3 - 2 * share)
const mix = (a: number, b: number, share: number) => a + (b - a) * share

export const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value))

/** Rounds to that many decimals, as an instrument does. */
export function rounded(value: number, decimals: number): number {
  const scale = 10 ** decimals
  return Math.round(value * scale) / scale
}
