/**
 * How long back a chart looks, and in windows of which length: as fine as a screen can show, and never so many points
 * that Lantern refuses. Used by the history of coverage and by a device's series.
 */
import { day, hour, minute } from '../../../../model/time.ts'

export const historyRanges = [
  { name: 'day', ms: day, window: '5m' },
  { name: 'week', ms: 7 * day, window: '1h' },
  { name: 'month', ms: 30 * day, window: '6h' },
  { name: 'year', ms: 365 * day, window: '1d' },
] as const
export type HistoryRange = (typeof historyRanges)[number]

/** Coverage is counted each minute: a city that has just begun is shown minute by minute. */
export const firstHours = { ms: 3 * hour, window: '1m' } as const

/** The shortest range that shows all there is, at most a month: a year is for those who ask for it. */
export function historyRangeFor(beganAt: number | undefined, now: number): HistoryRange {
  const [first, , month] = historyRanges
  const age = beganAt === undefined ? 0 : now - beganAt
  return historyRanges.find(({ ms }) => ms >= Math.min(age, month.ms)) ?? first
}

/** Whether a range would show anything that the next shorter one does not. */
export function addsAnything(range: HistoryRange, beganAt: number | undefined, now: number): boolean {
  const shorter = historyRanges[historyRanges.indexOf(range) - 1]
  return !shorter || (beganAt !== undefined && now - beganAt > shorter.ms)
}

export const seriesRanges = [
  { name: 'hour', ms: hour },
  { name: 'day', ms: day },
  { name: 'week', ms: 7 * day },
  { name: 'month', ms: 30 * day },
] as const

/** A window of telemetry. `isRaw`: so short that each reading stands for itself. */
export interface SeriesWindow {
  readonly text: string
  readonly ms: number
  readonly isRaw: boolean
}

/** How a device's readings are asked for over a length of time: each by itself near, in windows far. */
export function seriesWindowFor(length: number): SeriesWindow {
  if (length <= 6 * hour) return { text: '1s', ms: 1000, isRaw: true }
  if (length <= 36 * hour) return { text: '5m', ms: 5 * minute, isRaw: false }
  if (length <= 8 * day) return { text: '30m', ms: 30 * minute, isRaw: false }
  return { text: '2h', ms: 2 * hour, isRaw: false }
}

/** The moment, or a little before it, such that it changes only once in `step`: questions asked with it can be kept. */
export function steady(moment: number, step: number): number {
  return Math.floor(moment / step) * step
}
