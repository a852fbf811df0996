/** The open alerts as the map shows them: those at one spot, or in one ring of places, are one sign with the gravest's shape. */
import { fromLonLat } from 'ol/proj'
import { type Severity, severities } from '../../../../model/alert.ts'
import type { NamedAlert } from '../../../../model/answers/alerts.ts'

export interface AlertGroup {
  readonly x: number
  readonly y: number
  readonly severity: Severity
  /** The gravest first. */
  readonly alerts: readonly NamedAlert[]
}

/** One group a spot; where `gather` names a spot for a position, its alerts go there. */
export function alertGroups(
  alerts: readonly NamedAlert[],
  gather: (x: number, y: number) => { x: number; y: number } | undefined,
): AlertGroup[] {
  const groups = new Map<string, { x: number; y: number; alerts: NamedAlert[] }>()
  for (const alert of alerts) {
    if (!alert.position) continue
    const [ownX = 0, ownY = 0] = fromLonLat(alert.position)
    const { x, y } = gather(ownX, ownY) ?? { x: ownX, y: ownY }
    const group = groups.get(`${x} ${y}`) ?? { x, y, alerts: [] }
    group.alerts.push(alert)
    groups.set(`${x} ${y}`, group)
  }
  const grave = ({ severity }: NamedAlert) => severities.indexOf(severity)
  return [...groups.values()]
    .map((group) => {
      const sorted = group.alerts.toSorted((a, b) => grave(b) - grave(a))
      return { ...group, alerts: sorted, severity: sorted[0]?.severity ?? 'info' }
    })
    .sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity))
}
