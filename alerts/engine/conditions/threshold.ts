/**
 * A value above or below a threshold, over again only at `clear` (hysteresis), at once or when n of the last m readings
 * are beyond it. A boolean counts as 0 or 1.
 */
import type { ConditionOf } from '../../../model/rule.ts'
import { evidenceOf, type Judge, verdict } from '../verdict.ts'

export function thresholdJudge(condition: ConditionOf<'threshold'>): Judge {
  const { field, above, below, clear, count } = condition
  // Below is above with the sign turned, so that there is one comparison.
  const sign = above === undefined ? -1 : 1
  const limit = sign * (above ?? below ?? 0)
  const normalAt = clear === undefined ? limit : sign * clear

  const alone: Judge['alone'] = (values) => {
    const raw = values[field]
    if (raw === undefined) return verdict.unknown
    const value = sign * Number(raw)
    if (value >= limit) return verdict.met
    return value <= normalAt ? verdict.normal : verdict.between
  }
  const evidence: Judge['evidence'] = (values, observedAt) => evidenceOf(field, values, observedAt)
  if (!count) return { alone, remembersAll: false, evidence }

  const { least, of } = count
  const mask = 2 ** of - 1
  return {
    alone,
    remembersAll: false,
    evidence,
    remembering(watch, said) {
      const before = watch.bits
      watch.bits = ((watch.bits << 1) | (said === verdict.met ? 1 : 0)) & mask
      if (watch.bits !== before) watch.changed = true
      if (bitsIn(watch.bits) >= least) return verdict.met
      // It is over when the newest reading is normal and too few of the last were not.
      return said === verdict.normal ? verdict.normal : verdict.between
    },
  }
}

function bitsIn(bits: number): number {
  let rest = bits
  let found = 0
  for (; rest !== 0; found++) rest &= rest - 1
  return found
}
