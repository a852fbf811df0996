/**
 * The manager's page: how much of an area is watched over, against the target, by the areas below it, over time and on the
 * map; and which places are dark although their cameras were paid for. Without a code: the whole city.
 */
import '../styles/area.css'
import { useState } from 'preact/hooks'
import { placeList } from '../../../../model/answers/places.ts'
import { coverage } from '../../../../model/coverage.ts'
import { type CoverageState, coverageStates } from '../../../../model/place.ts'
import { AlertSummary } from '../alerts/alert-summary.tsx'
import { CoverageHistory } from '../charts/coverage-history.tsx'
import { CityMap } from '../map/city-map.tsx'
import { AreaTable } from '../parts/area-table.tsx'
import { Panel, Shown } from '../parts/panel.tsx'
import { PlaceList } from '../parts/place-list.tsx'
import { Shares } from '../parts/shares.tsx'
import { StateMark } from '../parts/state-mark.tsx'
import { useLocale, useStore } from '../parts/store.tsx'
import { Trail } from '../parts/trail.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { useTitle } from '../parts/use-title.ts'
import { routeOf } from '../requests.ts'
import { wordFor } from '../words/things.ts'

const figuresEveryMs = 5000
const placesEveryMs = 15_000
/** So many at once; an area with more shows that many and leads down. */
const mostPlaces = 1000

export function AreaPage({ code }: { readonly code: string | null }) {
  const { city, connection } = useStore()
  const { t, f } = useLocale()
  const within = code ?? undefined
  const answer = useAnswer(routeOf('/v1/coverage', { within }), coverage, { everyMs: figuresEveryMs })
  const known = city.areas.value
  const area = code === null ? undefined : known?.byCode.get(code)
  const isLowest = code !== null && known !== undefined && known.childrenOf(code).length === 0
  const name = area?.name ?? city.city.value?.name ?? ''
  useTitle(code === null ? t.coverage.title : name)
  if (code !== null && known && !area) return <Missing />

  return (
    <div class="area">
      <div class="area__head">
        {code !== null && <Trail area={code} />}
        <h1>{code === null ? t.coverage.title : t.coverage.titleOf(name)}</h1>
      </div>
      <Panel
        area="figures"
        title={t.coverage.share}
        aside={answer.value && t.coverage.asOf(f.clock(Date.parse(answer.value.asOf)))}
      >
        <Shown answer={answer}>
          {({ total, goal }) => <Shares total={total} goal={goal} now={connection.now.value} />}
        </Shown>
      </Panel>
      <section class="panel panel--map" aria-label={t.map.title}>
        <CityMap within={code} height="page" />
      </section>
      {isLowest ? (
        <PlacesHere code={code} />
      ) : (
        <Panel
          area="areas"
          title={t.coverage.byArea(wordFor(t.things.levels, answer.value?.areas[0]?.level ?? ''))}
          aside={<Legend />}
        >
          <Shown answer={answer}>
            {({ areas, goal }) => <AreaTable areas={areas} target={goal.target} />}
          </Shown>
        </Panel>
      )}
      <Panel area="history" title={t.coverage.history}>
        <CoverageHistory code={code} newest={answer.value} />
      </Panel>
      <DarkPlaces code={code} />
      <AlertSummary {...(code === null ? {} : { area: code })} />
    </div>
  )
}

function Missing() {
  const { t } = useLocale()
  return (
    <section class="panel">
      <h1>{t.coverage.notThere}</h1>
      <p>
        <a href="/">{t.shell.backHome}</a>
      </p>
    </section>
  )
}

function Legend() {
  const { t } = useLocale()
  return (
    <span class="legend">
      <span class="legend__key legend__key--installed" /> {t.coverage.installed}
      <span class="legend__key legend__key--working" /> {t.coverage.working}
      <span class="legend__key legend__key--target" /> {t.coverage.targetWord}
    </span>
  )
}

/** What is broken that was paid for already. */
function DarkPlaces({ code }: { readonly code: string | null }) {
  const { t, f } = useLocale()
  const route = routeOf('/v1/places', { area: code ?? undefined, state: 'installed', limit: mostPlaces })
  const answer = useAnswer(route, placeList, { everyMs: placesEveryMs })
  const count =
    answer.value && `${f.whole(answer.value.items.length)}${answer.value.next === null ? '' : '+'}`
  return (
    <Panel area="dark" title={t.coverage.dark} aside={count}>
      <Shown answer={answer}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="soft small">{t.coverage.darkNone}</p>
          ) : (
            <PlaceList places={items} first={8} withArea />
          )
        }
      </Shown>
    </Panel>
  )
}

/** Every place of an area that has none below it: those that are dark first. */
function PlacesHere({ code }: { readonly code: string }) {
  const { t, f } = useLocale()
  const [wanted, setWanted] = useState<CoverageState | null>(null)
  const route = routeOf('/v1/places', { area: code, limit: mostPlaces })
  const answer = useAnswer(route, placeList, { everyMs: placesEveryMs })
  const order: readonly CoverageState[] = ['installed', 'none', 'working']
  return (
    <Panel area="areas" title={t.coverage.placesHere}>
      <Shown answer={answer}>
        {({ items }) => (
          <>
            <fieldset class="chips">
              <legend class="visually-hidden">{t.coverage.filterState}</legend>
              {[null, ...coverageStates.toReversed()].map((state) => (
                <button
                  key={state}
                  type="button"
                  class="chip"
                  aria-pressed={wanted === state}
                  onClick={() => setWanted(state)}
                >
                  {state && <StateMark state={state} />}
                  {state === null ? t.coverage.all : t.things.states[state]}{' '}
                  {f.whole(items.filter((place) => state === null || place.state === state).length)}
                </button>
              ))}
            </fieldset>
            <PlaceList
              key={wanted}
              places={items
                .filter(({ state }) => wanted === null || state === wanted)
                .toSorted(
                  (a, b) =>
                    order.indexOf(a.state) - order.indexOf(b.state) || a.name.localeCompare(b.name, f.locale),
                )}
              first={40}
            />
          </>
        )}
      </Shown>
    </Panel>
  )
}
