/**
 * What is remembered of one rule and one subject between two readings. Where everything is normal there is no watch at all,
 * so a healthy device costs nothing but its readings; `memory.ts` writes and reads watches.
 */
import type { EvidenceValue } from '../../model/alert.ts'
import type { AreaStep, SubjectFacts } from './city.ts'
import type { CompiledRule } from './compile.ts'
import type { Usual } from './conditions/usual.ts'
import type { Timed } from './wheel.ts'

export interface Watch extends Timed {
  readonly rule: CompiledRule
  readonly subject: WatchedSubject
  /** When the condition was first met and has been since (event time, epoch ms); NaN: it is not met. */
  since: number
  /** Whether an alert was opened for it that is not over. A person may have cleared it: that is not for the engine. */
  raised: boolean
  /** When it was raised, by the engine's time (arrival of the reading, or the clock). */
  raisedAt: number
  /** Chattering: it is held open. */
  held: boolean
  /** While it is held: since when it has been normal; NaN: it is not. */
  normalSince: number
  /** When it was opened of late, for the chattering; oldest first. */
  opens: number[]
  /** The readings that count towards it, newest last. */
  seen: EvidenceValue[]
  /** Whether it has a row in the memory, whether that is to be written anew, and whether it waits for that. */
  kept: boolean
  changed: boolean
  queued: boolean
  /** n of m: one bit a reading, the newest lowest. */
  bits: number
  /** rate, coverage that falls: times and values in turn. */
  points: number[] | undefined
  /** coverage that falls: the share that it fell from. */
  reference: number
  usual: Usual | undefined
}

/** Whom a watch belongs to: a device of the engine's, or an area. */
export interface WatchedSubject {
  facts: SubjectFacts
  /** Epoch ms; of an area, when it was counted last. */
  newest: number
  /** Whether the newest reading came soon after it was observed: what has long passed raises nothing. */
  fresh: boolean
  /** How often it reports, ms. */
  interval: number
}

export const newWatch = (rule: CompiledRule, subject: WatchedSubject): Watch => ({
  rule,
  subject,
  due: Number.POSITIVE_INFINITY,
  slotAt: 0,
  since: Number.NaN,
  raised: false,
  raisedAt: Number.NaN,
  held: false,
  normalSince: Number.NaN,
  opens: [],
  seen: [],
  kept: false,
  changed: false,
  queued: false,
  bits: 0,
  points: undefined,
  reference: Number.NaN,
  usual: undefined,
})

/** Whether there is nothing to remember of it. */
export const isAtRest = (watch: Watch) =>
  !watch.raised &&
  Number.isNaN(watch.since) &&
  watch.opens.length === 0 &&
  watch.bits === 0 &&
  watch.points === undefined &&
  watch.usual === undefined

export const codesOf = (areas: readonly AreaStep[]) => areas.map(({ code }) => code)
