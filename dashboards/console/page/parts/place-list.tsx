/** Public places as a list, each with its state in shape and words and a way to its evidence. Long lists are cut. */
import { useState } from 'preact/hooks'
import type { CoveredPlace } from '../../../../model/answers/places.ts'
import { linkTo } from '../addresses.ts'
import { wordFor } from '../words/things.ts'
import { StateMark } from './state-mark.tsx'
import { useLocale, useStore } from './store.tsx'

/** `first`: how many are shown before somebody asks for more. `distances`: m to each, by id. */
export function PlaceList(props: {
  readonly places: readonly CoveredPlace[]
  readonly first?: number
  readonly withArea?: boolean
  readonly distances?: ReadonlyMap<string, number>
}) {
  const { places, first = 20, withArea = false, distances } = props
  const { city } = useStore()
  const { t, f } = useLocale()
  const [shown, setShown] = useState(first)
  const rest = places.length - shown
  return (
    <>
      <ul class="places">
        {places.slice(0, shown).map(({ id, name, type, state, area }) => {
          const metres = distances?.get(id)
          return (
            <li key={id} class="places__item" data-place={id}>
              <StateMark state={state} />
              <a href={linkTo('place', id)}>{name}</a>
              <span class="places__about soft small">
                <span class="visually-hidden">{t.things.states[state]}, </span>
                {wordFor(t.things.placeTypes, type)}
                {withArea && <> · {city.areas.value?.byCode.get(area)?.name ?? area}</>}
                {metres !== undefined && (
                  <>
                    {' '}
                    ·{' '}
                    {metres < 1000
                      ? t.coverage.metres(f.whole(metres))
                      : t.coverage.kilometres(f.fine(metres / 1000))}
                  </>
                )}
              </span>
            </li>
          )
        })}
      </ul>
      {rest > 0 && (
        <button type="button" class="button button--quiet" onClick={() => setShown(shown + 100)}>
          {t.shell.more} ({f.whole(rest)})
        </button>
      )}
    </>
  )
}
