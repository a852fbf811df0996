/**
 * Who has gone silent: a deadline for each device, looked at when it comes and put off for nothing whenever the device is
 * heard. Judged by the engine's time, so that a backlog accuses nobody, and without the time that Lantern itself was away.
 */
import { minute, second } from '../../model/time.ts'
import type { Absences } from './absences.ts'
import { see } from './alerts-of.ts'
import type { CompiledRule } from './compile.ts'
import { silenceLimit, suspectAfter } from './conditions/silence.ts'
import type { Course } from './course.ts'
import type { Entry } from './devices.ts'
import { verdict } from './verdict.ts'
import type { Watch, WatchedSubject } from './watch.ts'
import { createWheel } from './wheel.ts'

export interface Silences {
  /** Has the deadline of a device noticed, that is new or has changed. */
  schedule(entry: Entry): void
  /** A device whose silence was raised, or that waits for nothing, has sent a reading. */
  heard(entry: Entry, moment: number): void
  advance(now: number): void
  suspect(rule: CompiledRule, subject: WatchedSubject, now: number): boolean
}

export function createSilences(options: {
  course: Course
  absences: Absences
  watchOf(entry: Entry, index: number): Watch
  recount(entry: Entry): void
}): Silences {
  const { course, absences, watchOf, recount } = options
  const wheel = createWheel<Entry>()

  const deadlineOf = (entry: Entry, rule: CompiledRule) =>
    entry.heardAt + silenceLimit(rule.rule.condition, entry.facts) + absences.since(entry.heardAt)

  const awaitsReturn = (watch: Watch | undefined) => watch?.raised && Number.isNaN(watch.normalSince)

  /** The earliest deadline that is not over yet. */
  function nextDue(entry: Entry): number {
    const { rules, judged } = entry.ruleset
    let due = Number.POSITIVE_INFINITY
    for (let index = judged; index < rules.length; index++) {
      const rule = rules[index]
      // A device is silent after its deadline, not at it.
      if (rule && !awaitsReturn(entry.watches?.[index])) due = Math.min(due, deadlineOf(entry, rule) + 1)
    }
    return due
  }

  function onDue(entry: Entry, now: number): void {
    const { rules, judged } = entry.ruleset
    let outOfHours = false
    for (let index = judged; index < rules.length; index++) {
      const rule = rules[index]
      if (!rule || awaitsReturn(entry.watches?.[index])) continue
      const deadline = deadlineOf(entry, rule)
      if (now <= deadline) continue
      if (!rule.inHours(now)) {
        outOfHours = true
        continue
      }
      const watch = watchOf(entry, index)
      const silentSeconds = Math.round((now - entry.heardAt) / second)
      if (!watch.raised)
        see(watch, [{ observedAt: entry.heardAt, field: 'silentSeconds', value: silentSeconds }])
      course.take(watch, verdict.met, rule.inHours(deadline) ? deadline : now, now)
    }
    recount(entry)
    const due = nextDue(entry)
    // Hours begin on the minute.
    entry.due = outOfHours && due <= now ? (Math.floor(now / minute) + 1) * minute : due
  }

  function schedule(entry: Entry): void {
    entry.due = nextDue(entry)
    wheel.put(entry)
  }

  return {
    schedule,
    heard(entry, moment) {
      const { rules, judged } = entry.ruleset
      if (rules.length === judged) return
      for (let index = judged; index < rules.length; index++) {
        const watch = entry.watches?.[index]
        // Its newest reading may be an old one that came late.
        if (watch?.raised && moment <= deadlineOf(entry, watch.rule))
          course.take(watch, verdict.normal, entry.heardAt, moment)
      }
      recount(entry)
      schedule(entry)
    },
    advance(now) {
      const due = wheel.take(now)
      // In the order of their deadlines, whatever order the wheel has: a new engine must find the same storms.
      for (const entry of due) entry.due = nextDue(entry)
      due.sort((a, b) => a.due - b.due || a.serial - b.serial)
      for (const entry of due) {
        onDue(entry, now)
        wheel.put(entry)
      }
    },
    suspect(rule, subject, now) {
      if (!isDevice(subject)) return false
      const entry = subject
      const index = entry.ruleset.rules.indexOf(rule)
      if (entry.watches?.[index]?.raised) return false
      return (
        now - entry.heardAt - absences.since(entry.heardAt) > suspectAfter(rule.rule.condition, entry.facts)
      )
    },
  }
}

const isDevice = (subject: WatchedSubject): subject is Entry => 'ruleset' in subject
