/**
 * The rows of the list, one of them on the way of the Tab key, the others by arrows or j and k. What the list is to do when a
 * letter is pressed its page knows (pages/alerts.tsx).
 */
import { useLayoutEffect, useRef } from 'preact/hooks'
import { useLocale } from '../parts/store.tsx'
import { AlertRow, rowId } from './alert-row.tsx'
import type { Row } from './held-order.ts'
import { commandOf, type KeyCommand, movedTo } from './keys.ts'
import { rowsAtOnce } from './list-place.ts'

export function AlertList(props: {
  readonly rows: readonly Row[]
  readonly shown: number
  /** The row that has, or gets, the focus; undefined: the first. */
  readonly active: number | undefined
  readonly selected: number | undefined
  readonly linkOf: (id: number) => string
  readonly onActive: (id: number) => void
  readonly onShown: (shown: number) => void
  readonly onOpen: () => void
  readonly onFocus: (isInside: boolean) => void
  readonly onCommand: (command: Exclude<KeyCommand, { move: string }>, row: Row) => void
}) {
  const { rows, shown, selected, linkOf, onActive, onShown, onOpen, onFocus, onCommand } = props
  const { t, f } = useLocale()
  const list = useRef<HTMLOListElement>(null)
  const wanted = useRef<number | undefined>(undefined)
  const visible = rows.slice(0, shown)
  const at = Math.max(
    0,
    visible.findIndex(({ alert }) => alert.id === props.active),
  )
  const active = visible[at]

  // The row may have to be drawn first, where more are shown than before.
  useLayoutEffect(() => {
    if (wanted.current === undefined) return
    focusRow(wanted.current)
    wanted.current = undefined
  })

  function onKeyDown(event: KeyboardEvent): void {
    const command = commandOf(event)
    if (!command || !active || !(event.target instanceof Element) || !event.target.closest('[data-alert]'))
      return
    event.preventDefault()
    if (!('move' in command)) return onCommand(command, active)
    const count = command.move === 'next' || command.move === 'pageDown' ? rows.length : visible.length
    const to = movedTo(command.move, at, count)
    const next = rows[to]
    if (!next) return
    if (to >= shown) onShown(shown + rowsAtOnce)
    wanted.current = next.alert.id
    onActive(next.alert.id)
    if (to < shown) focusRow(next.alert.id)
  }

  const rest = rows.length - visible.length
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the links in it
    <div
      class="alert-list__body"
      onKeyDown={onKeyDown}
      onFocusIn={({ target }) => {
        onFocus(true)
        const row = target instanceof Element ? target.closest<HTMLElement>('[data-alert]') : null
        if (row) onActive(Number(row.dataset.alert))
      }}
      onFocusOut={({ relatedTarget }) => {
        if (!(relatedTarget instanceof Node && list.current?.contains(relatedTarget))) onFocus(false)
      }}
    >
      <ol class="alert-list__rows" ref={list} aria-label={t.alerts.list}>
        {visible.map((row) => (
          <li key={row.alert.id}>
            <AlertRow
              alert={row.alert}
              isOver={row.isOver}
              isSelected={row.alert.id === selected}
              link={linkOf(row.alert.id)}
              tabIndex={row === active ? 0 : -1}
              onOpen={() => {
                onActive(row.alert.id)
                onOpen()
              }}
            />
          </li>
        ))}
      </ol>
      {rest > 0 && (
        <button type="button" class="button button--quiet" onClick={() => onShown(shown + rowsAtOnce)}>
          {t.alerts.more(f.whole(rest))}
        </button>
      )}
    </div>
  )
}

/** Without more scrolling than it needs to be seen. */
export function focusRow(id: number): void {
  const row = document.getElementById(rowId(id))
  row?.focus({ preventScroll: true })
  row?.scrollIntoView({ block: 'nearest' })
}
