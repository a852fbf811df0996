/**
 * What a condition says of one reading, and how the conditions are built: each file in `conditions/` makes a `Judge` of its
 * part of a rule; `course.ts` makes alerts of verdicts, the same for all of them.
 */
import type { EvidenceValue } from '../../model/alert.ts'
import type { Fault, Values } from '../../model/kind.ts'
import type { Watch } from './watch.ts'

export const verdict = {
  /** The reading says nothing about it: the field is absent. */
  unknown: 0,
  normal: 1,
  /** Within the hysteresis: what is raised stays raised, and nothing is raised. */
  between: 2,
  met: 3,
} as const
export type Verdict = (typeof verdict)[keyof typeof verdict]

export interface Judge {
  /** What the reading says by itself. Costs no memory, and for most readings it is all that is asked. */
  alone(values: Values, faults: readonly Fault[]): Verdict
  /** What it says together with what is remembered; absent where a reading speaks for itself. */
  remembering?(watch: Watch, verdict: Verdict, values: Values, observedAt: number): Verdict
  /** Whether it remembers normal readings too. */
  readonly remembersAll: boolean
  /** What of a reading is evidence. */
  evidence(values: Values, observedAt: number, faults: readonly Fault[]): EvidenceValue[]
}

/** The values of the field of one reading, as evidence. */
export function evidenceOf(field: string, values: Values, observedAt: number): EvidenceValue[] {
  const value = values[field]
  return value === undefined ? [] : [{ observedAt, field, value }]
}
