/**
 * The open alerts, the most urgent first, and beside them the one that is chosen. The list never moves under whoever works in
 * it: new ones wait in a quiet bar, those that ended stay greyed, and the keys work from any row.
 */
import '../styles/alerts.css'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { linkTo } from '../addresses.ts'
import { AlertBar } from '../alerts/alert-bar.tsx'
import { AlertDetail } from '../alerts/alert-detail.tsx'
import { AlertFilters } from '../alerts/alert-filters.tsx'
import { type FormName, formNames } from '../alerts/alert-form.tsx'
import { AlertList, focusRow } from '../alerts/alert-list.tsx'
import { type Filters, noFilters, readFilters, writeFilters } from '../alerts/filters.ts'
import type { Arrangement, Row } from '../alerts/held-order.ts'
import { KeyHelp } from '../alerts/key-help.tsx'
import type { KeyCommand } from '../alerts/keys.ts'
import { resetListPlace, rowsAtOnce } from '../alerts/list-place.ts'
import { useAlertActions } from '../alerts/use-alert-actions.ts'
import { useListedAlerts } from '../alerts/use-listed-alerts.ts'
import { useMedia } from '../alerts/use-media.ts'
import { NeedsSignIn } from '../parts/needs-sign-in.tsx'
import { useLocale, useStore } from '../parts/store.tsx'
import { useTitle } from '../parts/use-title.ts'

const nothing: Arrangement = { rows: [], fresh: [], over: 0 }
/** From here on list and alert stand side by side (styles/alerts.css). */
const wide = '(width >= 68rem)'

export function AlertsPage({ query }: { readonly query: URLSearchParams }) {
  const { session } = useStore()
  const { t } = useLocale()
  useTitle(t.alerts.title)
  if (session.signedIn.value === undefined) return null
  if (!session.may('viewer')) return <NeedsSignIn />
  return <AlertDesk query={query} />
}

function AlertDesk({ query }: { readonly query: URLSearchParams }) {
  const { navigation, alerts, session } = useStore()
  const { t } = useLocale()
  const { place } = alerts
  const isWide = useMedia(wide)
  const filters = readFilters(query)
  const key = JSON.stringify(filters)
  const selected = Number(query.get('alert')) || undefined
  const form = formNames.find((name) => name === query.get('do'))
  const listed = useListedAlerts(filters, key)
  const [isFocused, setFocused] = useState(false)
  const [, redraw] = useState(0)
  const [help, setHelp] = useState(false)
  const scroller = useRef<HTMLDivElement>(null)
  const actions = useAlertActions()
  const again = () => redraw((times) => times + 1)

  if (place.filters !== key) resetListPlace(place, { filters: key, query: writeFilters(filters) })
  const isHeld = isFocused || (isWide && selected !== undefined) || place.scroll > 0
  const arrangement = listed.current
    ? place.order.arrange({
        wanted: listed.wanted,
        current: listed.current,
        ended: alerts.ended.value,
        isHeld,
      })
    : nothing

  const listLink = (more: Record<string, string | undefined> = {}) =>
    linkTo('alerts', '', { ...writeFilters(filters), ...more })
  const linkOf = (id: number, of?: FormName) =>
    isWide ? listLink({ alert: String(id), do: of }) : linkTo('alert', id, { do: of })

  // A phone shows one alert at a time, also where the address comes from a colleague's wide screen.
  useEffect(() => {
    if (!isWide && selected !== undefined) navigation.go(linkTo('alert', selected), { replace: true })
  }, [isWide, selected, navigation])
  // The form is open now; the address is to be sent without it.
  useEffect(() => {
    if (form && selected !== undefined)
      navigation.go(listLink({ alert: String(selected) }), { replace: true })
  }, [form, selected])

  // Whoever comes back to the list comes back to where they were.
  useLayoutEffect(() => {
    const at = place.scroll
    if (at > 0 && isWide) scroller.current?.scrollTo(0, at)
    else if (at > 0) window.scrollTo(0, at)
  }, [])
  useEffect(() => {
    const { active, isLeft } = place
    place.isLeft = false
    // After the frame has brought the focus to the top of the page, as it does with each.
    if (isLeft && active !== undefined) setTimeout(() => focusRow(active))
  }, [place])
  useEffect(() => {
    const within = isWide ? scroller.current : window
    if (!within) return undefined
    const onScroll = () => {
      // On the way to another page, whose top is shown before this one is gone.
      if (navigation.address.peek()?.page !== 'alerts') return
      const wasScrolled = place.scroll > 0
      place.scroll = scrollOf(within)
      if (wasScrolled !== place.scroll > 0) again()
    }
    within.addEventListener('scroll', onScroll, { passive: true })
    return () => within.removeEventListener('scroll', onScroll)
  }, [isWide, place, navigation])

  function narrow(next: Filters): void {
    const alert = selected === undefined ? undefined : String(selected)
    navigation.go(linkTo('alerts', '', { ...writeFilters(next), alert }), { replace: true })
  }

  /** The list anew; the focus goes to the first new row, else to where it was, or the next that is still there. */
  function showFresh(): void {
    const { rows, fresh } = arrangement
    const at = rows.findIndex(({ alert }) => alert.id === place.active)
    const stay = [...rows.slice(Math.max(0, at)), ...rows.slice(0, Math.max(0, at)).toReversed()]
    const to = fresh[0]?.id ?? stay.find(({ isOver }) => !isOver)?.alert.id
    place.order.renew()
    place.active = to
    again()
    setTimeout(() => {
      if (to !== undefined) focusRow(to)
    })
  }

  function close(): void {
    const row = selected ?? place.active
    navigation.go(listLink())
    if (row !== undefined) setTimeout(() => focusRow(row))
  }

  function onCommand(command: Exclude<KeyCommand, { move: string }>, row: Row): void {
    const { id, state } = row.alert
    if ('act' in command) {
      if (!session.may('operator') || (state === 'cleared' && command.act !== 'comment')) return
      if (command.act === 'acknowledge') void (state === 'open' && actions.act(id, 'acknowledge'))
      else open(id, command.act)
    } else if (command.other === 'help') setHelp(true)
    else if (command.other === 'close') close()
    else if (arrangement.fresh.length > 0 || arrangement.over > 0) showFresh()
  }

  function open(id: number, of?: FormName): void {
    place.active = id
    place.isLeft = !isWide
    navigation.go(linkOf(id, of))
  }

  const isEmpty = listed.current !== undefined && arrangement.rows.length === 0
  const hasFilters = key !== JSON.stringify(noFilters)
  return (
    <div class={`desk ${selected !== undefined && isWide ? 'desk--chosen' : ''}`}>
      <section class="desk__list" aria-labelledby="alerts-heading">
        <div class="desk__head">
          <h1 id="alerts-heading">{t.alerts.title}</h1>
          <AlertFilters filters={filters} counts={listed.counts} onChange={narrow} />
        </div>
        <AlertBar
          arrangement={arrangement}
          isCut={listed.isCut}
          onShow={showFresh}
          onReset={hasFilters ? () => narrow(noFilters) : undefined}
          onHelp={() => setHelp(true)}
        />
        <p class="desk__said small" role="status">
          {actions.error ? `${actions.error.message} ${actions.error.remedy ?? ''}` : ''}
          {actions.done && <span class="visually-hidden">{t.alerts.actions.acknowledged}</span>}
        </p>
        {listed.error && <p class="failure small">{listed.error.message}</p>}
        {isEmpty && <p class="desk__empty soft">{hasFilters ? t.alerts.emptyFiltered : t.alerts.empty}</p>}
        <div class="desk__rows" ref={scroller}>
          <AlertList
            rows={arrangement.rows}
            shown={Math.max(rowsAtOnce, place.shown)}
            active={place.active ?? selected}
            selected={isWide ? selected : undefined}
            linkOf={linkOf}
            onActive={(id) => {
              if (place.active === id) return
              place.active = id
              again()
            }}
            onShown={(shown) => {
              place.shown = shown
              again()
            }}
            onOpen={() => {
              place.isLeft = !isWide
            }}
            onFocus={setFocused}
            onCommand={onCommand}
          />
        </div>
      </section>
      {isWide && (
        // biome-ignore lint/a11y/noStaticElementInteractions: Escape leads back from anywhere in it
        <div class="desk__alert" onKeyDown={(event) => event.key === 'Escape' && close()}>
          {selected === undefined ? (
            <p class="desk__choose soft">{t.alerts.choose}</p>
          ) : (
            <AlertDetail
              key={selected}
              id={selected}
              form={form}
              heading="h2"
              head={
                <button type="button" class="button button--quiet desk__close" onClick={close}>
                  {t.alerts.close} <kbd>Esc</kbd>
                </button>
              }
            />
          )}
        </div>
      )}
      <KeyHelp isOpen={help} onClose={() => setHelp(false)} />
    </div>
  )
}

const scrollOf = (of: HTMLElement | Window) => (of instanceof Window ? of.scrollY : of.scrollTop)
