/**
 * The search over areas and places, as the combobox pattern of WAI-ARIA has it: typing narrows a list, the arrows walk in
 * it, Enter goes there. Marks on letters do not matter, so that "thu dau mot" finds Thủ Dầu Một.
 */
import { useId, useMemo, useRef, useState } from 'preact/hooks'
import { linkTo } from '../addresses.ts'
import { plainly } from '../words/plainly.ts'
import { wordFor } from '../words/things.ts'
import { useLocale, useStore } from './store.tsx'

const most = 12

interface Found {
  readonly link: string
  readonly name: string
  readonly kind: string
  readonly plain: string
}

export function Search() {
  const { city, places, navigation } = useStore()
  const { t } = useLocale()
  const [text, setText] = useState('')
  const [isOpen, setOpen] = useState(false)
  const [at, setAt] = useState(0)
  const input = useRef<HTMLInputElement>(null)
  const list = useId()

  const areas = city.areas.value
  const all = places.places.value
  const everything = useMemo<Found[]>(
    () => [
      ...[...(areas?.byCode.values() ?? [])].map(({ code, name, level }) => ({
        link: linkTo('area', code),
        name,
        kind: wordFor(t.things.levels, level),
        plain: plainly(`${name} ${code}`),
      })),
      ...[...(all?.values() ?? [])].map(({ id, name, type }) => ({
        link: linkTo('place', id),
        name,
        kind: wordFor(t.things.placeTypes, type),
        plain: plainly(`${name} ${id}`),
      })),
    ],
    [areas, all, t],
  )
  const wanted = plainly(text.trim())
  const found = useMemo(() => (wanted === '' ? [] : searched(everything, wanted)), [everything, wanted])
  const shown = found.slice(0, most)
  const isShown = isOpen && wanted !== ''

  function go(to: Found | undefined): void {
    if (!to) return
    navigation.go(to.link)
    setText('')
    setOpen(false)
    input.current?.blur()
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'Escape') setOpen(false)
    else if (event.key === 'Enter') go(shown[at])
    else if (event.key === 'ArrowDown') setAt(Math.min(shown.length - 1, at + 1))
    else if (event.key === 'ArrowUp') setAt(Math.max(0, at - 1))
    else return
    event.preventDefault()
  }

  return (
    <div class="search">
      <input
        ref={input}
        class="field"
        type="search"
        // biome-ignore lint/a11y/noRedundantRoles: only an input with a datalist is a combobox by itself
        role="combobox"
        list={undefined}
        aria-label={t.coverage.search}
        placeholder={`${t.coverage.search}: ${t.coverage.searchHint.toLowerCase()}`}
        aria-expanded={isShown}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={isShown && shown[at] ? `${list}-${at}` : undefined}
        value={text}
        onFocus={() => {
          places.start()
          setOpen(true)
        }}
        onInput={({ currentTarget }) => {
          setText(currentTarget.value)
          setAt(0)
          setOpen(true)
        }}
        onKeyDown={onKeyDown}
        onBlur={() => setOpen(false)}
      />
      <span class="visually-hidden" role="status">
        {isShown
          ? shown.length === 0
            ? t.coverage.searchNone
            : t.coverage.searchCount(String(found.length))
          : ''}
      </span>
      <div id={list} class="search__list" role="listbox" aria-label={t.coverage.search} hidden={!isShown}>
        {isShown && shown.length === 0 && (
          <div
            class="search__item soft"
            role="option"
            tabIndex={-1}
            aria-selected="false"
            aria-disabled="true"
          >
            {t.coverage.searchNone}
          </div>
        )}
        {isShown &&
          shown.map((one, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the input's, as the combobox pattern has it
            <div
              key={one.link}
              id={`${list}-${index}`}
              class="search__item"
              role="option"
              tabIndex={-1}
              aria-selected={index === at}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => go(one)}
            >
              <span>{one.name}</span> <span class="soft small">{one.kind}</span>
            </div>
          ))}
      </div>
    </div>
  )
}

/** Every word must be there; what begins with the words comes first. */
function searched(everything: readonly Found[], wanted: string): Found[] {
  const words = wanted.split(/\s+/)
  const found = everything.filter(({ plain }) => words.every((word) => plain.includes(word)))
  return found.sort((a, b) => Number(b.plain.startsWith(wanted)) - Number(a.plain.startsWith(wanted)))
}
