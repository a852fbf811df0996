/**
 * Alerts and their steps as rows, and back. Used by all that reads or writes them in this folder.
 */
import type { Insertable, Selectable } from 'kysely'
import { z } from 'zod'
import type { Alert, AlertStep, Evidence } from '../../../model/alert.ts'
import type { AlertSchema, AlertTable } from './schema.ts'

/** An alert, and who was told of it. */
export interface KeptAlert {
  readonly alert: Alert
  /** The ids of subscriptions. */
  readonly told: readonly string[]
}

const names = z.array(z.string())
const evidence = z.object({
  values: z.array(
    z.object({ observedAt: z.number(), field: z.string(), value: z.union([z.number(), z.boolean()]) }),
  ),
  expected: z
    .object({ value: z.number(), low: z.number(), high: z.number(), score: z.number() })
    .exactOptional(),
  members: z.object({ count: z.number(), of: z.number(), devices: names }).exactOptional(),
})

export function alertOfRow(row: Selectable<AlertTable>): Alert {
  const kept: Evidence = evidence.parse(JSON.parse(row.evidence))
  return {
    id: row.id,
    rule: row.rule,
    title: row.title,
    action: row.action,
    severity: row.severity,
    ruleSeverity: row.rule_severity,
    state: row.state,
    subjectType: row.subject_type,
    subject: row.subject,
    kind: row.kind,
    place: row.place,
    placeType: row.place_type,
    areas: names.parse(JSON.parse(row.areas)),
    longitude: row.longitude,
    latitude: row.latitude,
    since: row.since,
    openedAt: row.opened_at,
    acknowledgedAt: row.acknowledged_at,
    acknowledgedBy: row.acknowledged_by,
    clearedAt: row.cleared_at,
    clearedBy: row.cleared_by,
    assignedTo: row.assigned_to,
    shelvedUntil: row.shelved_until,
    inhibitedBy: row.inhibited_by,
    chattering: row.chattering === 1,
    escalateAt: row.escalate_at,
    public: row.public === 1,
    evidence: kept,
    steps: row.steps,
    changedAt: row.changed_at,
  }
}

export const keptOfRow = (row: Selectable<AlertTable>): KeptAlert => ({
  alert: alertOfRow(row),
  told: names.parse(JSON.parse(row.told)),
})

export function rowOfAlert({ alert, told }: KeptAlert): Insertable<AlertTable> {
  return {
    id: alert.id,
    rule: alert.rule,
    title: alert.title,
    action: alert.action,
    severity: alert.severity,
    rule_severity: alert.ruleSeverity,
    state: alert.state,
    subject_type: alert.subjectType,
    subject: alert.subject,
    kind: alert.kind,
    place: alert.place,
    place_type: alert.placeType,
    areas: JSON.stringify(alert.areas),
    longitude: alert.longitude,
    latitude: alert.latitude,
    since: alert.since,
    opened_at: alert.openedAt,
    acknowledged_at: alert.acknowledgedAt,
    acknowledged_by: alert.acknowledgedBy,
    cleared_at: alert.clearedAt,
    cleared_by: alert.clearedBy,
    assigned_to: alert.assignedTo,
    shelved_until: alert.shelvedUntil,
    inhibited_by: alert.inhibitedBy,
    chattering: alert.chattering ? 1 : 0,
    escalate_at: alert.escalateAt,
    public: alert.public ? 1 : 0,
    evidence: JSON.stringify(alert.evidence),
    told: JSON.stringify(told),
    steps: alert.steps,
    changed_at: alert.changedAt,
  }
}

export function stepOfRow(row: Selectable<AlertSchema['alert_step']>): AlertStep {
  const { id, alert, step, at, by, comment, severity, state } = row
  return { id, alert, step, at, by, comment, severity, state }
}
