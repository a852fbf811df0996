/**
 * Many become one: when enough devices of an area are concerned within a short time, one alert of the area stands for them.
 * They are inhibited, later ones open inhibited, and when fewer than half of what it took are left it is over and what is
 * still wrong is released. What had been wrong for long before stays an alert of its own.
 *
 * A silence storm is seen coming: once a few devices are silent, those of the area that have missed a report count too,
 * so that a power cut is told as one after the first few and not after a fifth of the district.
 */

import { minute, second } from '../../model/time.ts'
import type { AlertTarget } from '../../stores/registry/alerts-port.ts'
import { alertOfStorm, stormEvidence } from './alerts-of.ts'
import type { AreaStep, SubjectFacts } from './city.ts'
import { type CompiledRule, targetOf } from './compile.ts'
import { memoryKey, parsed, type StormRow, stormRow } from './memory.ts'
import type { Outbox } from './outbox.ts'
import type { Watch, WatchedSubject } from './watch.ts'

/** How often the list of devices in an open storm is brought up to date. */
const tellEvery = minute

interface Group {
  readonly rule: CompiledRule
  readonly area: string
  readonly devices: Set<WatchedSubject>
  /** Raised ones, in the order in which they were raised. */
  readonly raised: Set<Watch>
  open: StormRow | undefined
  /** Whether it has been looked at since it could have formed. */
  formed: boolean
}

export interface Storms {
  /** A device comes under a rule, or leaves it. */
  join(rule: CompiledRule, subject: WatchedSubject): void
  leave(rule: CompiledRule, subject: WatchedSubject): void
  /** A watch was raised; called after its own alert was handed out. */
  raised(watch: Watch, moment: number): void
  cleared(watch: Watch, moment: number): void
  /** The alert that stands for a watch. */
  standingFor(watch: Watch): AlertTarget | undefined
  tick(now: number): void
  /** Takes up where a former engine was; watches must have been `restored` before. */
  restore(rule: CompiledRule, area: string, memory: string): boolean
  restored(watch: Watch): void
  /** An open storm alert whose row was lost. */
  adopt(rule: CompiledRule, area: string, openedAt: number): void
  isOpen(rule: CompiledRule, area: string): boolean
  /** The rule is watched no more. */
  end(rule: CompiledRule, comment: string): void
}

export function createStorms(options: {
  outbox: Outbox
  clock: () => number
  areaPath(code: string): readonly AreaStep[]
  /** Whether a device that is not raised is about to be (it has missed a report). */
  suspect(rule: CompiledRule, subject: WatchedSubject, now: number): boolean
}): Storms {
  const { outbox, clock, areaPath, suspect } = options
  const groups = new Map<CompiledRule, Map<string, Group>>()
  const open = new Set<Group>()

  function groupOf(rule: CompiledRule, subject: WatchedSubject): Group | undefined {
    const area = rule.stormArea(subject.facts.areas)
    return area === undefined ? undefined : groupAt(rule, area)
  }

  function groupAt(rule: CompiledRule, area: string): Group {
    const ofRule = groups.get(rule) ?? new Map<string, Group>()
    groups.set(rule, ofRule)
    const known = ofRule.get(area)
    if (known) return known
    const made: Group = { rule, area, devices: new Set(), raised: new Set(), open: undefined, formed: false }
    ofRule.set(area, made)
    return made
  }

  const settings = ({ rule }: CompiledRule) => rule.storm ?? { share: 1, least: 2, withinSeconds: 1 }

  function triggerOf(group: Group): number {
    const { least, share } = settings(group.rule)
    return Math.max(least, Math.ceil(share * group.devices.size))
  }

  /** The raised ones since a moment. */
  const since = (group: Group, from: number) => [...group.raised].filter(({ raisedAt }) => raisedAt >= from)

  function suspects(group: Group, now: number): number {
    if (!group.rule.isSilence) return 0
    let count = 0
    for (const subject of group.devices) if (suspect(group.rule, subject, now)) count += 1
    return count
  }

  function store(group: Group): void {
    const memory = group.open ? JSON.stringify(group.open) : null
    outbox.row(memoryKey(group.rule.rule.id, 'storm', group.area), memory)
  }

  const idsOf = (watches: readonly Watch[]) => watches.map(({ subject }) => subject.facts.id).sort()

  function factsOf(area: string): SubjectFacts {
    const areas = areaPath(area)
    return {
      type: 'area',
      id: area,
      name: areas[0]?.name ?? area,
      kind: null,
      place: null,
      placeName: null,
      placeType: null,
      areas: areas.length > 0 ? areas : [{ code: area, level: '', name: area }],
      longitude: null,
      latitude: null,
    }
  }

  function begin(group: Group, now: number): void {
    const { rule, area, devices } = group
    const from = now - settings(rule).withinSeconds * second
    const trigger = triggerOf(group)
    const { least } = settings(rule)
    if (group.raised.size < least) return
    const members = since(group, from)
    if (members.length < least) return
    if (members.length < trigger && members.length + suspects(group, now) < trigger) return
    group.open = { from, openedAt: now, trigger, toldAt: now, told: members.length }
    group.formed = false
    open.add(group)
    store(group)
    const alert = alertOfStorm({
      rule,
      area: factsOf(area),
      members: idsOf(members),
      of: devices.size,
      since: members.reduce((first, watch) => Math.min(first, watch.since), now),
      openedAt: clock(),
    })
    const told = outbox.openStorm(alert, new Set(idsOf(members)))
    for (const id of told)
      outbox.step(targetOf(rule, id), { step: 'inhibited', at: clock(), by: 'lantern' }, targetOf(rule, area))
  }

  function finish(group: Group, now: number): void {
    const storm = group.open
    if (!storm) return
    let left = since(group, storm.from).length
    // While it forms, those that are about to be silent count.
    if (now - storm.openedAt < formingFor(group)) left += suspects(group, now)
    if (left < storm.trigger / 2) close(group)
  }

  /** Devices that report seldom are found silent late. */
  const formingFor = ({ rule }: Group) => settings(rule).withinSeconds * second

  function close(group: Group, comment?: string): void {
    const storm = group.open
    if (!storm) return
    const { rule, area } = group
    const left = since(group, storm.from)
    group.open = undefined
    open.delete(group)
    store(group)
    outbox.step(targetOf(rule, area), {
      step: 'cleared',
      at: clock(),
      by: 'condition',
      ...(comment !== undefined && { comment }),
    })
    for (const id of idsOf(left))
      outbox.step(targetOf(rule, id), { step: 'released', at: clock(), by: 'lantern' })
  }

  /** Brings the list of devices up to date, so that the operator sees how large it has become. */
  function tell(group: Group, now: number): void {
    const storm = group.open
    if (!storm || now - storm.toldAt < tellEvery) return
    const members = idsOf(since(group, storm.from))
    if (members.length === storm.told) return
    group.open = { ...storm, toldAt: now, told: members.length }
    store(group)
    outbox.step(targetOf(group.rule, group.area), {
      step: 'commented',
      at: clock(),
      by: 'lantern',
      comment: `${members.length} of ${group.devices.size} devices`,
      evidence: stormEvidence(members, group.devices.size),
    })
  }

  return {
    join: (rule, subject) => void groupOf(rule, subject)?.devices.add(subject),
    leave: (rule, subject) => void groupOf(rule, subject)?.devices.delete(subject),
    raised(watch, moment) {
      if (!watch.rule.rule.storm) return
      const group = groupOf(watch.rule, watch.subject)
      if (!group) return
      group.raised.delete(watch)
      group.raised.add(watch)
      if (!group.open) begin(group, moment)
    },
    cleared(watch, moment) {
      if (!watch.rule.rule.storm) return
      const group = groupOf(watch.rule, watch.subject)
      if (!group?.raised.delete(watch)) return
      finish(group, moment)
    },
    standingFor(watch) {
      if (!watch.rule.rule.storm) return undefined
      const group = groupOf(watch.rule, watch.subject)
      return group?.open ? targetOf(group.rule, group.area) : undefined
    },
    tick(now) {
      for (const group of open) {
        // Once it has formed, only those count that are really concerned.
        if (!group.formed && now - (group.open?.openedAt ?? now) >= formingFor(group)) {
          group.formed = true
          finish(group, now)
        }
        tell(group, now)
      }
    },
    restore(rule, area, memory) {
      const row = parsed(stormRow, memory)
      if (!row || !rule.rule.storm) return false
      const group = groupAt(rule, area)
      group.open = row
      open.add(group)
      return true
    },
    restored(watch) {
      if (watch.raised && watch.rule.rule.storm) groupOf(watch.rule, watch.subject)?.raised.add(watch)
    },
    adopt(rule, area, openedAt) {
      const group = groupAt(rule, area)
      const from = openedAt - settings(rule).withinSeconds * second
      group.open = { from, openedAt, trigger: triggerOf(group), toldAt: openedAt, told: 0 }
      open.add(group)
      store(group)
    },
    isOpen: (rule, area) => groups.get(rule)?.get(area)?.open !== undefined,
    end(rule, comment) {
      for (const group of groups.get(rule)?.values() ?? []) close(group, comment)
      groups.delete(rule)
    },
  }
}
