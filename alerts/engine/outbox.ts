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
  openStorm(alert: NewAlert, members: ReadonlySet<string>): Set<string>
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

  const isOpenOf = (change: AlertChange, rule: string, members: ReadonlySet<string>) =>
    change.type === 'open' &&
    change.alert.rule === rule &&
    change.alert.subjectType === 'device' &&
    members.has(change.alert.subject)

  return {
    open(alert, inhibitedBy) {
      changes.push({ type: 'open', alert, ...(inhibitedBy && { inhibitedBy }) })
    },
    openStorm(alert, members) {
      const target = { rule: alert.rule, subject: alert.subject }
      const rest = new Set(members)
      const first = changes.findIndex((change) => isOpenOf(change, alert.rule, members))
      const opening: AlertChange = { type: 'open', alert }
      if (first < 0) {
        changes.push(opening)
        return rest
      }
      const later = changes.slice(first).map((change): AlertChange => {
        if (change.type !== 'open' || !isOpenOf(change, alert.rule, members)) return change
        rest.delete(change.alert.subject)
        return { ...change, inhibitedBy: target }
      })
      changes = [...changes.slice(0, first), opening, ...later]
      return rest
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
