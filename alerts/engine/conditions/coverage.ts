/**
 * An area's share of places, installed or working: below a share or the goal's target, or fallen by so much within a time.
 * A fall is over when half of it is made up for, or after a day: then the new share is how it is.
 */
import type { ConditionOf } from '../../../model/rule.ts'
import { day, second } from '../../../model/time.ts'
import { type Verdict, verdict } from '../verdict.ts'
import type { Watch } from '../watch.ts'
import { pushLowest } from './window.ts'

/** What was counted of one area. */
export interface CoverageRow {
  /** The area's code. */
  readonly area: string
  readonly level: string
  readonly name: string
  readonly places: number
  readonly installed: number
  readonly working: number
}

const edge = 1e-9

export interface CoverageJudge {
  /** 0–1; undefined: the area has no places, or the rule is not about its level. */
  shareOf(row: CoverageRow): number | undefined
  judge(watch: Watch, share: number, at: number): Verdict
  /** The share below which it is met, where that is a fixed one. */
  readonly limit: number | undefined
}

export function coverageJudge(condition: ConditionOf<'coverage'>, target: number): CoverageJudge {
  const { share, below, falls, levels } = condition
  const limit = below === 'target' ? target : below
  const span = (falls?.withinSeconds ?? 0) * second
  return {
    limit,
    shareOf(row) {
      if (row.places === 0 || (levels && !levels.includes(row.level))) return undefined
      return row[share] / row.places
    },
    judge(watch, now, at) {
      if (limit !== undefined) return now < limit - edge ? verdict.met : verdict.normal
      const by = falls?.by ?? 1
      if (watch.raised) {
        const recovered = now >= watch.reference - by / 2 - edge || at - watch.raisedAt >= day
        if (recovered) watch.points = undefined
        return recovered ? verdict.normal : verdict.met
      }
      const points = watch.points ?? []
      watch.points = points
      watch.changed = true
      // The highest is the lowest with the sign turned.
      pushLowest(points, { at, value: -now, span })
      const [highestAt = at, highest = -now] = points
      if (-highest - now < by - edge) return verdict.normal
      watch.reference = -highest
      if (watch.seen.length === 0)
        watch.seen.push({ observedAt: highestAt, field: `${share}Share`, value: -highest })
      return verdict.met
    },
  }
}
