/**
 * What a list of changes makes of the alerts it is about, in memory: opens, `takeStep`, releases. change.ts loads the
 * alerts before and writes them afterwards, in one transaction. Knows nothing of the database.
 */
import { type Alert, type AlertStep, type StepInput, takeStep } from '../../../model/alert.ts'
import { type Subscription, toldSteps, wants } from '../../../model/subscription.ts'
import type { AlertChange, AlertTarget, NewAlert } from '../alerts-port.ts'
import type { KeptAlert } from './rows.ts'

/** One step that was taken, and whom it is to be told. */
export interface TakenStep {
  readonly alert: Alert
  readonly step: AlertStep
  readonly subscriptions: readonly string[]
}

export interface Workbench {
  add(kept: Iterable<KeptAlert>): void
  take(change: AlertChange): void
  /** Those cleared here, by id, each with the moment. */
  readonly cleared: ReadonlyMap<number, number>
  /** Those still inhibited by one that was cleared here, and since when it is over. */
  left(): { id: number; over: number }[]
  /** Every alert that has changed, by id, as it is now. */
  changed(): KeptAlert[]
  readonly opened: readonly Alert[]
  readonly taken: readonly TakenStep[]
}

/** `lastAlert`, `lastStep`: the newest numbers that are given already; the workbench goes on from there. */
export function createWorkbench(options: {
  subscriptions: readonly Subscription[]
  lastAlert: number
  lastStep: number
}): Workbench {
  const { subscriptions, lastAlert, lastStep } = options
  const byId = new Map<number, KeptAlert>()
  const open = new Map<string, number>()
  const changed = new Set<number>()
  const opened: Alert[] = []
  const taken: TakenStep[] = []
  const cleared = new Map<number, number>()

  function find(target: AlertTarget | undefined): KeptAlert | undefined {
    if (!target) return undefined
    const id = 'id' in target ? target.id : open.get(keyOf(target))
    return id === undefined ? undefined : byId.get(id)
  }

  /** Only an open alert can stand for another. */
  function inhibitor(target: AlertTarget | undefined): number | undefined {
    const alert = find(target)?.alert
    return alert && alert.state !== 'cleared' ? alert.id : undefined
  }

  function keep(alert: Alert, told: readonly string[], input: StepInput): void {
    const step: AlertStep = {
      id: lastStep + taken.length + 1,
      alert: alert.id,
      step: input.step,
      at: input.at,
      by: input.by,
      comment: input.comment ?? null,
      severity: alert.severity,
      state: alert.state,
    }
    const knowing = new Set(told)
    const telling = toldSteps.has(step.step)
      ? subscriptions.filter((one) => wants(one, alert, step.step, knowing.has(one.id))).map(({ id }) => id)
      : []
    for (const id of telling) knowing.add(id)
    taken.push({ alert, step, subscriptions: telling })
    byId.set(alert.id, { alert, told: knowing.size === told.length ? told : [...knowing] })
    changed.add(alert.id)
    if (step.step !== 'cleared') return
    open.delete(keyOf(alert))
    cleared.set(alert.id, step.at)
  }

  function raise(fresh: NewAlert, inhibitedBy: number | null): void {
    if (open.has(keyOf(fresh))) return
    const alert: Alert = {
      ...fresh,
      id: lastAlert + opened.length + 1,
      state: 'open',
      ruleSeverity: fresh.severity,
      acknowledgedAt: null,
      acknowledgedBy: null,
      clearedAt: null,
      clearedBy: null,
      assignedTo: null,
      shelvedUntil: null,
      inhibitedBy,
      chattering: false,
      steps: 1,
      changedAt: fresh.openedAt,
    }
    opened.push(alert)
    open.set(keyOf(alert), alert.id)
    keep(alert, [], { step: 'opened', at: fresh.openedAt, by: 'lantern' })
  }

  return {
    opened,
    taken,
    cleared,
    left: () =>
      [...byId.values()].flatMap(({ alert: { id, state, inhibitedBy } }) => {
        const over = state === 'cleared' || inhibitedBy === null ? undefined : cleared.get(inhibitedBy)
        return over === undefined ? [] : [{ id, over }]
      }),
    changed: () => [...byId.values()].filter(({ alert }) => changed.has(alert.id)),
    add(kept) {
      for (const one of kept) {
        if (byId.has(one.alert.id)) continue
        byId.set(one.alert.id, one)
        if (one.alert.state !== 'cleared') open.set(keyOf(one.alert), one.alert.id)
      }
    },
    take(change) {
      const by = inhibitor(change.inhibitedBy)
      if (change.type === 'open') return raise(change.alert, by ?? null)
      const kept = find(change.target)
      if (!kept) return
      const input: StepInput = { ...change.input, ...(by !== undefined && { inhibitedBy: by }) }
      const next = by === kept.alert.id ? undefined : takeStep(kept.alert, input)
      if (next) keep(next, kept.told, input)
    },
  }
}

/** Neither a rule's id nor a subject's has a space in it. */
const keyOf = ({ rule, subject }: { rule: string; subject: string }) => `${rule} ${subject}`
