/**
 * Alerts in memory: applies what the engine says as the registry does (one open alert for one rule and subject, steps by
 * `takeStep`), for the dry run of a rule and for tests. Nothing is delivered and nothing is kept.
 */
import { type Alert, type StepName, takeStep } from '../model/alert.ts'
import type { AlertChange, AlertTarget } from '../stores/registry/alerts-port.ts'

export interface LedgerStep {
  readonly alert: number
  readonly step: StepName
  readonly at: number
  readonly comment: string | undefined
}

export interface Ledger {
  apply(changes: readonly AlertChange[]): void
  /** Every alert, in the order in which they were opened. */
  alerts(): Alert[]
  open(): Alert[]
  steps(): readonly LedgerStep[]
}

export function createLedger(): Ledger {
  const alerts = new Map<number, Alert>()
  const openIds = new Map<string, number>()
  const steps: LedgerStep[] = []
  const keyOf = (of: { rule: string; subject: string }) => `${of.rule}/${of.subject}`

  function find(target: AlertTarget | undefined): Alert | undefined {
    if (!target) return undefined
    const id = 'id' in target ? target.id : openIds.get(keyOf(target))
    return id === undefined ? undefined : alerts.get(id)
  }

  function apply(change: AlertChange): void {
    const standing = find(change.inhibitedBy)
    if (change.type === 'open') {
      if (openIds.has(keyOf(change.alert))) return
      const id = alerts.size + 1
      openIds.set(keyOf(change.alert), id)
      alerts.set(id, {
        ...change.alert,
        id,
        state: 'open',
        ruleSeverity: change.alert.severity,
        acknowledgedAt: null,
        acknowledgedBy: null,
        clearedAt: null,
        clearedBy: null,
        assignedTo: null,
        shelvedUntil: null,
        inhibitedBy: standing?.id ?? null,
        chattering: false,
        steps: 1,
        changedAt: change.alert.openedAt,
      })
      steps.push({ alert: id, step: 'opened', at: change.alert.openedAt, comment: undefined })
      return
    }
    const alert = find(change.target)
    const { input } = change
    const next = alert && takeStep(alert, { ...input, ...(standing && { inhibitedBy: standing.id }) })
    if (!next) return
    alerts.set(next.id, next)
    steps.push({ alert: next.id, step: input.step, at: input.at, comment: input.comment })
    if (next.state === 'cleared') openIds.delete(keyOf(next))
  }

  return {
    apply: (changes) => changes.forEach(apply),
    alerts: () => [...alerts.values()],
    open: () => [...alerts.values()].filter(({ state }) => state !== 'cleared'),
    steps: () => steps,
  }
}
