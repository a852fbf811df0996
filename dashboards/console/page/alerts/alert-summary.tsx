/** The open alerts of an area, place or device, in short: how many of each severity, the most urgent, and the way to them all. */
import '../styles/alerts.css'
import { useMemo } from 'preact/hooks'
import { linkTo } from '../addresses.ts'
import { Panel } from '../parts/panel.tsx'
import { useLocale, useStore } from '../parts/store.tsx'
import { AlertRow } from './alert-row.tsx'
import { concerns } from './filters.ts'
import { SeverityMark } from './severity-mark.tsx'
import { byUrgency, countBySeverity, gravestFirst } from './urgency.ts'

const most = 5

export function AlertSummary(props: {
  readonly area?: string
  readonly place?: string
  readonly device?: string
}) {
  const { area, place, device } = props
  const { alerts, session } = useStore()
  const { t, f } = useLocale()
  const open = alerts.open.value
  const here = useMemo(
    () =>
      [...(open?.values() ?? [])]
        .filter(
          (alert) =>
            (area === undefined || alert.areas.includes(area)) &&
            (place === undefined || alert.place === place) &&
            (device === undefined || concerns(alert, device)),
        )
        .sort(byUrgency),
    [open, area, place, device],
  )
  if (session.signedIn.value === undefined) return null
  const counts = countBySeverity(here)
  return (
    <Panel
      area="alerts"
      title={t.alerts.summary.title}
      aside={gravestFirst
        .filter((severity) => counts.has(severity))
        .map((severity) => (
          <span key={severity} class="alert-count" title={t.alerts.severities[severity]}>
            <SeverityMark severity={severity} />
            {f.whole(counts.get(severity) ?? 0)}
            <span class="visually-hidden"> {t.alerts.severities[severity]}</span>
          </span>
        ))}
    >
      {!session.may('viewer') ? (
        <p class="soft small">
          {t.alerts.summary.signIn} <a href={linkTo('signIn')}>{t.shell.signIn}</a>
        </p>
      ) : open === undefined ? (
        <p class="soft small">{t.alerts.loading}</p>
      ) : here.length === 0 ? (
        <p class="soft small">{t.alerts.summary.none}</p>
      ) : (
        <ol class="alert-list__rows alert-list__rows--short">
          {here.slice(0, most).map((alert) => (
            <li key={alert.id}>
              <AlertRow alert={alert} link={linkTo('alert', alert.id)} />
            </li>
          ))}
        </ol>
      )}
      {here.length > most && (
        <p class="small">
          <a href={linkTo('alerts', '', { area, place, device })}>
            {t.alerts.summary.all(f.whole(here.length))}
          </a>
        </p>
      )}
    </Panel>
  )
}
