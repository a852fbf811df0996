/**
 * The alert engine: looks at each reading in the order of the journal, and at the clock, and says which alerts open and
 * which are over. It touches no store: ingest hands it readings and ticks, and writes what `drain` answers in the same
 * transaction as the device states and the journal position, so that nothing is raised twice and nothing is lost.
 *
 * Event time decides durations; a reading at or before its device's newest is not judged, and one that came long after it was observed raises nothing.
 */
import type { Alert } from '../../model/alert.ts'
import type { DeviceState } from '../../model/coverage.ts'
import type { Fault } from '../../model/kind.ts'
import { kindOf } from '../../model/kinds.ts'
import type { Reading } from '../../model/reading.ts'
import type { Rule } from '../../model/rule.ts'
import { minute, second } from '../../model/time.ts'
import type { AlertChange, AlertMemory } from '../../stores/registry/alerts-port.ts'
import { type Absences, createAbsences } from './absences.ts'
import { see } from './alerts-of.ts'
import { createAreas } from './areas.ts'
import type { EngineCity } from './city.ts'
import { type CompiledRule, compileRule } from './compile.ts'
import type { CoverageRow } from './conditions/coverage.ts'
import { createCourse } from './course.ts'
import { createDevices, type Entry } from './devices.ts'
import { memoryKey } from './memory.ts'
import { createOutbox } from './outbox.ts'
import { restore } from './restore.ts'
import { createSilences, type Silences } from './silences.ts'
import { createStorms } from './storms.ts'
import { verdict } from './verdict.ts'
import type { Watch } from './watch.ts'
import { createWheel } from './wheel.ts'

/** A reading that came so long after it was observed raises nothing (or three of its intervals, if that is longer). */
const freshFor = 10 * minute

export interface EngineOptions {
  readonly rules: readonly Rule[]
  readonly city: EngineCity
  /** The serials of the devices in service. */
  readonly devices: Iterable<number>
  /** What is known of the devices, true for the journal position that the engine begins at. */
  readonly states: Iterable<Pick<DeviceState, 'serial' | 'heardAt' | 'observedAt' | 'receivedAt'>>
  /** The goal's share of places, 0–1. */
  readonly target: number
  readonly timeZone: string
  readonly clock: () => number
  /** As the registry has them for that position. */
  readonly memories: ReadonlyMap<string, string>
  readonly openAlerts: readonly Alert[]
}

export interface Engine {
  /** Judges a reading, in the order of the journal. */
  take(reading: Reading): void
  /**
   * The time goes on; called several times a second. While there is a backlog its newest message is the time (by arrival,
   * epoch ms), so that a device whose readings still wait is not called silent.
   */
  tick(now: number, reading: { caughtUp: true } | { caughtUp: false; newestMessageAt: number }): void
  /** The coverage of areas as it is at a moment; only while caught up. */
  takeCoverage(rows: readonly CoverageRow[], at: number): void
  /** Ends what is watched no more, and judges by the new rules from here on. */
  setRules(rules: readonly Rule[]): void
  /** Devices that are new, have changed, moved, or left service. */
  devicesChanged(serials: Iterable<number>): void
  /** Whether there are changes that somebody waits for. */
  waiting(): boolean
  /** What is to be stored, in one transaction. `all`: with what is otherwise written only now and then (at the end). */
  drain(options?: { all: boolean }): { changes: AlertChange[]; memories: AlertMemory[] }
}

export function createEngine(options: EngineOptions): Engine {
  const { city, clock } = options
  let rules: CompiledRule[] = []
  /** The engine's time: the clock, or that of the newest message. */
  let time = Number.NEGATIVE_INFINITY
  let following = false
  let savedAlive = 0

  const outbox = createOutbox({ onRest: (watch) => drop(watch) })
  const wheel = createWheel<Watch>()
  const storms = createStorms({
    outbox,
    clock,
    areaPath: city.areaPath,
    suspect: (rule, subject, now) => silences.suspect(rule, subject, now),
  })
  const course = createCourse({ outbox, storms, wheel, clock })
  const devices = createDevices({
    city,
    course,
    storms,
    states: options.states,
    freshFor: (interval) => Math.max(freshFor, 3 * interval),
  })
  const areas = createAreas({ city, course })
  const absences: Absences = createAbsences({
    aliveAt: Number(options.memories.get(memoryKey('*', 'engine', 'alive')) ?? devices.newestHeard()),
    memory: options.memories.get(memoryKey('*', 'engine', 'absences')),
  })
  const silences: Silences = createSilences({
    course,
    absences,
    watchOf: devices.watchOf,
    recount: devices.recount,
  })

  rules = compiled(options.rules)
  devices.setRules(rules, () => undefined)
  for (const serial of options.devices) devices.entryOf(serial)
  restore({
    rules,
    devices,
    areas,
    storms,
    course,
    outbox,
    memories: options.memories,
    openAlerts: options.openAlerts,
    clock,
  })
  for (const entry of devices.all()) silences.schedule(entry)

  function drop(watch: Watch): void {
    if (watch.subject.facts.type === 'area') areas.drop(watch)
    else devices.drop(watch)
  }

  function compiled(next: readonly Rule[]): CompiledRule[] {
    return next.filter(({ enabled }) => enabled).map((rule) => compileRule(rule, options))
  }

  function judge(entry: Entry, reading: Reading): void {
    const { values, observedAt } = reading
    const { rules: watching, judged, needsFaults } = entry.ruleset
    const faults: readonly Fault[] = needsFaults ? kindOf(reading.kind).faultsOf(values) : []
    for (let index = 0; index < judged; index++) {
      const judge = watching[index]?.judge
      if (!judge) continue
      const alone = judge.alone(values, faults)
      if (alone === verdict.unknown) continue
      let watch = entry.watches?.[index]
      if (!watch) {
        if (alone !== verdict.met && !judge.remembersAll) continue
        watch = devices.watchOf(entry, index)
      }
      const said = judge.remembering?.(watch, alone, values, observedAt) ?? alone
      const isCalm = !watch.raised && said !== verdict.met && Number.isNaN(watch.since)
      if (!watch.raised && (alone === verdict.met || said === verdict.met))
        see(watch, judge.evidence(values, observedAt, faults))
      else if (isCalm && watch.seen.length === 0) {
        outbox.note(watch)
        continue
      }
      course.take(watch, said, observedAt, Math.max(reading.receivedAt, time))
    }
  }

  return {
    take(reading) {
      const { observedAt, receivedAt, serial } = reading
      if (!following) absences.alive(receivedAt)
      const entry = devices.entryOf(serial)
      if (!entry || observedAt <= entry.newest) return
      entry.newest = observedAt
      entry.heardAt = Math.min(observedAt, receivedAt)
      entry.fresh = receivedAt - observedAt <= Math.max(freshFor, 3 * entry.interval)
      if (entry.due === Number.POSITIVE_INFINITY || entry.silent > 0)
        silences.heard(entry, Math.max(receivedAt, time))
      judge(entry, reading)
    },
    tick(now, reading) {
      const next = reading.caughtUp ? now : Math.min(now, reading.newestMessageAt)
      if (reading.caughtUp) {
        following = true
        absences.alive(now)
      } else if (following) absences.alive(reading.newestMessageAt)
      if (next <= time) return
      time = next
      silences.advance(time)
      for (const watch of wheel.take(time).sort(byTime)) course.onDue(watch, time)
      storms.tick(time)
    },
    takeCoverage(rows, at) {
      areas.take(rows, { rules, at, steady: at - absences.lastEnd() })
    },
    setRules(wanted) {
      const next = compiled(wanted)
      const before = new Map(rules.map((rule) => [rule.rule.id, rule]))
      const kept = next.map((rule) => {
        const old = before.get(rule.rule.id)
        before.delete(rule.rule.id)
        if (!old) return rule
        if (old.fingerprint === rule.fingerprint) {
          old.rule = rule.rule
          return old
        }
        end(old, 'the rule was changed')
        return rule
      })
      for (const gone of before.values()) end(gone, 'the rule was removed or switched off')
      rules = kept
      for (const rule of rules) outbox.row(memoryKey(rule.rule.id, 'rule', ''), rule.fingerprint)
      devices.setRules(rules, silences.schedule)
    },
    devicesChanged(serials) {
      for (const serial of serials) devices.refresh(serial, time, silences.schedule)
    },
    waiting: outbox.waiting,
    drain(how) {
      if (how?.all) devices.saveAll((watch) => outbox.note(watch))
      const aliveAt = absences.aliveAt()
      if (aliveAt - savedAlive >= second) {
        savedAlive = aliveAt
        outbox.row(memoryKey('*', 'engine', 'alive'), String(aliveAt))
        outbox.row(memoryKey('*', 'engine', 'absences'), absences.remember())
      }
      return outbox.drain()
    },
  }

  function end(rule: CompiledRule, comment: string): void {
    devices.endRule(rule, comment)
    areas.endRule(rule, comment)
    storms.end(rule, comment)
    outbox.row(memoryKey(rule.rule.id, 'rule', ''), null)
  }
}

/** In the order in which they were due, whatever order the wheel has: a new engine must do the same. */
function byTime(a: Watch, b: Watch): number {
  const nameOf = ({ rule, subject }: Watch) => memoryKey(rule.rule.id, subject.facts.type, subject.facts.id)
  return a.due - b.due || (nameOf(a) < nameOf(b) ? -1 : 1)
}
