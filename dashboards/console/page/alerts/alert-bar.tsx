/** The quiet line above the list: whether it is live, how many there are, and what waits to be shown while the order is held. */
import { useLocale, useStore } from '../parts/store.tsx'
import type { Arrangement } from './held-order.ts'
import { mostOpen } from './open-alerts.ts'

export function AlertBar(props: {
  readonly arrangement: Arrangement
  readonly isCut: boolean
  readonly onShow: () => void
  /** Undefined: nothing is filtered. */
  readonly onReset: (() => void) | undefined
  readonly onHelp: () => void
}) {
  const { arrangement, isCut, onShow, onReset, onHelp } = props
  const { t, f } = useLocale()
  const { rows, fresh, over } = arrangement
  const waiting = [
    ...(fresh.length > 0 ? [t.alerts.fresh(f.whole(fresh.length))] : []),
    ...(over > 0 ? [t.alerts.gone(f.whole(over))] : []),
  ]
  return (
    <div class="alert-bar">
      <span class="small" title={t.alerts.order}>
        {t.alerts.count(f.whole(rows.length - over))}
      </span>
      <Liveness />
      {isCut && <span class="small">{t.alerts.cut(f.whole(mostOpen))}</span>}
      {onReset && (
        <button type="button" class="button button--quiet small" onClick={onReset}>
          {t.alerts.filters.reset}
        </button>
      )}
      <button type="button" class="button button--quiet small alert-bar__keys" onClick={onHelp}>
        {t.alerts.keys.button} <kbd>?</kbd>
      </button>
      {waiting.length > 0 && (
        <button type="button" class="button alert-bar__fresh" title={t.alerts.held} onClick={onShow}>
          {waiting.join(' · ')} – {fresh.length > 0 ? t.alerts.show : t.alerts.tidy}
        </button>
      )}
    </div>
  )
}

function Liveness() {
  const { alerts, connection } = useStore()
  const { t, f } = useLocale()
  const { name, since } = alerts.state.value
  if (name === 'live') return <span class="live small">{t.alerts.live}</span>
  if (name !== 'waiting') return <span class="soft small">{t.alerts.loading}</span>
  return (
    <span class="live live--waiting small">
      {t.alerts.waiting(f.length(Math.max(0, connection.now.value - since)))}
    </span>
  )
}
