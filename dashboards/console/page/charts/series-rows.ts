/** A device's readings as a chart draws them: the mean of each window, with the lowest and highest of it as a band. */
import type { Telemetry } from '../../../../model/answers/telemetry.ts'
import { type Columns, columnsOf, gapOf } from './data.ts'

type Points = Telemetry['series'][number]['points']

export function pointsOf(answer: Telemetry | undefined): Points {
  return answer?.series[0]?.points ?? []
}

/**
 * A reading is drawn when it was, a window of readings in the middle of what has passed of it. `highest` and `lowest` may be of the same windows,
 * or not there yet: then there is no band.
 */
export function seriesColumns(
  mean: Telemetry,
  options: { isRaw: boolean; highest?: Telemetry | undefined; lowest?: Telemetry | undefined },
): Columns {
  const { isRaw, highest, lowest } = options
  const to = Date.parse(mean.to)
  const placeOf = (begin: number) => (isRaw ? begin : (begin + Math.min(to, begin + mean.window)) / 2)
  const valuesAt = (answer: Telemetry | undefined) =>
    new Map(answer?.window === mean.window ? pointsOf(answer).map(({ time, value }) => [time, value]) : [])
  const [high, low] = [valuesAt(highest), valuesAt(lowest)]
  const hasBand = high.size > 0 && low.size > 0
  const rows = pointsOf(mean).map(({ time, value }) => ({
    time: placeOf(Date.parse(time)),
    values: hasBand ? [value, high.get(time) ?? null, low.get(time) ?? null] : [value],
  }))
  const times = rows.map(({ time }) => time)
  return columnsOf(rows, hasBand ? 3 : 1, gapOf(times, mean.window))
}
