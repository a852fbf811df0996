/** A measure as it is shown: each group now against its usual, the unusual first, all on one scale. Pure, for the tests. */
import { hour } from '../../../../model/time.ts'
import { axisRange, type Span } from '../charts/data.ts'
import type { SparklineUsual } from '../charts/small-line.ts'
import { type Group, type Measured, nowMs } from './measured.ts'
import type { Measure } from './measures.ts'
import {
  dayStartOf,
  type Judgement,
  judge,
  type OffsetAt,
  type Point,
  type Usual,
  usualAt,
  usualDay,
} from './usual.ts'

export interface Compared {
  readonly id: string | null
  readonly name: string
  readonly now: number | undefined
  readonly usual: Usual | undefined
  /** undefined: there is nothing now, or no earlier day. */
  readonly judgement: Judgement | undefined
  readonly today: readonly Point[]
  readonly usualDay: readonly SparklineUsual[]
}

export interface Comparison {
  readonly all: Compared
  /** The furthest from their usual first; of the others those with the highest value. */
  readonly groups: readonly Compared[]
  readonly span: Span
  readonly range: readonly [low: number, high: number]
}

/** The last 15 minutes, and a window of today's line, are compared and drawn at their middle. */
const toMiddle = nowMs / 2

/** `scale`: by what the field's values are multiplied, such as an interval's vehicles to those of a minute. */
export function compare(
  measured: Measured,
  measure: Measure,
  options: { offsetAt: OffsetAt; scale: number },
): Comparison {
  const { offsetAt, scale } = options
  const dayStart = dayStartOf(measured.at, offsetAt)
  const compared = (group: Group): Compared => {
    const hours = new Map([...group.hours].map(([time, value]) => [time, value * scale]))
    const now = group.now === undefined ? undefined : group.now * scale
    const usual = usualAt(hours, measured.at - toMiddle, offsetAt)
    return {
      id: group.id,
      name: group.name,
      now,
      usual,
      judgement: usual && now !== undefined ? judge(now, usual, measure.resolution) : undefined,
      today: group.recent
        .filter(({ time }) => time >= dayStart)
        .map((point) => ({
          ...point,
          // Drawn in the middle of its window; of the newest only what has passed.
          time: (point.time + Math.min(measured.at, point.time + 2 * toMiddle)) / 2,
          value: point.value * scale,
        })),
      usualDay: usualDay(hours, dayStart, offsetAt),
    }
  }
  const all = compared(measured.all)
  const groups = measured.groups.map(compared).toSorted(furthestFirst)
  const shown = [all, ...groups].flatMap((one) => [
    ...one.today.map(({ value }) => value),
    ...one.usualDay.flatMap(({ lowest, highest }) => [lowest, highest]),
  ])
  const include = measure.fromZero ? [0] : []
  const floor = measure.fromZero ? Math.min(0, ...shown) : undefined
  const [low, high] = [shown.length ? Math.min(...shown) : null, shown.length ? Math.max(...shown) : null]
  return {
    all,
    groups,
    span: { from: dayStart, to: dayStart + 24 * hour },
    range: rounded(axisRange(low, high, { leastSpan: measure.leastSpan, floor, include })),
  }
}

/** Out to round numbers, which stand beside the scale. */
export function rounded([low, high]: readonly [number, number]): [low: number, high: number] {
  const size = 10 ** Math.floor(Math.log10(high - low))
  const step = (high - low) / size > 4 ? size : (high - low) / size > 2 ? size / 2 : size / 5
  const tidy = (steps: number) => Number((steps * step).toPrecision(12))
  return [tidy(Math.floor(low / step + 1e-9)), tidy(Math.ceil(high / step - 1e-9))]
}

function furthestFirst(a: Compared, b: Compared): number {
  const unusual = Number(b.judgement?.isUnusual ?? false) - Number(a.judgement?.isUnusual ?? false)
  if (unusual !== 0) return unusual
  if (a.judgement?.isUnusual && b.judgement) return b.judgement.distance - a.judgement.distance
  return (b.now ?? Number.NEGATIVE_INFINITY) - (a.now ?? Number.NEGATIVE_INFINITY)
}
