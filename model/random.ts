/**
 * Chance that repeats: a small seeded generator. The demonstration city and the simulators draw from it,
 * so that the same seed gives the same city and the same values, on any machine. Not for secrets.
 */
export interface Random {
  /** The next number, 0 ≤ n < 1. */
  next(): number
  /** A whole number, min ≤ n ≤ max; both must be whole, and at most 2³² apart. */
  int(min: number, max: number): number
  /** One of the list, each as likely as the others. Raises RangeError when the list is empty. */
  pick<T>(list: readonly T[]): T
  /** One of the values, as likely as its weight. Raises RangeError when no weight is above 0. */
  weighted<T>(choices: readonly (readonly [value: T, weight: number])[]): T
  /** A number from the normal distribution. */
  normal(mean: number, deviation: number): number
  /**
   * A generator of its own. It depends on the seed and the labels only, not on what was drawn before, so
   * that one more draw for one device changes nothing for the others.
   */
  fork(label: string | number): Random
}

/** A generator; a number and its text are the same seed (7 and "7"). */
export function createRandom(seed: string | number): Random {
  const next = xoshiro128(seedWords(String(seed)))

  return {
    next,
    int: (min, max) => min + Math.floor(next() * (max - min + 1)),
    pick(list) {
      if (list.length === 0) throw new RangeError('there is nothing to pick from')
      return list[Math.floor(next() * list.length)] as (typeof list)[number]
    },
    weighted(choices) {
      const total = choices.reduce((sum, [, weight]) => sum + Math.max(0, weight), 0)
      if (!(total > 0)) throw new RangeError('no choice has a weight above 0')
      let left = next() * total
      for (const [value, weight] of choices) {
        left -= Math.max(0, weight)
        if (left < 0) return value
      }
      // Rounding can leave a rest after the last; it belongs to the last that had a weight.
      return (choices.findLast(([, weight]) => weight > 0) as (typeof choices)[number])[0]
    },
    normal(mean, deviation) {
      // Box and Muller; 1 - next() because the logarithm of 0 is not a number.
      const radius = Math.sqrt(-2 * Math.log(1 - next()))
      return mean + deviation * radius * Math.cos(2 * Math.PI * next())
    },
    fork: (label) => createRandom(`${seed}/${label}`),
  }
}

/** Four words from a text: FNV-1a, then the mixing steps of splitmix32 so that near texts lie far apart. */
function seedWords(text: string): Uint32Array {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return Uint32Array.from({ length: 4 }, () => {
    hash = (hash + 0x9e3779b9) | 0
    let word = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad)
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97)
    return word ^ (word >>> 15)
  })
}

/** xoshiro128** of Blackman and Vigna: 32 bits a step, none of which is weak. */
function xoshiro128(words: Uint32Array): () => number {
  let [a = 1, b = 0, c = 0, d = 0] = words
  return () => {
    const scrambled = rotate(Math.imul(b, 5), 7)
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotate(d, 11)
    return (Math.imul(scrambled, 9) >>> 0) / 2 ** 32
  }
}

const rotate = (word: number, by: number) => (word << by) | (word >>> (32 - by))
