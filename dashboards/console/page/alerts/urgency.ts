/**
 * What comes first: the gravest; of these, what nobody has seen yet; of these, the newest. The newest, because what has
 * stood for long was looked at before, and what has just happened is where something can still be done.
 */
import { type Severity, severities } from '../../../../model/alert.ts'
import type { NamedAlert } from '../../../../model/answers/alerts.ts'

const rank = new Map<string, number>(severities.map((severity, index) => [severity, index]))
const rankOf = (severity: Severity) => rank.get(severity) ?? 0

/** The gravest first: as filters and counts show them. */
export const gravestFirst: readonly Severity[] = severities.toReversed()

export function byUrgency(a: NamedAlert, b: NamedAlert): number {
  return (
    rankOf(b.severity) - rankOf(a.severity) ||
    Number(b.state === 'open') - Number(a.state === 'open') ||
    Date.parse(b.openedAt) - Date.parse(a.openedAt) ||
    b.id - a.id
  )
}

export function countBySeverity(alerts: Iterable<NamedAlert>): ReadonlyMap<Severity, number> {
  const counts = new Map<Severity, number>()
  for (const { severity } of alerts) counts.set(severity, (counts.get(severity) ?? 0) + 1)
  return counts
}
