/** The history of coverage as a chart draws it: shares by time, the target of that time, and since when it was counted. */
import type { CoverageHistory } from '../../../../model/answers/coverage-history.ts'
import type { Coverage } from '../../../../model/coverage.ts'
import { minute } from '../../../../model/time.ts'
import { type Columns, columnsOf, gapOf, type Row, type Span } from './data.ts'

/** A chart of a city that has just begun is at least so wide. */
const leastWide = 15 * minute

export interface HistoryShown {
  /** Installed share, working share, and the target where it changed. */
  readonly columns: Columns
  /** The one target of the whole range; undefined: it changed, and is drawn as a line of its own. */
  readonly target: number | undefined
  /** When the first figures in the range were counted; undefined: there are none. */
  readonly firstAt: number | undefined
}

/**
 * Each window holds the last figures in it, so they are drawn where it ends; the newest not later than now. They are counted
 * once a minute: what is known to be newer stands in place of the window that has not ended.
 */
export function shownHistory(history: CoverageHistory, newest?: Coverage): HistoryShown {
  const to = Date.parse(history.to)
  const asOf = newest ? Date.parse(newest.asOf) : Number.NaN
  const isOver = ({ time }: { time: string }) => !(Date.parse(time) + history.window > asOf)
  const rows = (newest ? history.points.filter(isOver) : history.points).map(
    ({ time, installedShare, workingShare, target }): Row => ({
      time: Math.min(to, Date.parse(time) + history.window),
      values: [installedShare, workingShare, target],
    }),
  )
  // Without a past there is nothing to go on from.
  if (newest && history.points.length > 0) {
    const { installedShare, workingShare } = newest.total
    rows.push({ time: asOf, values: [installedShare, workingShare, newest.goal.target] })
  }
  const times = rows.map(({ time }) => time)
  const targets = new Set(rows.map(({ values }) => values[2]))
  const target = rows[0]?.values[2] ?? undefined
  const first = history.points[0]
  return {
    columns: columnsOf(rows, targets.size === 1 ? 2 : 3, gapOf(times, history.window)),
    target: targets.size === 1 ? target : undefined,
    firstAt: first && Date.parse(first.time),
  }
}

/** What the axis shows: the chosen range, or as much of it as there is since counting began in it. */
export function historySpan(range: Span, beganAt: number | undefined): Span {
  if (beganAt === undefined || beganAt <= range.from) return range
  return { from: Math.min(beganAt, range.to - leastWide), to: range.to }
}
