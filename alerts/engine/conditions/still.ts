/**
 * A value that is exactly the same as the one before, reading after reading: outdoors nothing is, so the instrument stands
 * still. Over with the first reading that differs.
 */
import type { ConditionOf } from '../../../model/rule.ts'
import { evidenceOf, type Judge, verdict } from '../verdict.ts'

export function stillJudge({ field }: ConditionOf<'still'>): Judge {
  return {
    remembersAll: true,
    alone: (values) => (values[field] === undefined ? verdict.unknown : verdict.normal),
    evidence: (values, observedAt) => evidenceOf(field, values, observedAt),
    remembering(watch, _, values, observedAt) {
      const value = Number(values[field])
      if (watch.points?.[1] === value) return verdict.met
      watch.points = [observedAt, value]
      watch.changed = true
      return verdict.normal
    },
  }
}
