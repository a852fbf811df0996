/** One public place: what is proved of it, by which devices, what is wrong with each and since when, and what lies around it. */
import '../styles/place.css'
import { useEffect, useMemo } from 'preact/hooks'
import { type PlaceWithEvidence, placeWithEvidence } from '../../../../model/answers/places.ts'
import { linkTo } from '../addresses.ts'
import { AlertSummary } from '../alerts/alert-summary.tsx'
import { CityMap } from '../map/city-map.tsx'
import { Panel, Shown } from '../parts/panel.tsx'
import { PlaceList } from '../parts/place-list.tsx'
import { StateMark } from '../parts/state-mark.tsx'
import { useLocale, useStore } from '../parts/store.tsx'
import { Trail } from '../parts/trail.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { useTitle } from '../parts/use-title.ts'
import { wordFor } from '../words/things.ts'

const everyMs = 5000
const neighbours = 8

export function PlacePage({ id }: { readonly id: string }) {
  const { t } = useLocale()
  const answer = useAnswer(`/v1/places/${encodeURIComponent(id)}`, placeWithEvidence, { everyMs })
  useTitle(answer.value?.name ?? id)
  return <Shown answer={answer}>{(place) => <Place place={place} title={t.coverage.proof} />}</Shown>
}

function Place({ place, title }: { readonly place: PlaceWithEvidence; readonly title: string }) {
  const { t } = useLocale()
  const { id, name, type, state, area, devices, longitude, latitude } = place
  return (
    <div class="place">
      <div class="place__head">
        <Trail area={area} here={name} />
        <h1>{name}</h1>
        <p class="soft">
          {wordFor(t.things.placeTypes, type)} · {t.coverage.position}: {latitude.toFixed(5)},{' '}
          {longitude.toFixed(5)}
        </p>
      </div>
      <div class={`verdict-box verdict-box--${state}`} data-state={state}>
        <StateMark state={state} />
        <p>
          <strong>{t.things.states[state]}</strong>
          <br />
          {t.things.statesLong[state]}
        </p>
      </div>
      <Panel area="devices" title={title}>
        {devices.length === 0 && <p class="soft">{t.coverage.noDevices}</p>}
        <ul class="devices">
          {devices.map((device) => (
            <PlaceDevice key={device.id} device={device} />
          ))}
        </ul>
      </Panel>
      <section class="panel panel--map" aria-label={t.map.title}>
        <CityMap within={area} place={id} height="small" />
      </section>
      <Neighbours place={place} />
      <AlertSummary place={id} />
    </div>
  )
}

export function PlaceDevice({ device }: { readonly device: PlaceWithEvidence['devices'][number] }) {
  const { session, connection } = useStore()
  const { t, f } = useLocale()
  const { id, kind, name, status, healthy, faults, heardAt } = device
  const counts = kind === 'camera' && status === 'commissioned'
  return (
    <li class="device" data-device={id}>
      <StateMark state={status !== 'commissioned' ? 'none' : healthy ? 'working' : 'installed'} />
      <div>
        <p>
          {session.may('viewer') ? (
            <a href={linkTo('device', id)}>{name ?? id}</a>
          ) : (
            <strong>{name ?? id}</strong>
          )}{' '}
          <span class="soft small">{wordFor(t.things.kinds, kind)}</span>
        </p>
        <p class="small">
          {healthy ? t.coverage.healthy : faults.map(({ code }) => t.things.faults[code]).join(' ')}
          <span class="soft">
            {' · '}
            {heardAt === null
              ? t.coverage.neverHeard
              : t.coverage.heard(f.length(connection.now.value - Date.parse(heardAt)))}
            {' · '}
            {status === 'commissioned'
              ? counts
                ? t.coverage.counts
                : t.coverage.doesNotCount
              : t.things.statuses[status]}
          </span>
        </p>
      </div>
    </li>
  )
}

/** The nearest places: whether a neighbour is dark as well tells a power cut from a broken camera. */
export function Neighbours({ place }: { readonly place: PlaceWithEvidence }) {
  const { places } = useStore()
  const { t } = useLocale()
  useEffect(() => places.start(), [places])
  const all = places.places.value
  const { id, longitude, latitude } = place
  const nearest = useMemo(() => {
    const near = [...(all?.values() ?? [])]
      .filter((other) => other.id !== id)
      .map((other) => ({ other, metres: metresBetween({ longitude, latitude }, other) }))
    return near.sort((a, b) => a.metres - b.metres).slice(0, neighbours)
  }, [all, id, longitude, latitude])
  if (nearest.length === 0) return null
  return (
    <Panel area="neighbours" title={t.coverage.neighbours}>
      <PlaceList
        places={nearest.map(({ other }) => other)}
        distances={new Map(nearest.map(({ other, metres }) => [other.id, metres]))}
      />
    </Panel>
  )
}

interface Position {
  readonly longitude: number
  readonly latitude: number
}

/** m, by the haversine formula on a sphere of 6,371 km; exact enough for neighbours. */
export function metresBetween(a: Position, b: Position): number {
  const rad = Math.PI / 180
  const [dLat, dLon] = [(b.latitude - a.latitude) * rad, (b.longitude - a.longitude) * rad]
  const h =
    Math.sin(dLat / 2) ** 2 +
    Math.cos(a.latitude * rad) * Math.cos(b.latitude * rad) * Math.sin(dLon / 2) ** 2
  return 2 * 6_371_000 * Math.asin(Math.min(1, Math.sqrt(h)))
}
