/** When quiet hours are over. */
import type { Schedule } from '../../model/rule.ts'
import { day, minute } from '../../model/time.ts'
import { scheduleOf } from '../engine/schedule.ts'

/** Epoch ms; `now` itself outside quiet hours. Hours that never end are looked at again after a week. */
export function quietUntil(quiet: Schedule, now: number): number {
  const isQuiet = scheduleOf(quiet)
  if (!isQuiet(now)) return now
  const last = now + 7 * day
  let at = Math.floor(now / minute) * minute + minute
  while (at < last && isQuiet(at)) at += minute
  return at
}
