/**
 * A value that rises or falls by so much within a time. It is over when it has moved by less than half of that within the
 * same time: a rate is an event, and a level that stays is the affair of a threshold.
 */
import type { ConditionOf } from '../../../model/rule.ts'
import { second } from '../../../model/time.ts'
import { evidenceOf, type Judge, verdict } from '../verdict.ts'
import { pushLowest } from './window.ts'

export function rateJudge({ field, rises, falls, withinSeconds }: ConditionOf<'rate'>): Judge {
  const sign = rises === undefined ? -1 : 1
  const limit = rises ?? falls ?? 0
  const span = withinSeconds * second
  return {
    remembersAll: true,
    alone: (values) => (values[field] === undefined ? verdict.unknown : verdict.normal),
    evidence: (values, observedAt) => evidenceOf(field, values, observedAt),
    remembering(watch, _, values, observedAt) {
      const value = sign * Number(values[field])
      const points = watch.points ?? []
      watch.points = points
      if (pushLowest(points, { at: observedAt, value, span })) watch.changed = true
      const [lowestAt = observedAt, lowest = value] = points
      const moved = value - lowest
      if (moved < limit) return moved < limit / 2 ? verdict.normal : verdict.between
      // The point that it rises from belongs to the evidence.
      if (!watch.raised && watch.seen.length === 0)
        watch.seen.push({ observedAt: lowestAt, field, value: sign * lowest })
      return verdict.met
    },
  }
}
