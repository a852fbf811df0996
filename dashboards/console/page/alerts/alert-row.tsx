/** One alert as a line of a list: how grave, what, where, since when, in which state and with whom. A link, so that it can be opened anywhere. */
import type { NamedAlert } from '../../../../model/answers/alerts.ts'
import { useLocale, useStore } from '../parts/store.tsx'
import { Flags, useAge, useStateWords, useWho } from './alert-facts.tsx'
import { titleOf } from './alert-text.ts'
import { SeverityMark } from './severity-mark.tsx'

export const rowId = (id: number) => `alert-${id}`

export function AlertRow(props: {
  readonly alert: NamedAlert
  readonly link: string
  readonly isOver?: boolean
  readonly isSelected?: boolean
  readonly tabIndex?: number
  readonly onOpen?: () => void
}) {
  const { alert, link, isOver = false, isSelected = false, tabIndex, onOpen } = props
  const { preferences } = useStore()
  const { t, f } = useLocale()
  const age = useAge()
  const who = useWho()
  const stateWords = useStateWords()
  const title = titleOf(preferences.language.value, alert)
  const where = [alert.placeName, alert.areaNames[0]].filter((name) => name && !title.includes(name))
  return (
    <a
      id={rowId(alert.id)}
      class={`alert-row alert-row--${alert.severity} ${isOver ? 'alert-row--over' : ''}`}
      href={link}
      tabIndex={tabIndex}
      aria-current={isSelected ? 'true' : undefined}
      data-alert={alert.id}
      data-state={alert.state}
      onClick={onOpen}
    >
      <SeverityMark severity={alert.severity} />
      <span class="alert-row__title">{title}</span>
      <span class="alert-row__about">
        <span class="alert-row__severity">{t.alerts.severities[alert.severity]}</span>
        <span class={`state-word state-word--${isOver ? 'cleared' : alert.state}`}>
          {stateWords(alert, isOver)}
        </span>
        <time dateTime={alert.since} title={t.alerts.sinceFull(f.moment(Date.parse(alert.since)))}>
          {t.alerts.since(age(alert.since))}
        </time>
        {alert.assignedTo !== null && <span>{t.alerts.assigned(who(alert.assignedTo))}</span>}
        {where.length > 0 && <span>{where.join(', ')}</span>}
        <Flags alert={alert} />
      </span>
    </a>
  )
}
