/**
 * A message as Prometheus Alertmanager's webhook receivers take it (version 4 of its payload,
 * https://prometheus.io/docs/alerting/latest/configuration/#webhook_config), so that what a city has already is of use.
 */
import type { Alert } from '../../model/alert.ts'
import { alertPage } from '../../model/pages.ts'
import { formatTime } from '../../model/time.ts'
import type { Message } from './message.ts'

/** Their "not over yet". */
const never = '0001-01-01T00:00:00Z'

export function alertmanagerBody(message: Message, publicUrl: string): object {
  // Of several steps of one alert the newest says it all.
  const alerts = [...new Map(message.told.map(({ alert }) => [alert.id, alert])).values()]
  const shown = alerts.map((alert) => ({
    status: statusOf(alert),
    labels: labelsOf(alert),
    annotations: { summary: alert.title, description: alert.action },
    startsAt: formatTime(alert.since),
    endsAt: alert.clearedAt === null ? never : formatTime(alert.clearedAt),
    generatorURL: alertPage(publicUrl, alert.id),
    fingerprint: alert.id.toString(16).padStart(16, '0'),
  }))
  return {
    version: '4',
    groupKey: `lantern/${message.subscription.id}:${message.id}`,
    truncatedAlerts: 0,
    status: alerts.every((alert) => alert.state === 'cleared') ? 'resolved' : 'firing',
    receiver: message.subscription.name,
    groupLabels: {},
    commonLabels: common(shown.map(({ labels }) => labels)),
    commonAnnotations: common(shown.map(({ annotations }) => annotations)),
    externalURL: publicUrl,
    alerts: shown,
  }
}

const statusOf = ({ state }: Alert) => (state === 'cleared' ? 'resolved' : 'firing')

function labelsOf(alert: Alert): Record<string, string> {
  const labels: Record<string, string> = {
    alertname: alert.rule,
    severity: alert.severity,
    subject: alert.subject,
    subject_type: alert.subjectType,
  }
  if (alert.kind) labels.kind = alert.kind
  if (alert.place) labels.place = alert.place
  if (alert.placeType) labels.place_type = alert.placeType
  if (alert.areas[0]) labels.area = alert.areas[0]
  return labels
}

/** What all of them say alike. */
function common(records: readonly Record<string, string>[]): Record<string, string> {
  const [first = {}, ...rest] = records
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) => rest.every((record) => record[name] === value)),
  )
}
