/**
 * A rule made ready to run: its judge, its hours, its durations in ms, and whom it watches. Done once for each rule, so
 * that a reading pays only for judging.
 */

import type { Rule } from '../../model/rule.ts'
import { second } from '../../model/time.ts'
import type { AlertTarget } from '../../stores/registry/alerts-port.ts'
import type { AreaStep, DeviceFacts } from './city.ts'
import { type CoverageJudge, coverageJudge } from './conditions/coverage.ts'
import { healthJudge } from './conditions/health.ts'
import { rateJudge } from './conditions/rate.ts'
import { stillJudge } from './conditions/still.ts'
import { thresholdJudge } from './conditions/threshold.ts'
import { type UnusualJudge, unusualJudge } from './conditions/unusual.ts'
import { scheduleOf } from './schedule.ts'
import type { Judge } from './verdict.ts'

export interface CompiledRule {
  /** Its words and severity may change while it runs. */
  rule: Rule
  /** What decides when it is met; where that changes, what was remembered is worth nothing. */
  readonly fingerprint: string
  /** Judges readings; undefined: time does (silence), or counting (coverage). */
  readonly judge: Judge | undefined
  readonly unusual: UnusualJudge | undefined
  readonly coverage: CoverageJudge | undefined
  readonly isSilence: boolean
  /** Only when it has lasted so long, ms; 0: at once. */
  readonly lasting: number
  /** Whether it lasts until a reading denies it; else only readings that confirm it let it last. */
  readonly holds: boolean
  readonly inHours: (at: number) => boolean
  watches(device: DeviceFacts): boolean
  watchesArea(path: readonly AreaStep[]): boolean
  /** The area whose storms a device belongs to. */
  stormArea(areas: readonly AreaStep[]): string | undefined
}

export function compileRule(rule: Rule, city: { target: number; timeZone: string }): CompiledRule {
  const { condition, scope, schedule, storm } = rule
  const areas = scope.areas && new Set(scope.areas)
  const placeTypes = scope.placeTypes && new Set(scope.placeTypes)
  const devices = scope.devices && new Set(scope.devices)
  const unusual =
    condition.type === 'unusual'
      ? unusualJudge(condition, { kind: scope.kind, timeZone: city.timeZone })
      : undefined
  const watchesArea = (path: readonly AreaStep[]) =>
    areas === undefined || path.some(({ code }) => areas.has(code))
  const target = condition.type === 'coverage' && condition.below === 'target' ? city.target : null

  return {
    rule,
    fingerprint: JSON.stringify([condition, scope, schedule ?? null, storm ?? null, target]),
    judge: unusual ?? judgeOf(condition),
    unusual,
    coverage: condition.type === 'coverage' ? coverageJudge(condition, city.target) : undefined,
    isSilence: condition.type === 'silence',
    lasting: ('forSeconds' in condition ? (condition.forSeconds ?? 0) : 0) * second,
    holds: condition.type !== 'still',
    inHours: scheduleOf(schedule),
    watches: (device) =>
      condition.type !== 'coverage' &&
      (scope.kind === undefined || device.kind === scope.kind) &&
      (placeTypes === undefined || (device.placeType !== null && placeTypes.has(device.placeType))) &&
      (devices === undefined || devices.has(device.id)) &&
      watchesArea(device.areas),
    watchesArea,
    stormArea(path) {
      if (!storm) return undefined
      const { level } = storm
      if (level !== undefined) return path.find((area) => area.level === level)?.code
      // The level below the top, or the top where there is nothing below.
      return (path.at(-2) ?? path.at(-1))?.code
    },
  }
}

function judgeOf(condition: Rule['condition']): Judge | undefined {
  switch (condition.type) {
    case 'threshold':
      return thresholdJudge(condition)
    case 'rate':
      return rateJudge(condition)
    case 'still':
      return stillJudge(condition)
    case 'health':
      return healthJudge(condition)
    default:
      return undefined
  }
}

/** Which alert: the one that is open for a rule and a subject. */
export const targetOf = (rule: CompiledRule, subject: string): AlertTarget => ({
  rule: rule.rule.id,
  subject,
})
