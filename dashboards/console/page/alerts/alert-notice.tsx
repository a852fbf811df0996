/**
 * Says new alerts to those who listen with a screen reader, politely and not one by one: what comes within a while is said
 * together. Others see them counted in the header and in the title of the tab; there is no sound and nothing flashes.
 */
import { effect } from '@preact/signals'
import { useEffect, useState } from 'preact/hooks'
import type { NamedAlert } from '../../../../model/answers/alerts.ts'
import { useLocale, useStore } from '../parts/store.tsx'
import { titleOf } from './alert-text.ts'
import { byUrgency } from './urgency.ts'

const gatherMs = 5000

export function AlertNotice() {
  const { alerts, preferences } = useStore()
  const { t, f } = useLocale()
  const [fresh, setFresh] = useState<readonly NamedAlert[]>([])

  useEffect(() => {
    let before: ReadonlyMap<number, NamedAlert> | undefined
    let gathered: NamedAlert[] = []
    let timer: ReturnType<typeof setTimeout> | undefined
    const dispose = effect(() => {
      const open = alerts.open.value
      const known = before
      before = open
      if (!open || !known) return
      for (const [id, alert] of open) if (!known.has(id) && alert.state === 'open') gathered.push(alert)
      if (gathered.length === 0) return
      timer ??= setTimeout(() => {
        timer = undefined
        setFresh(gathered.sort(byUrgency))
        gathered = []
      }, gatherMs)
    })
    return () => {
      dispose()
      clearTimeout(timer)
    }
  }, [alerts])

  const [first] = fresh
  const words = first && {
    severity: t.alerts.severities[first.severity],
    title: titleOf(preferences.language.value, first),
  }
  return (
    <p class="visually-hidden" role="status">
      {words &&
        (fresh.length === 1
          ? t.alerts.newOne(words.severity, words.title)
          : t.alerts.newMany(f.whole(fresh.length), words.severity, words.title))}
    </p>
  )
}
