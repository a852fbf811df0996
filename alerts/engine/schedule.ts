/** Whether a rule is judged at a moment: its hours and days, by the clocks of its time zone. */
import type { Schedule } from '../../model/rule.ts'
import { localTime } from './local-time.ts'

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

/** Minutes since midnight of `06:30`. */
const minutesOf = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3))

/** `at` is in epoch ms. Hours that go over midnight belong to the day on which they begin. */
export function scheduleOf(schedule: Schedule | undefined): (at: number) => boolean {
  if (!schedule) return () => true
  const local = localTime(schedule.timeZone)
  const on = days.map((day) => schedule.days.includes(day))
  const from = minutesOf(schedule.from)
  // 00:00 is the end of the day; the same time twice is the whole day.
  const to = schedule.to === '00:00' ? 24 * 60 : minutesOf(schedule.to)
  return (at) => {
    const minutes = local.minuteOfDay(at)
    const weekday = local.weekday(at)
    if (from < to) return on[weekday] === true && minutes >= from && minutes < to
    if (minutes >= from) return on[weekday] === true
    return minutes < to && on[(weekday + 6) % 7] === true
  }
}
