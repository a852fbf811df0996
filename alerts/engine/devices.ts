/**
 * The devices in service as the engine sees them: which rules watch each, what it said last, and its watches. Devices that
 * the same rules watch share one list of them, so that 100,000 healthy devices cost little.
 */
import type { DeviceState } from '../../model/coverage.ts'
import type { DeviceFacts, EngineCity } from './city.ts'
import type { CompiledRule } from './compile.ts'
import type { Course } from './course.ts'
import type { Storms } from './storms.ts'
import { isAtRest, newWatch, type Watch, type WatchedSubject } from './watch.ts'
import type { Timed } from './wheel.ts'

interface Ruleset {
  /** Those that judge readings first, then those about silence. */
  readonly rules: readonly CompiledRule[]
  /** How many judge readings. */
  readonly judged: number
  readonly needsFaults: boolean
}

/** A device. `due`: when it is to be looked at for silence. */
export interface Entry extends WatchedSubject, Timed {
  readonly serial: number
  facts: DeviceFacts
  ruleset: Ruleset
  /** By the rule's place in the rule set; undefined: nothing is remembered. */
  watches: (Watch | undefined)[] | undefined
  /** The observation of its newest reading, or its arrival if that was earlier; or since when it is in service. */
  heardAt: number
  /** How many of its alerts of silence are raised. */
  silent: number
}

const noRules: Ruleset = { rules: [], judged: 0, needsFaults: false }

type State = Pick<DeviceState, 'serial' | 'heardAt' | 'observedAt' | 'receivedAt'>

/** `freshFor`: how long after it was observed a reading may come and still raise something, ms. */
export function createDevices(options: {
  city: EngineCity
  course: Course
  storms: Storms
  states: Iterable<State>
  freshFor: (interval: number) => number
}) {
  const { city, course, storms, freshFor } = options
  const states = new Map<number, State>()
  for (const state of options.states) states.set(state.serial, state)
  const entries: (Entry | undefined)[] = []
  const rulesets = new Map<string, Ruleset>()
  let rules: readonly CompiledRule[] = []

  function rulesetFor(facts: DeviceFacts): Ruleset {
    const watching = rules.filter((rule) => rule.watches(facts))
    const key = watching.map(({ rule }) => rule.id).join('/')
    const known = rulesets.get(key)
    if (known) return known
    const judging = watching.filter(({ judge }) => judge)
    const made: Ruleset = {
      rules: [...judging, ...watching.filter(({ isSilence }) => isSilence)],
      judged: judging.length,
      needsFaults: judging.some(({ rule }) => rule.condition.type === 'health'),
    }
    rulesets.set(key, made)
    return made
  }

  function add(serial: number, time: number): Entry | undefined {
    const facts = city.device(serial)
    if (!facts) return undefined
    const state = states.get(serial)
    states.delete(serial)
    const interval = facts.reportingIntervalSeconds * 1000
    const entry: Entry = {
      serial,
      facts,
      ruleset: noRules,
      watches: undefined,
      newest: state?.observedAt ?? Number.NEGATIVE_INFINITY,
      // A device that was never heard is waited for since it came into service.
      heardAt: Math.max(state?.heardAt ?? facts.createdAt, time),
      fresh: (state?.receivedAt ?? 0) - (state?.observedAt ?? 0) <= freshFor(interval),
      interval,
      silent: 0,
      due: Number.POSITIVE_INFINITY,
      slotAt: 0,
    }
    entries[serial] = entry
    rescope(entry)
    return entry
  }

  /** Finds out anew which rules watch it; what is watched no more ends. */
  function rescope(entry: Entry): void {
    const { ruleset: before, watches } = entry
    const after = rulesetFor(entry.facts)
    if (before === after) return
    entry.ruleset = after
    entry.watches = watches && after.rules.map((rule) => watches[before.rules.indexOf(rule)])
    before.rules.forEach((rule, index) => {
      if (after.rules.includes(rule)) return
      const watch = watches?.[index]
      if (watch) course.end(watch, 'the rule no longer watches this device')
      storms.leave(rule, entry)
    })
    for (const rule of after.rules) if (!before.rules.includes(rule)) storms.join(rule, entry)
    recount(entry)
  }

  function endAll(entry: Entry, comment: string): void {
    for (const watch of entry.watches ?? []) if (watch) course.end(watch, comment)
    entry.watches = undefined
    entry.silent = 0
    for (const rule of entry.ruleset.rules) storms.leave(rule, entry)
    entry.ruleset = noRules
  }

  function recount(entry: Entry): void {
    const { rules: all, judged } = entry.ruleset
    entry.silent = 0
    for (let index = judged; index < all.length; index++)
      if (entry.watches?.[index]?.raised) entry.silent += 1
  }

  function change(entry: Entry, facts: DeviceFacts): void {
    const before = entry.facts
    const path = (of: DeviceFacts) => `${of.place} ${of.areas.map(({ code }) => code).join(' ')} ${of.kind}`
    if (path(before) !== path(facts)) endAll(entry, 'the device was moved')
    entry.facts = facts
    entry.interval = facts.reportingIntervalSeconds * 1000
    rescope(entry)
  }

  const all = function* (): Iterable<Entry> {
    for (const entry of entries) if (entry) yield entry
  }

  return {
    all,
    recount,
    entryOf: (serial: number): Entry | undefined => entries[serial] ?? add(serial, Number.NEGATIVE_INFINITY),
    /** The watch of a rule, by its place in the device's rule set; made where there is none. */
    watchOf(entry: Entry, index: number): Watch {
      entry.watches ??= Array.from({ length: entry.ruleset.rules.length }, () => undefined)
      const known = entry.watches[index]
      if (known) return known
      const rule = entry.ruleset.rules[index]
      if (!rule) throw new Error(`device ${entry.facts.id} has no rule ${index}`)
      const made = newWatch(rule, entry)
      entry.watches[index] = made
      return made
    },
    /** When any device was heard last, epoch ms; NaN: none ever was. */
    newestHeard(): number {
      let newest = Number.NaN
      for (const { heardAt } of states.values())
        if (heardAt !== null && !(heardAt <= newest)) newest = heardAt
      return newest
    },
    setRules(next: readonly CompiledRule[], onChange: (entry: Entry) => void): void {
      rules = next
      rulesets.clear()
      for (const entry of all()) {
        rescope(entry)
        onChange(entry)
      }
    },
    /** Ends every watch of a rule. */
    endRule(rule: CompiledRule, comment: string): void {
      for (const entry of all()) {
        const index = entry.watches ? entry.ruleset.rules.indexOf(rule) : -1
        const watch = entry.watches?.[index]
        if (watch) course.end(watch, comment)
      }
    },
    /** Takes what the city says of a device now. `time`: since when a new one is in service, epoch ms. */
    refresh(serial: number, time: number, onChange: (entry: Entry) => void): void {
      const facts = city.device(serial)
      const known = entries[serial]
      if (known && facts) change(known, facts)
      else if (known) {
        endAll(known, 'the device is no longer in service')
        known.due = Number.POSITIVE_INFINITY
        entries[serial] = undefined
      }
      const entry = known && facts ? known : facts && add(serial, time)
      if (entry) onChange(entry)
    },
    /** Forgets a watch that is at rest. */
    drop(watch: Watch): void {
      const { facts } = watch.subject
      const entry = 'serial' in facts ? entries[Number(facts.serial)] : undefined
      const index = entry?.watches?.indexOf(watch) ?? -1
      if (entry?.watches && index >= 0 && isAtRest(watch)) entry.watches[index] = undefined
    },
    saveAll(note: (watch: Watch) => void): void {
      for (const entry of all())
        for (const watch of entry.watches ?? [])
          if (watch?.usual) {
            watch.changed = true
            note(watch)
          }
    },
  }
}
