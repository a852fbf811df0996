/**
 * What is usual at a time of day, and whether now is: the arithmetic behind the page of the streets. Usual is the median
 * of earlier days of the same kind at the same local time; unusual is what lies further from it than three times their own scatter.
 */
import { day, hour } from '../../../../model/time.ts'

/** How many earlier days are looked at. */
export const mostDays = 14
/** Of fewer days nothing is called unusual: they do not show how much days differ. */
export const leastDays = 3
/** A median deviation of 1 is this many standard deviations of a normal distribution. */
const toDeviation = 1.4826
const unusualFrom = 3

/** One window of readings: when it begins (epoch ms), its value, and of how many readings it is made. */
export interface Point {
  readonly time: number
  readonly value: number
  readonly count: number
}

/** The value of each hour, by when the hour begins. */
export type Hours = ReadonlyMap<number, number>

export interface Usual {
  readonly median: number
  readonly lowest: number
  readonly highest: number
  readonly days: number
  /** How far the days lie from their median, as a standard deviation. */
  readonly scatter: number
}

/** ms east of UTC at a moment. */
export type OffsetAt = (at: number) => number

/** Several windows as one: means weigh as many readings as they are made of. undefined: there is no reading. */
export function combined(points: readonly Point[], aggregate: 'mean' | 'max'): number | undefined {
  if (points.length === 0) return undefined
  if (aggregate === 'max') return Math.max(...points.map(({ value }) => value))
  const count = points.reduce((sum, point) => sum + point.count, 0)
  return points.reduce((sum, point) => sum + point.value * point.count, 0) / count
}

/** All groups as one series by time: the city of its districts. */
export function together(series: readonly (readonly Point[])[], aggregate: 'mean' | 'max'): Point[] {
  return [...Map.groupBy(series.flat(), ({ time }) => time)]
    .map(([time, points]) => ({
      time,
      value: combined(points, aggregate) ?? 0,
      count: points.reduce((sum, { count }) => sum + count, 0),
    }))
    .toSorted((a, b) => a.time - b.time)
}

export function hoursOf(points: readonly Point[]): Hours {
  return new Map(points.map(({ time, value }) => [time, value]))
}

/** The value at a moment, between the middles of its hour and the next; where only its own hour is known, that of the hour. */
export function valueAt(hours: Hours, at: number): number | undefined {
  const own = Math.floor(at / hour) * hour
  const value = hours.get(own)
  if (value === undefined) return undefined
  const fromMiddle = (at - own) / hour - 0.5
  const other = hours.get(own + (fromMiddle < 0 ? -hour : hour))
  return other === undefined ? value : value + (other - value) * Math.abs(fromMiddle)
}

/** The same time by the clocks of the city, some days before. */
export function sameTimeBefore(at: number, days: number, offsetAt: OffsetAt): number {
  const then = at - days * day
  return then + offsetAt(at) - offsetAt(then)
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const [low, high] = [
    sorted[Math.floor((sorted.length - 1) / 2)],
    sorted[Math.ceil((sorted.length - 1) / 2)],
  ]
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2
}

/** Whether it is Saturday or Sunday by the clocks of the city: its streets are other streets then. */
function isWeekend(at: number, offsetAt: OffsetAt): boolean {
  const weekday = new Date(at + offsetAt(at)).getUTCDay()
  return weekday === 0 || weekday === 6
}

/**
 * What is usual at a moment's time of day; undefined: there is no earlier day. Of the earlier days those of its own kind
 * (working days, or weekends) count, once there are enough of them; before that all that are there.
 */
export function usualAt(hours: Hours, at: number, offsetAt: OffsetAt): Usual | undefined {
  const earlier = Array.from({ length: mostDays }, (_, index) =>
    sameTimeBefore(at, index + 1, offsetAt),
  ).flatMap((then) => {
    const value = valueAt(hours, then)
    return value === undefined
      ? []
      : [{ value, isAlike: isWeekend(then, offsetAt) === isWeekend(at, offsetAt) }]
  })
  const alike = earlier.filter(({ isAlike }) => isAlike)
  const values = (alike.length >= leastDays ? alike : earlier).map(({ value }) => value)
  if (values.length === 0) return undefined
  const median = medianOf(values)
  return {
    median,
    lowest: Math.min(...values),
    highest: Math.max(...values),
    days: values.length,
    scatter: toDeviation * medianOf(values.map((value) => Math.abs(value - median))),
  }
}

export interface Judgement {
  /** Now less the usual. */
  readonly difference: number
  readonly side: 'above' | 'below' | 'same'
  readonly isUnusual: boolean
  /** How many scatters away; what is sorted by. */
  readonly distance: number
}

/** How now compares with the usual. `resolution`: what changes by less has not changed. */
export function judge(now: number, usual: Usual, resolution: number): Judgement {
  const difference = now - usual.median
  const distance = Math.abs(difference) / Math.max(usual.scatter, resolution)
  const side = Math.abs(difference) < resolution ? 'same' : difference > 0 ? 'above' : 'below'
  return { difference, side, distance, isUnusual: usual.days >= leastDays && distance > unusualFrom }
}

/** The usual over a day, at each hour: what the line and the band behind today are drawn from. */
export function usualDay(hours: Hours, dayStart: number, offsetAt: OffsetAt): (Usual & { time: number })[] {
  return Array.from({ length: 25 }, (_, index) => dayStart + index * hour).flatMap((time) => {
    const usual = usualAt(hours, time, offsetAt)
    return usual ? [{ ...usual, time }] : []
  })
}

/** Clocks change at a quarter of an hour, if at all; so many of them are remembered. */
const quarter = hour / 4
const mostRemembered = 5000

/** How far clocks of a time zone are from UTC. */
export function offsetIn(timeZone: string): OffsetAt {
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  const remembered = new Map<number, number>()
  const ask = (at: number) => {
    const parts = new Map(clock.formatToParts(at).map(({ type, value }) => [type, Number(value)]))
    const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0
    const there = Date.UTC(
      part('year'),
      part('month') - 1,
      part('day'),
      part('hour'),
      part('minute'),
      part('second'),
    )
    return there - Math.floor(at / 1000) * 1000
  }
  return (at) => {
    const key = Math.floor(at / quarter)
    const known = remembered.get(key)
    if (known !== undefined) return known
    if (remembered.size >= mostRemembered) remembered.clear()
    const offset = ask(key * quarter)
    remembered.set(key, offset)
    return offset
  }
}

/** When the local day of a moment began. */
export function dayStartOf(at: number, offsetAt: OffsetAt): number {
  const there = at + offsetAt(at)
  const midnight = Math.floor(there / day) * day - offsetAt(at)
  return midnight + offsetAt(at) - offsetAt(midnight)
}
