/** What Lantern answered of a measure, put together by group: the last 15 minutes, the last 24 hours, and the earlier days. */
import type { Telemetry } from '../../../../model/answers/telemetry.ts'
import { minute } from '../../../../model/time.ts'
import type { Measure } from './measures.ts'
import { combined, type Hours, hoursOf, type Point, together } from './usual.ts'

/** How long "now" is. */
export const nowMs = 15 * minute

export type Series = Telemetry['series']

export interface Group {
  /** The area's code or the device's id; null: all together. */
  readonly id: string | null
  readonly name: string
  /** Of the last 15 minutes; undefined: nothing was measured in them. */
  readonly now: number | undefined
  /** Windows of 15 minutes of the last 24 hours. */
  readonly recent: readonly Point[]
  readonly hours: Hours
}

export interface Measured {
  readonly at: number
  readonly all: Group
  readonly groups: readonly Group[]
}

export function measuredOf(
  answers: { at: number; now: Series; recent: Series; earlier: Series },
  aggregate: Measure['aggregate'],
): Measured {
  const [now, recent, earlier] = [answers.now, answers.recent, answers.earlier].map(
    (series) => new Map(series.map((one) => [one.group, one])),
  )
  const pointsIn = (series: typeof now, id: string | null): Point[] =>
    series?.get(id)?.points.map(({ time, value, count }) => ({ time: Date.parse(time), value, count })) ?? []
  const ids = [...new Set([...(recent?.keys() ?? []), ...(earlier?.keys() ?? [])])]
  const parts = ids.map((id) => ({
    id,
    name: recent?.get(id)?.name ?? earlier?.get(id)?.name ?? id ?? '',
    now: pointsIn(now, id),
    recent: pointsIn(recent, id),
    earlier: pointsIn(earlier, id),
  }))
  const groupOf = (part: (typeof parts)[number]): Group => ({
    id: part.id,
    name: part.name,
    now: combined(part.now, aggregate),
    recent: part.recent,
    hours: hoursOf(part.earlier),
  })
  const all = (name: 'now' | 'recent' | 'earlier') =>
    together(
      parts.map((part) => part[name]),
      aggregate,
    )
  return {
    at: answers.at,
    all: groupOf({ id: null, name: '', now: all('now'), recent: all('recent'), earlier: all('earlier') }),
    groups: parts.map(groupOf),
  }
}
