/**
 * What a device usually says at an hour, learned from its own readings: for each hour of working days and of weekends a
 * running median and a running median deviation. Robust twice: a value moves them by a step and not by its size, so a
 * wild one counts no more than any other; and until there are some readings of three days of that hour nothing is said.
 *
 * Kept as one small block of numbers (48 hours × 12 bytes) for each rule and device.
 */
import { second } from '../../../model/time.ts'

export const slots = 48
const bytesPerSlot = 12
/** Readings that an estimate remembers: at one a minute about eight days of an hour. */
const memoryLength = 500
/** Of an hour, before it is judged. */
const leastDays = 3
/** A median deviation of 1 is this many standard deviations of a normal distribution. */
const toDeviation = 1.4826
/** Deviations smaller than this share of what the device says on average are not unusual, however steady it is. */
const leastShare = 0.02
const magic = 1
/** What is observed so soon after what was learned last teaches nothing new, ms. */
const learnEvery = 5 * second

export interface Usual {
  /** Newest observation learned, epoch ms: nothing is learned twice after a replay. */
  learnedAt: number
  /** When it was last written, epoch ms of event time. */
  savedAt: number
  /** What `expected` said last, and of which hour (-1: nothing yet): true until something is learned. */
  guessOf: number
  guess: Expectation | undefined
  /** Mean size of the values, over all hours. */
  level: number
  total: number
  readonly median: Float32Array
  readonly deviation: Float32Array
  readonly count: Uint16Array
  readonly days: Uint8Array
  /** The day (modulo 256) of each hour's newest reading. */
  readonly lastDay: Uint8Array
}

export const newUsual = (): Usual => ({
  learnedAt: 0,
  savedAt: 0,
  guessOf: -1,
  guess: undefined,
  level: 0,
  total: 0,
  median: new Float32Array(slots),
  deviation: new Float32Array(slots),
  count: new Uint16Array(slots),
  days: new Uint8Array(slots),
  lastDay: new Uint8Array(slots),
})

export interface Expectation {
  readonly value: number
  /** One robust standard deviation. */
  readonly deviation: number
}

interface Known {
  readonly learnFrom: number
  readonly counted: boolean
}

/** What is expected in that hour; undefined: too little is known. `counted`: the field counts things, so √n is ordinary. */
export function expected(usual: Usual, slot: number, options: Known): Expectation | undefined {
  if (usual.guessOf !== slot) {
    usual.guess = guessFrom(usual, slot, options)
    usual.guessOf = slot
  }
  return usual.guess
}

function guessFrom(usual: Usual, slot: number, options: Known): Expectation | undefined {
  if ((usual.count[slot] ?? 0) < options.learnFrom || (usual.days[slot] ?? 0) < leastDays) return undefined
  const value = usual.median[slot] ?? 0
  const ordinary = options.counted ? Math.sqrt(Math.max(value, 1)) : 1e-9
  const deviation = Math.max(toDeviation * (usual.deviation[slot] ?? 0), ordinary, leastShare * usual.level)
  return { value, deviation }
}

/** Learns one value. `day`: the number of the local day. */
export function learn(
  usual: Usual,
  at: { slot: number; day: number; observedAt: number },
  value: number,
): void {
  const { slot, day, observedAt } = at
  if (observedAt < usual.learnedAt + learnEvery) return
  usual.learnedAt = observedAt
  usual.guessOf = -1
  const count = usual.count[slot] ?? 0
  const today = day & 255
  if (count === 0 || usual.lastDay[slot] !== today)
    usual.days[slot] = Math.min(255, (usual.days[slot] ?? 0) + 1)
  usual.lastDay[slot] = today
  usual.count[slot] = Math.min(65_535, count + 1)
  usual.total = Math.min(usual.total + 1, 100 * memoryLength)
  usual.level +=
    (Math.min(Math.abs(value), count < 8 ? Number.POSITIVE_INFINITY : 10 * usual.level + 1) - usual.level) /
    usual.total
  if (count === 0) {
    usual.median[slot] = value
    return
  }
  const median = usual.median[slot] ?? 0
  const distance = Math.abs(value - median)
  // The first few find the neighbourhood; from then on each moves the estimates by a step of the deviation's size.
  const rate = Math.max(1 / (count + 1), 1 / memoryLength)
  if (count < 8) {
    usual.median[slot] = median + (value - median) * rate
    usual.deviation[slot] = (usual.deviation[slot] ?? 0) + (distance - (usual.deviation[slot] ?? 0)) * rate
    return
  }
  const deviation = Math.max(usual.deviation[slot] ?? 0, 1e-3 * usual.level, 1e-9)
  usual.median[slot] = median + 2 * rate * deviation * Math.max(-1, Math.min(1, (value - median) / deviation))
  usual.deviation[slot] = deviation * (1 + 2 * rate * (distance > deviation ? 1 : -1))
}

/** As text for the memory. */
export function writeUsual(usual: Usual): string {
  const bytes = Buffer.alloc(32 + slots * bytesPerSlot)
  bytes.writeUInt8(magic, 0)
  bytes.writeDoubleLE(usual.learnedAt, 8)
  bytes.writeDoubleLE(usual.level, 16)
  bytes.writeDoubleLE(usual.total, 24)
  for (let slot = 0; slot < slots; slot++) {
    const start = 32 + slot * bytesPerSlot
    bytes.writeFloatLE(usual.median[slot] ?? 0, start)
    bytes.writeFloatLE(usual.deviation[slot] ?? 0, start + 4)
    bytes.writeUInt16LE(usual.count[slot] ?? 0, start + 8)
    bytes.writeUInt8(usual.days[slot] ?? 0, start + 10)
    bytes.writeUInt8(usual.lastDay[slot] ?? 0, start + 11)
  }
  return bytes.toString('base64')
}

/** Undefined where it is not one of ours: then it is learned anew. */
export function readUsual(text: string): Usual | undefined {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length !== 32 + slots * bytesPerSlot || bytes.readUInt8(0) !== magic) return undefined
  const usual = newUsual()
  usual.learnedAt = bytes.readDoubleLE(8)
  usual.savedAt = usual.learnedAt
  usual.level = bytes.readDoubleLE(16)
  usual.total = bytes.readDoubleLE(24)
  for (let slot = 0; slot < slots; slot++) {
    const start = 32 + slot * bytesPerSlot
    usual.median[slot] = bytes.readFloatLE(start)
    usual.deviation[slot] = bytes.readFloatLE(start + 4)
    usual.count[slot] = bytes.readUInt16LE(start + 8)
    usual.days[slot] = bytes.readUInt8(start + 10)
    usual.lastDay[slot] = bytes.readUInt8(start + 11)
  }
  return usual
}
