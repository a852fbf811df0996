/**
 * Takes up where a former engine was: its watches and storms from the rows of the memory, and the alerts that are open.
 * What cannot be taken up (a rule that has changed since, a device that has gone) is cleared, so that no alert stays
 * open that nobody watches.
 */
import type { Alert } from '../../model/alert.ts'
import type { createAreas } from './areas.ts'
import type { CompiledRule } from './compile.ts'
import type { Course } from './course.ts'
import type { createDevices, Entry } from './devices.ts'
import { memoryKey, readKey, readWatch } from './memory.ts'
import { alertKey, type Outbox } from './outbox.ts'
import type { Storms } from './storms.ts'
import type { Watch } from './watch.ts'

export function restore(options: {
  rules: readonly CompiledRule[]
  devices: ReturnType<typeof createDevices>
  areas: ReturnType<typeof createAreas>
  storms: Storms
  course: Course
  outbox: Outbox
  memories: ReadonlyMap<string, string>
  openAlerts: readonly Alert[]
  clock: () => number
}): void {
  const { devices, areas, storms, course, outbox, memories, openAlerts, clock } = options
  const entries = new Map<string, Entry>()
  for (const entry of devices.all()) entries.set(entry.facts.id, entry)
  const byId = new Map(options.rules.map((rule) => [rule.rule.id, rule]))
  // Without a fingerprint (the first start) there is nothing that an older rule could have left behind.
  const rules = new Map(
    [...byId].filter(([id, rule]) => {
      const before = memories.get(memoryKey(id, 'rule', ''))
      return before === undefined || before === rule.fingerprint
    }),
  )
  const raised = new Set<string>()

  function watchAt(rule: CompiledRule, kind: string, subject: string): Watch | undefined {
    if (kind === 'area') return areas.watchOf(rule, subject)
    const entry = entries.get(subject)
    const index = entry?.ruleset.rules.indexOf(rule) ?? -1
    return entry && index >= 0 ? devices.watchOf(entry, index) : undefined
  }

  function takeRow(key: string, memory: string): boolean {
    const { rule: id, kind, subject } = readKey(key)
    if (kind === 'engine') return true
    if (kind === 'rule') return byId.has(id)
    const rule = rules.get(id)
    if (!rule) return false
    if (kind === 'storm') {
      if (storms.restore(rule, subject, memory)) raised.add(`${id}/${subject}`)
      return storms.isOpen(rule, subject)
    }
    const watch = watchAt(rule, kind, subject)
    if (!watch || !readWatch(watch, memory)) return false
    if (watch.raised) raised.add(`${id}/${subject}`)
    return true
  }

  for (const [key, memory] of memories) if (!takeRow(key, memory)) outbox.row(key, null)
  for (const rule of byId.values()) outbox.row(memoryKey(rule.rule.id, 'rule', ''), rule.fingerprint)

  /** An alert without a row: taken over where its rule still watches its subject. */
  function adopt(alert: Alert): boolean {
    const rule = rules.get(alert.rule)
    if (!rule) return false
    if (alert.subjectType === 'area' && !rule.coverage) {
      if (rule.rule.storm) storms.adopt(rule, alert.subject, alert.openedAt)
      return rule.rule.storm !== undefined
    }
    const watch = watchAt(rule, alert.subjectType, alert.subject)
    if (!watch) return false
    watch.raised = true
    watch.raisedAt = alert.openedAt
    watch.since = alert.since
    watch.held = alert.chattering
    watch.changed = true
    outbox.note(watch)
    return true
  }

  for (const alert of openAlerts) {
    if (raised.has(alertKey(alert)) || adopt(alert)) continue
    outbox.step(
      { id: alert.id },
      {
        step: 'cleared',
        at: clock(),
        by: 'condition',
        comment: 'it is no longer watched: its rule or its device has changed',
      },
    )
  }

  const watches = [...devices.all()]
    .flatMap((entry) => entry.watches ?? [])
    .filter((watch) => watch !== undefined)
  watches.sort((a, b) => a.raisedAt - b.raisedAt)
  for (const watch of watches) storms.restored(watch)
  for (const watch of [...watches, ...areas.all()]) course.arm(watch)
  for (const entry of devices.all()) devices.recount(entry)
}
