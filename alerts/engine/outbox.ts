/**
 * What the engine has decided and nobody has stored yet: changes of alerts in their order, and rows of the memory that
 * changed. Emptied by `drain`; what is drained together belongs into one transaction.
 */
import type { Alert, StepInput } from '../../model/alert.ts'
import type { AlertChange, AlertMemory, AlertTarget, NewAlert } from '../../stores/registry/alerts-port.ts'
import { memoryKey, writeWatch } from './memory.ts'
import { isAtRest, type Watch } from './watch.ts'

export interface Outbox {
  open(alert: NewAlert, inhibitedBy?: AlertTarget): void
  /** Opens what stands for many, before those of them that are still in here, which then open inhibited. Answers the others. */
  openStorm(alert: NewAlert, members: ReadonlySet<string>): ReadonlySet<string>
  step(target: AlertTarget, input: Omit<StepInput, 'inhibitedBy'>, inhibitedBy?: AlertTarget): void
  /** Has a watch written if it has changed. */
  note(watch: Watch): void
  row(key: string, memory: string | null): void
  waiting(): boolean
  drain(): { changes: AlertChange[]; memories: AlertMemory[] }
}

/** `onRest`: a watch that has nothing to remember is dropped. */
export function createOutbox(options: { onRest(watch: Watch): void }): Outbox {
  let changes: AlertChange[] = []
  let watches: Watch[] = []
  let rows = new Map<string, string | null>()

  /** Where each of them is opened in here, the newest time: what was opened before that is over. */
  function newestOpenings(rule: string, members: ReadonlySet<string>): Map<string, number> {
    const found = new Map<string, number>()
    changes.forEach((change, index) => {
      if (change.type !== 'open') return
      const { alert } = change
      if (alert.rule === rule && alert.subjectType === 'device' && members.has(alert.subject))
        found.set(alert.subject, index)
    })
    return found
  }

  return {
    open(alert, inhibitedBy) {
      changes.push({ type: 'open', alert, ...(inhibitedBy && { inhibitedBy }) })
    },
    openStorm(alert, members) {
      const target = { rule: alert.rule, subject: alert.subject }
      const openings = newestOpenings(alert.rule, members)
      const inHere = new Set(openings.values())
      const inhibited = changes.map(
        (change, index): AlertChange =>
          change.type === 'open' && inHere.has(index) ? { ...change, inhibitedBy: target } : change,
      )
      const first = Math.min(changes.length, ...inHere)
      changes = [...inhibited.slice(0, first), { type: 'open', alert }, ...inhibited.slice(first)]
      return new Set([...members].filter((id) => !openings.has(id)))
    },
    step(target, input, inhibitedBy) {
      changes.push({ type: 'step', target, input, ...(inhibitedBy && { inhibitedBy }) })
    },
    note(watch) {
      if (!watch.changed || watch.queued) return
      watch.queued = true
      watches.push(watch)
    },
    row(key, memory) {
      rows.set(key, memory)
    },
    waiting: () => changes.length > 0,
    drain() {
      for (const watch of watches) {
        watch.queued = false
        watch.changed = false
        const memory = writeWatch(watch)
        const { rule, subject } = watch
        if (memory !== null || watch.kept)
          rows.set(memoryKey(rule.rule.id, subject.facts.type, subject.facts.id), memory)
        watch.kept = memory !== null
        if (isAtRest(watch)) options.onRest(watch)
      }
      const drained = {
        changes,
        memories: [...rows].map(([key, memory]): AlertMemory => ({ key, memory })),
      }
      changes = []
      watches = []
      rows = new Map()
      return drained
    },
  }
}

/** What an open alert is found by. */
export const alertKey = (alert: Pick<Alert, 'rule' | 'subject'>) => `${alert.rule}/${alert.subject}`
