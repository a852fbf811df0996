/** What the console's charts draw and say, as plain numbers: gaps, summaries, axes, zoom, ranges and forms of values. */
import { describe, expect, test } from 'vitest'
import { actionOf, indexAfter } from '../dashboards/console/page/charts/chart-keys.ts'
import {
  axisRange,
  columnsOf,
  gapOf,
  nearestIndex,
  nextIndex,
  summaryOf,
  within,
  zoomed,
} from '../dashboards/console/page/charts/data.ts'
import { historySpan, shownHistory } from '../dashboards/console/page/charts/history-rows.ts'
import { writtenIn } from '../dashboards/console/page/charts/quantity.ts'
import {
  addsAnything,
  historyRangeFor,
  historyRanges,
  seriesWindowFor,
} from '../dashboards/console/page/charts/ranges.ts'
import { seriesColumns } from '../dashboards/console/page/charts/series-rows.ts'
import { timeTicks } from '../dashboards/console/page/charts/time-axis.ts'
import { formatIn } from '../dashboards/console/page/words/format.ts'
import type { CoverageHistory } from '../model/answers/coverage-history.ts'
import type { Telemetry } from '../model/answers/telemetry.ts'
import { coverageFigures } from '../model/coverage.ts'
import { day, formatTime, hour, minute } from '../model/time.ts'

const noon = Date.parse('2026-01-31T05:00:00Z')
const hanoi = 'Asia/Ho_Chi_Minh'

describe('missing data', () => {
  const rowsAt = (...minutes: number[]) => minutes.map((at) => ({ time: at * minute, values: [at] }))

  test('is a row of nothing between what was there before and after', () => {
    const { times, values } = columnsOf(rowsAt(0, 5, 30, 35), 1, 8 * minute)
    expect(times).toEqual([0, 5, 17.5, 30, 35].map((at) => at * minute))
    expect(values).toEqual([[0, 5, null, 30, 35]])
  })

  test('is not seen where a device reports less often than a window is long', () => {
    const times = rowsAt(0, 15, 30, 45, 60).map(({ time }) => time)
    expect(columnsOf(rowsAt(0, 15, 30, 45, 60), 1, gapOf(times, 5 * minute)).times).toHaveLength(5)
    expect(columnsOf(rowsAt(0, 15, 75, 90, 105), 1, gapOf(times, 5 * minute)).times).toHaveLength(6)
  })

  test('is not said by a single point, nor by none', () => {
    expect(gapOf([], 5 * minute)).toBe(7.5 * minute)
    expect(columnsOf([], 2, minute)).toEqual({ times: [], values: [[], []] })
    expect(columnsOf(rowsAt(3), 1, minute).values).toEqual([[3]])
  })
})

describe('what is said of a line', () => {
  test('is its lowest, highest and newest value with their times, over gaps', () => {
    expect(summaryOf([1, 2, 3, 4, 5], [3, 1, null, 7, null])).toEqual({
      lowest: { value: 1, at: 2 },
      highest: { value: 7, at: 4 },
      newest: { value: 7, at: 4 },
    })
  })

  test('is nothing where there is no value', () => {
    expect(summaryOf([1, 2], [null, null])).toBeUndefined()
  })

  test('of equal values names the first', () => {
    expect(summaryOf([1, 2], [4, 4])?.lowest.at).toBe(1)
  })
})

describe('an axis', () => {
  const shares = { leastSpan: 0.1, floor: 0, ceiling: 1 }

  test('does not spread a small change over its whole height', () => {
    const [low, high] = axisRange(0.621, 0.623, shares)
    expect(high - low).toBeCloseTo(0.1)
    expect((low + high) / 2).toBeCloseTo(0.622)
  })

  test('has on it what it is told to include, such as the target', () => {
    const [low, high] = axisRange(0.4, 0.45, { ...shares, include: [0.7] })
    expect(low).toBeLessThan(0.4)
    expect(high).toBeGreaterThan(0.7)
  })

  test('never goes beyond what can be, and keeps its least span there', () => {
    expect(axisRange(0.99, 1, shares)).toEqual([0.9, 1])
    expect(axisRange(0, 0, shares)).toEqual([0, 0.1])
    expect(axisRange(0, 1, shares)).toEqual([0, 1])
  })

  test('is there without any data', () => {
    expect(axisRange(null, null, shares)).toEqual([0, 0.1])
  })
})

describe('zoom', () => {
  const whole = { from: 0, to: 1000 }

  test('keeps the moment it is around where it is on the screen', () => {
    expect(zoomed(whole, whole, { factor: 0.5, around: 250, leastMs: 10 })).toEqual({ from: 125, to: 625 })
  })

  test('stays inside the whole, and is the whole when it would be more', () => {
    expect(zoomed({ from: 900, to: 1000 }, whole, { factor: 2, leastMs: 10 })).toEqual({
      from: 800,
      to: 1000,
    })
    expect(zoomed({ from: 0, to: 600 }, whole, { factor: 2, leastMs: 10 })).toEqual(whole)
    expect(within({ from: -100, to: 100 }, whole)).toEqual({ from: 0, to: 200 })
  })

  test('has an end', () => {
    const { from, to } = zoomed({ from: 500, to: 512 }, whole, { factor: 0.5, leastMs: 10 })
    expect(to - from).toBe(10)
  })

  test('the cursor is on the nearest moment', () => {
    expect([0, 14, 16, 99].map((to) => nearestIndex([10, 20, 30], to))).toEqual([0, 0, 1, 2])
    expect(nearestIndex([], 5)).toBeNull()
  })

  test('the cursor goes over gaps, and not out of what is seen', () => {
    const columns = { times: [1, 2, 3, 4], values: [[5, null, 6, 7]] }
    const isIn = (time: number) => time <= 3
    expect(nextIndex(columns, 0, 1, isIn)).toBe(2)
    expect(nextIndex(columns, 2, 1, isIn)).toBeUndefined()
    expect(nextIndex(columns, 0, -1, isIn)).toBeUndefined()
  })
})

describe('keys', () => {
  const columns = { times: [1, 2, 3, 4, 5], values: [[5, null, 6, 7, 8]] }
  const view = { from: 1, to: 4 }
  const plain = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false }
  const go = (key: string, at: number | null) => {
    const action = actionOf({ ...plain, key })
    return action?.does === 'step' || action?.does === 'end'
      ? indexAfter(action, columns, { at, view })
      : undefined
  }

  test('arrows go from value to value among what is seen, and begin at the side they come from', () => {
    expect([go('ArrowRight', null), go('ArrowRight', 0), go('ArrowRight', 3)]).toEqual([0, 2, undefined])
    expect([go('ArrowLeft', null), go('ArrowLeft', 2), go('ArrowLeft', 0)]).toEqual([3, 0, undefined])
    expect([go('Home', 2), go('End', 2)]).toEqual([0, 3])
    // What it was on is not seen any more.
    expect(go('ArrowLeft', 4)).toBe(3)
  })

  test('plus and minus zoom, shift with arrows too; what the browser does with them stays its own', () => {
    const factor = (key: string, more: object = {}) => actionOf({ ...plain, ...more, key })
    expect(factor('+')).toEqual({ does: 'zoom', factor: 0.5 })
    expect(factor('ArrowDown', { shiftKey: true })).toEqual({ does: 'zoom', factor: 2 })
    expect(factor('ArrowLeft', { shiftKey: true })).toEqual({ does: 'shift', share: -0.25 })
    expect(factor('Escape')).toEqual({ does: 'whole' })
    expect(factor('+', { ctrlKey: true })).toBeUndefined()
    expect(factor('ArrowDown')).toBeUndefined()
    expect(factor('Tab')).toBeUndefined()
  })
})

describe('how long back', () => {
  const rangeOf = (age: number) => historyRangeFor(noon - age, noon).name

  test('is as long as there is something to see, a month at most', () => {
    expect([12 * minute, 23 * hour, 3 * day, 20 * day, 300 * day].map(rangeOf)).toEqual([
      'day',
      'day',
      'week',
      'month',
      'month',
    ])
    expect(historyRangeFor(undefined, noon).name).toBe('day')
  })

  test('offers only ranges that show more than the shorter ones', () => {
    const names = (age: number) =>
      historyRanges.filter((range) => addsAnything(range, noon - age, noon)).map(({ name }) => name)
    expect(names(hour)).toEqual(['day'])
    expect(names(8 * day)).toEqual(['day', 'week', 'month'])
    expect(names(400 * day)).toEqual(['day', 'week', 'month', 'year'])
    expect(historyRanges.filter((range) => addsAnything(range, undefined, noon))).toHaveLength(1)
  })

  test('single readings near, windows far, and never more than Lantern answers', () => {
    expect(seriesWindowFor(hour).isRaw).toBe(true)
    expect(seriesWindowFor(day)).toEqual({ text: '5m', ms: 5 * minute, isRaw: false })
    for (const length of [hour, 6 * hour, day, 7 * day, 30 * day])
      expect((3 * length) / seriesWindowFor(length).ms).toBeLessThan(70_000)
  })
})

describe('the history of coverage', () => {
  const historyOf = (points: { at: number; target?: number }[]): CoverageHistory => ({
    area: null,
    window: 5 * minute,
    from: formatTime(noon - day),
    to: formatTime(noon),
    points: points.map(({ at, target = 0.7 }) => ({
      ...coverageFigures({ places: 10, installed: 6, working: 5 }, target),
      time: formatTime(at),
      target,
    })),
  })

  test('is drawn where each window ends, the newest not after now', () => {
    const { columns, firstAt } = shownHistory(
      historyOf([{ at: noon - 10 * minute }, { at: noon - 5 * minute }, { at: noon - minute }]),
    )
    expect(columns.times).toEqual([noon - 5 * minute, noon, noon])
    expect(columns.values).toEqual([
      [0.6, 0.6, 0.6],
      [0.5, 0.5, 0.5],
    ])
    expect(firstAt).toBe(noon - 10 * minute)
  })

  test('has its target as one value, or as a line where it changed', () => {
    const changed = shownHistory(
      historyOf([
        { at: noon - 10 * minute, target: 0.6 },
        { at: noon - 5 * minute, target: 0.7 },
      ]),
    )
    expect(changed.target).toBeUndefined()
    expect(changed.columns.values[2]).toEqual([0.6, 0.7])
    expect(shownHistory(historyOf([{ at: noon - hour }])).target).toBe(0.7)
    expect(shownHistory(historyOf([])).firstAt).toBeUndefined()
  })

  test('of a city that has just begun fills the chart', () => {
    const range = { from: noon - day, to: noon }
    expect(historySpan(range, noon - 40 * minute)).toEqual({ from: noon - 40 * minute, to: noon })
    expect(historySpan(range, noon - minute)).toEqual({ from: noon - 15 * minute, to: noon })
    expect(historySpan(range, noon - 3 * day)).toEqual(range)
    expect(historySpan(range, undefined)).toEqual(range)
  })
})

describe('a device', () => {
  const answerOf = (aggregate: Telemetry['aggregate'], window: number, values: number[]): Telemetry => ({
    kind: 'street_sensor',
    field: 'pm25',
    unit: 'µg/m³',
    aggregate,
    window,
    source: 'raw',
    from: formatTime(noon),
    to: formatTime(noon + hour),
    series: [
      {
        group: null,
        name: null,
        points: values.map((value, index) => ({
          time: formatTime(noon + index * window),
          value,
          count: 5,
        })),
      },
    ],
  })
  const window = 5 * minute

  test('has the lowest and highest of each window as a band, drawn in its middle', () => {
    const { times, values } = seriesColumns(answerOf('mean', window, [10, 20]), {
      isRaw: false,
      highest: answerOf('max', window, [15, 30]),
      lowest: answerOf('min', window, [5, 12]),
    })
    expect(times[0]).toBe(noon + 2.5 * minute)
    expect(values).toEqual([
      [10, 20],
      [15, 30],
      [5, 12],
    ])
  })

  test('has no band from windows of another length, nor where none is asked for', () => {
    const mean = answerOf('mean', 1000, [10, 20])
    const highest = answerOf('max', window, [15, 30])
    expect(seriesColumns(mean, { isRaw: true, highest, lowest: highest }).values).toHaveLength(1)
    expect(seriesColumns(mean, { isRaw: true }).times[0]).toBe(noon)
  })
})

describe('in words', () => {
  const en = formatIn('en', hanoi)
  const vi = formatIn('vi', hanoi)

  test('shares are percentages, and their differences points', () => {
    const written = writtenIn(en, { unit: '', points: 'points' })
    expect([written.value(0.0312), written.difference(-0.034), written.tick(0.5)]).toEqual([
      '3.1%',
      '-3.4\u00a0points',
      '50%',
    ])
  })

  test('numbers have the digits, the comma and the unit of the language', () => {
    const written = writtenIn(vi, { unit: '1/s', digits: 1, words: { '1/s': 'khung hình/giây' } })
    expect(written.value(24.96)).toBe('25,0\u00a0khung hình/giây')
    expect(writtenIn(en, { unit: '1', words: { '1': '' } }).value(1234)).toBe('1,234')
    expect(writtenIn(en, { unit: 'm', digits: 2 }).difference(0.021)).toBe('+0.02\u00a0m')
    expect(writtenIn(en, { unit: 'm' }).bareDifference(0)).toBe('0.0')
  })

  test('the axis of time is in the city’s time, and names a day where it begins', () => {
    const evening = Date.parse('2026-01-31T15:00:00Z')
    expect(timeTicks(vi)([evening, evening + hour, evening + 2 * hour], hour)).toEqual([
      '22:00\n31/1',
      '23:00',
      '00:00\n1/2',
    ])
    expect(timeTicks(en)([evening, evening + day], day)).toEqual(['31/01', '01/02'])
    expect(timeTicks(en)([evening], 31 * day)).toEqual(['Jan 2026'])
  })
})
