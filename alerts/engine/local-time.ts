/**
 * What time it is by the clocks of a time zone, fast enough to be asked for each reading: what Intl says is kept for
 * each quarter of an hour (no zone changes within one).
 */
import { day, hour, minute } from '../../model/time.ts'

const bucket = 15 * minute
const maxKept = 2000

export interface LocalTime {
  /** Minutes since local midnight, 0–1439. */
  minuteOfDay(at: number): number
  /** 0 Monday … 6 Sunday. */
  weekday(at: number): number
}

const made = new Map<string, LocalTime>()

/** Raises RangeError for an unknown zone; one that the rule's schema has accepted is known. */
export function localTime(timeZone: string): LocalTime {
  const known = made.get(timeZone)
  if (known) return known
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  })
  const offsets = new Map<number, number>()

  function offsetAt(at: number): number {
    const number = Math.floor(at / bucket)
    const kept = offsets.get(number)
    if (kept !== undefined) return kept
    const start = number * bucket
    const part = Object.fromEntries(
      format.formatToParts(start).map(({ type, value }) => [type, Number(value)]),
    )
    const { year = 0, month = 1, day: date = 1, hour: hours = 0, minute: minutes = 0 } = part
    const offset = Date.UTC(year, month - 1, date, hours, minutes) - start
    if (offsets.size >= maxKept) offsets.clear()
    offsets.set(number, offset)
    return offset
  }

  const local: LocalTime = {
    minuteOfDay: (at) => Math.floor(((at + offsetAt(at)) % day) / minute),
    weekday: (at) => (Math.floor((at + offsetAt(at)) / day) + 3) % 7,
  }
  if (made.size >= 100) made.clear()
  made.set(timeZone, local)
  return local
}

export const hourOfDay = (local: LocalTime, at: number) => Math.floor((local.minuteOfDay(at) * minute) / hour)
