/** What stands under the axis of time: hours within a day, days beyond, in the city's time and the reader's language. */
import { day } from '../../../../model/time.ts'
import type { Format } from '../words/format.ts'

/** Writes the ticks of an axis. `step`: the distance of two, ms. A day is named where it begins, and at the first tick. */
export function timeTicks(f: Pick<Format, 'locale' | 'timeZone' | 'hour'>) {
  const { locale, timeZone } = f
  const date = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'numeric', timeZone })
  const month = new Intl.DateTimeFormat(locale, { month: 'short', year: 'numeric', timeZone })
  return (moments: readonly number[], step: number): string[] => {
    if (step >= 28 * day) return moments.map((moment) => month.format(moment))
    if (step >= day) return moments.map((moment) => date.format(moment))
    return moments.map((moment, index) => {
      const before = moments[index - 1]
      const isNewDay = before === undefined || date.format(before) !== date.format(moment)
      return isNewDay ? `${f.hour(moment)}\n${date.format(moment)}` : f.hour(moment)
    })
  }
}
