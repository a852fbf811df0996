/** Where an alert is and what stands around it: the device's readings, the map, the devices of its place and the nearest places. */
import { useEffect } from 'preact/hooks'
import type { NamedAlert } from '../../../../model/answers/alerts.ts'
import { placeWithEvidence } from '../../../../model/answers/places.ts'
import { DeviceSeries } from '../charts/device-series.tsx'
import { CityMap } from '../map/city-map.tsx'
import { Neighbours, PlaceDevice } from '../pages/place.tsx'
import { Panel, Shown } from '../parts/panel.tsx'
import { useLocale, useStore } from '../parts/store.tsx'
import { useAnswer } from '../parts/use-answer.ts'

export function AlertSurroundings({ alert }: { readonly alert: NamedAlert }) {
  const { t } = useLocale()
  const { subject, kind, place, areas, evidence } = alert
  const [within = null] = areas
  return (
    <>
      {subject.type === 'device' && kind !== null && (
        <Panel title={t.alerts.evidence.series}>
          <DeviceSeries id={subject.id} kind={kind} first={evidence.values.at(-1)?.field} />
        </Panel>
      )}
      <section class="panel panel--map" aria-label={t.alerts.evidence.map}>
        <CityMap within={within} place={place} height="small" />
      </section>
      {place !== null && <AroundPlace id={place} />}
    </>
  )
}

function AroundPlace({ id }: { readonly id: string }) {
  const { places } = useStore()
  const { t } = useLocale()
  const answer = useAnswer(`/v1/places/${encodeURIComponent(id)}`, placeWithEvidence)
  // They are loaded for whoever needs them first.
  useEffect(() => places.start(), [places])
  return (
    <Shown answer={answer}>
      {(place) => (
        <>
          <Panel title={t.alerts.evidence.place}>
            <ul class="devices">
              {place.devices.map((device) => (
                <PlaceDevice key={device.id} device={device} />
              ))}
            </ul>
          </Panel>
          <Neighbours place={place} />
        </>
      )}
    </Shown>
  )
}
