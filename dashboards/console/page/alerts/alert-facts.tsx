/** What stands about an alert in a few words: its severity, its state, how long, who has it. Used by rows, summaries and the detail. */
import { useComputed } from '@preact/signals'
import type { NamedAlert } from '../../../../model/answers/alerts.ts'
import { useLocale, useStore } from '../parts/store.tsx'
import { SeverityMark } from './severity-mark.tsx'

/** Ages need not be newer than this; a list of hundreds must not be drawn anew each second. */
const ageStepMs = 10_000

export function Severity({ alert }: { readonly alert: NamedAlert }) {
  const { t } = useLocale()
  return (
    <span class={`severity-word severity-word--${alert.severity}`}>
      <SeverityMark severity={alert.severity} />
      {t.alerts.severities[alert.severity]}
    </span>
  )
}

/** How long ago a moment was, by Lantern's clock. */
export function useAge(): (time: string) => string {
  const { connection } = useStore()
  const { f } = useLocale()
  const now = useComputed(() => Math.floor(connection.now.value / ageStepMs) * ageStepMs).value
  return (time) => f.length(Math.max(0, now - Date.parse(time)))
}

/** A key by its id, as people know it. */
export function useWho(): (by: string) => string {
  const { session } = useStore()
  const { t } = useLocale()
  const me = session.signedIn.value
  return (by) => (by === me?.key || by === me?.name ? t.alerts.you : by === 'lantern' ? 'Lantern' : by)
}

/** Its state in words; where it has left the list, why. */
export function useStateWords(): (alert: NamedAlert, isOver?: boolean) => string {
  const { t, f } = useLocale()
  return ({ state, shelvedUntil, inhibitedBy }, isOver = false) => {
    if (state === 'cleared') return t.alerts.states.cleared
    if (shelvedUntil !== null) return t.alerts.shelvedUntil(f.moment(Date.parse(shelvedUntil)))
    if (inhibitedBy !== null) return t.alerts.partOf(String(inhibitedBy))
    return isOver ? t.alerts.over : t.alerts.states[state]
  }
}

/** What is out of the ordinary about it. */
export function Flags({ alert }: { readonly alert: NamedAlert }) {
  const { t } = useLocale()
  return (
    <>
      {alert.escalated && (
        <span class="flag" title={t.alerts.escalatedHint}>
          {t.alerts.escalated}
        </span>
      )}
      {alert.chattering && (
        <span class="flag" title={t.alerts.chatteringHint}>
          {t.alerts.chattering}
        </span>
      )}
    </>
  )
}
