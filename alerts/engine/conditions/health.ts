/** The device's own readings say that something is wrong with it (video loss, tampered, frozen, not recording, battery). */
import type { Fault } from '../../../model/kind.ts'
import type { ConditionOf } from '../../../model/rule.ts'
import { evidenceOf, type Judge, verdict } from '../verdict.ts'

/** The field that shows each fault. */
const fieldOf: Readonly<Partial<Record<Fault, string>>> = {
  'not-recording': 'recording',
  'video-loss': 'videoLoss',
  tampered: 'tampered',
  frozen: 'frozen',
  'battery-low': 'batteryLevel',
}

export function healthJudge({ faults: watched }: ConditionOf<'health'>): Judge {
  const isWatched = (fault: Fault) => watched.some((it) => it === fault)
  return {
    remembersAll: false,
    alone(_, faults) {
      for (const fault of faults) if (isWatched(fault)) return verdict.met
      return verdict.normal
    },
    evidence: (values, observedAt, faults) =>
      faults.filter(isWatched).flatMap((fault) => evidenceOf(fieldOf[fault] ?? '', values, observedAt)),
  }
}
