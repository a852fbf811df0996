/** An alert as it is shown outside: in answers, webhooks, MQTT and streams alike. */
import type { Alert, AlertStep, ShownAlert } from './alert.ts'
import { formatTime } from './time.ts'

const timeOrNull = (epochMs: number | null) => (epochMs === null ? null : formatTime(epochMs))

export function showAlert(alert: Alert): ShownAlert {
  const { evidence, longitude, latitude } = alert
  return {
    id: alert.id,
    rule: alert.rule,
    title: alert.title,
    action: alert.action,
    severity: alert.severity,
    state: alert.state,
    subject: { type: alert.subjectType, id: alert.subject },
    kind: alert.kind,
    place: alert.place,
    placeType: alert.placeType,
    areas: [...alert.areas],
    position: longitude === null || latitude === null ? null : [longitude, latitude],
    since: formatTime(alert.since),
    openedAt: formatTime(alert.openedAt),
    acknowledgedAt: timeOrNull(alert.acknowledgedAt),
    acknowledgedBy: alert.acknowledgedBy,
    clearedAt: timeOrNull(alert.clearedAt),
    clearedBy: alert.clearedBy,
    assignedTo: alert.assignedTo,
    shelvedUntil: timeOrNull(alert.shelvedUntil),
    inhibitedBy: alert.inhibitedBy,
    chattering: alert.chattering,
    escalated: alert.severity !== alert.ruleSeverity,
    evidence: {
      values: evidence.values.map(({ observedAt, field, value }) => ({
        observedAt: formatTime(observedAt),
        field,
        value,
      })),
      expected: evidence.expected ?? null,
      members: evidence.members ? { ...evidence.members, devices: [...evidence.members.devices] } : null,
    },
    changedAt: formatTime(alert.changedAt),
  }
}

/** A step as it is shown beside its alert. */
export function showStep({ id, step, at, by, comment, severity, state }: AlertStep) {
  return { id, step, at: formatTime(at), by, comment, severity, state }
}
