/**
 * Far from what this device usually says at this hour, on a working day or a weekend; `usual.ts` is what it has learned.
 * A reading is judged before it is learned. It is over below 70 % of the score.
 */
import { kindOf } from '../../../model/kinds.ts'
import type { ConditionOf, Rule } from '../../../model/rule.ts'
import { day, minute } from '../../../model/time.ts'
import { hourOfDay, localTime } from '../local-time.ts'
import { evidenceOf, type Judge, verdict } from '../verdict.ts'
import type { Watch } from '../watch.ts'
import { expected, learn, newUsual } from './usual.ts'

/** What was learned is written so often (event time); a crash costs at most the learning of so long. */
const saveEvery = 15 * minute
const over = 0.7
const quarterHour = 15 * minute

export interface UnusualJudge extends Judge {
  /** What was expected when, for the evidence. */
  explain(
    watch: Watch,
    observedAt: number,
    value: number,
  ): { value: number; low: number; high: number; score: number } | undefined
}

export function unusualJudge(
  condition: ConditionOf<'unusual'>,
  options: { kind: Rule['scope']['kind']; timeZone: string },
): UnusualJudge {
  const { field, direction, score: limit, learnFrom } = condition
  const local = localTime(options.timeZone)
  const unit = options.kind && kindOf(options.kind).fields.find(({ name }) => name === field)?.unit
  const known = { learnFrom, counted: unit === '1' }
  // Readings come in the order of time, so the hour is mostly that of the one before. No time zone changes within 15 minutes.
  let quarter = Number.NaN
  let slot = 0
  function slotAt(at: number): number {
    const now = Math.floor(at / quarterHour)
    if (now !== quarter) {
      quarter = now
      slot = hourOfDay(local, at) + (local.weekday(at) >= 5 ? 24 : 0)
    }
    return slot
  }

  function scoreOf(value: number, usual: { value: number; deviation: number }): number {
    const score = (value - usual.value) / usual.deviation
    return direction === 'high' ? score : direction === 'low' ? -score : Math.abs(score)
  }

  return {
    remembersAll: true,
    alone: (values) => (values[field] === undefined ? verdict.unknown : verdict.normal),
    evidence: (values, observedAt) => evidenceOf(field, values, observedAt),
    remembering(watch, _, values, observedAt) {
      const value = Number(values[field])
      const usual = watch.usual ?? newUsual()
      watch.usual = usual
      const slot = slotAt(observedAt)
      const guess = expected(usual, slot, known)
      // Day numbers need not be the local ones: they only have to differ from one day's hour to the next.
      learn(usual, { slot, day: Math.floor(observedAt / day), observedAt }, value)
      if (observedAt - usual.savedAt >= saveEvery) {
        usual.savedAt = observedAt
        watch.changed = true
      }
      // Nothing is known of this hour: what is raised is over, since nobody could say otherwise.
      if (!guess) return verdict.normal
      const score = scoreOf(value, guess)
      if (score >= limit) return verdict.met
      return score < over * limit ? verdict.normal : verdict.between
    },
    explain(watch, observedAt, value) {
      const guess = watch.usual && expected(watch.usual, slotAt(observedAt), known)
      if (!guess) return undefined
      const reach = limit * guess.deviation
      const rounded = (number: number) => Number(number.toPrecision(4))
      return {
        value: rounded(guess.value),
        low: rounded(guess.value - reach),
        high: rounded(guess.value + reach),
        score: rounded(scoreOf(value, guess)),
      }
    },
  }
}
