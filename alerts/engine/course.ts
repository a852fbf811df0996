/**
 * From verdicts to alerts, the same for every condition: waiting until it has lasted, raising, clearing, and holding what
 * comes and goes (chattering). Called by the engine for each reading that is not plainly normal, and by its timers.
 */
import { minute } from '../../model/time.ts'
import { alertOfWatch } from './alerts-of.ts'
import { targetOf } from './compile.ts'
import type { Outbox } from './outbox.ts'
import type { Storms } from './storms.ts'
import { type Verdict, verdict } from './verdict.ts'
import type { Watch } from './watch.ts'
import type { Wheel } from './wheel.ts'

/** Opened so often within so long, it is chattering: it stays open until it has been normal for so long. */
export const chatteringOpens = 3
export const chatteringWithin = 30 * minute
export const chatteringCalm = 10 * minute

export interface Course {
  /**
   * Takes a verdict. `at`: event time; `moment`: when Lantern learned of it (arrival, or the clock); both epoch ms.
   */
  take(watch: Watch, said: Verdict, at: number, moment: number): void
  /** What time alone does; called when the watch is due. */
  onDue(watch: Watch, now: number): void
  /** Ends it because it is watched no more; the comment tells why. */
  end(watch: Watch, comment: string): void
  /** Has its next moment noticed. */
  arm(watch: Watch): void
}

export function createCourse(options: {
  outbox: Outbox
  storms: Storms
  wheel: Wheel<Watch>
  clock: () => number
}): Course {
  const { outbox, storms, wheel, clock } = options

  const stepOf = (watch: Watch) => targetOf(watch.rule, watch.subject.facts.id)

  /** What was observed long ago raises nothing; that nothing was observed is always of now. */
  const mayRaise = ({ rule, subject }: Watch) => subject.fresh || rule.isSilence

  function raise(watch: Watch, moment: number): void {
    watch.raised = true
    watch.raisedAt = moment
    watch.normalSince = Number.NaN
    watch.opens = watch.opens.filter((at) => at > moment - chatteringWithin)
    watch.opens.push(moment)
    watch.changed = true
    outbox.open(alertOfWatch(watch, clock()), storms.standingFor(watch))
    if (watch.opens.length >= chatteringOpens) {
      watch.held = true
      const comment = `opened ${watch.opens.length} times within ${chatteringWithin / minute} minutes: held until calm for ${chatteringCalm / minute}`
      outbox.step(stepOf(watch), { step: 'chattering', at: clock(), by: 'lantern', comment })
    }
    storms.raised(watch, moment)
  }

  function over(watch: Watch): void {
    watch.raised = false
    watch.raisedAt = Number.NaN
    watch.since = Number.NaN
    watch.normalSince = Number.NaN
    watch.reference = Number.NaN
    watch.held = false
    watch.seen = []
    watch.changed = true
  }

  function clear(watch: Watch, moment: number): void {
    if (watch.held) outbox.step(stepOf(watch), { step: 'settled', at: clock(), by: 'lantern' })
    outbox.step(stepOf(watch), { step: 'cleared', at: clock(), by: 'condition' })
    over(watch)
    storms.cleared(watch, moment)
  }

  function takeRaised(watch: Watch, said: Verdict, moment: number): void {
    if (said === verdict.met) {
      if (!Number.isNaN(watch.normalSince)) watch.changed = true
      watch.normalSince = Number.NaN
    } else if (said === verdict.normal) {
      if (!watch.held) clear(watch, moment)
      else if (Number.isNaN(watch.normalSince)) {
        watch.normalSince = moment
        watch.changed = true
      } else if (moment - watch.normalSince >= chatteringCalm) clear(watch, moment)
    }
  }

  function takeWaiting(watch: Watch, said: Verdict, at: number, moment: number): void {
    if (said === verdict.met && watch.rule.inHours(at)) {
      if (Number.isNaN(watch.since)) {
        watch.since = at
        watch.changed = true
      }
      if (at - watch.since >= watch.rule.lasting && mayRaise(watch)) raise(watch, moment)
      return
    }
    if (!Number.isNaN(watch.since)) watch.changed = true
    watch.since = Number.NaN
    if (watch.seen.length > 0 && watch.bits === 0) {
      watch.seen = []
      watch.changed = true
    }
  }

  /**
   * When a condition that has not been denied opens by time. What was last read holds until the device says otherwise; but
   * where its next report is due at about that time, that is waited for, half an interval at most.
   */
  function opensAt({ rule, subject, since }: Watch): number {
    if (rule.lasting === 0 || !rule.holds || !subject.fresh) return Number.POSITIVE_INFINITY
    const lasted = since + rule.lasting
    const next = subject.newest + subject.interval
    return lasted < next - subject.interval / 4 ? lasted : Math.max(lasted, next + subject.interval / 2)
  }

  function arm(watch: Watch): void {
    let due = Number.POSITIVE_INFINITY
    if (watch.raised) {
      if (watch.held && !Number.isNaN(watch.normalSince)) due = watch.normalSince + chatteringCalm
    } else {
      if (!Number.isNaN(watch.since) && watch.subject.facts.type === 'device') due = opensAt(watch)
      const last = watch.opens.at(-1)
      if (last !== undefined) due = Math.min(due, last + chatteringWithin)
    }
    watch.due = due
    wheel.put(watch)
  }

  return {
    take(watch, said, at, moment) {
      if (watch.raised) takeRaised(watch, said, moment)
      else takeWaiting(watch, said, at, moment)
      arm(watch)
      outbox.note(watch)
    },
    onDue(watch, now) {
      if (watch.raised) {
        if (watch.held && now >= watch.normalSince + chatteringCalm) clear(watch, now)
      } else {
        const last = watch.opens.at(-1)
        if (last !== undefined && now >= last + chatteringWithin) {
          watch.opens = []
          watch.changed = true
        }
        if (now >= opensAt(watch)) {
          if (watch.rule.inHours(now)) raise(watch, now)
          else takeWaiting(watch, verdict.normal, now, now)
        }
      }
      arm(watch)
      outbox.note(watch)
    },
    end(watch, comment) {
      if (watch.raised) {
        outbox.step(stepOf(watch), { step: 'cleared', at: clock(), by: 'condition', comment })
        over(watch)
        storms.cleared(watch, clock())
      }
      over(watch)
      watch.opens = []
      watch.bits = 0
      watch.points = undefined
      watch.usual = undefined
      watch.due = Number.POSITIVE_INFINITY
      outbox.note(watch)
    },
    arm,
  }
}
