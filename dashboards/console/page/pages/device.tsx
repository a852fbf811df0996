/** One device, for those who are signed in: how it is, what it last said, and its readings over time. */
import '../styles/place.css'
import { type DeviceWithState, deviceWithState } from '../../../../model/answers/devices.ts'
import { placeWithEvidence } from '../../../../model/answers/places.ts'
import { kindOf } from '../../../../model/kinds.ts'
import { AlertSummary } from '../alerts/alert-summary.tsx'
import { DeviceSeries } from '../charts/device-series.tsx'
import { writtenIn } from '../charts/quantity.ts'
import { NeedsSignIn } from '../parts/needs-sign-in.tsx'
import { Panel, Shown } from '../parts/panel.tsx'
import { StateMark } from '../parts/state-mark.tsx'
import { useLocale, useStore } from '../parts/store.tsx'
import { Trail } from '../parts/trail.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { useTitle } from '../parts/use-title.ts'
import { wordFor } from '../words/things.ts'

const everyMs = 5000

export function DevicePage({ id }: { readonly id: string }) {
  const { session } = useStore()
  const may = session.may('viewer')
  const answer = useAnswer(may ? `/v1/devices/${encodeURIComponent(id)}` : null, deviceWithState, { everyMs })
  useTitle(answer.value?.name ?? id)
  if (session.signedIn.value === undefined) return null
  if (!may) return <NeedsSignIn />
  return <Shown answer={answer}>{(device) => <Device device={device} />}</Shown>
}

function Device({ device }: { readonly device: DeviceWithState }) {
  const { t } = useLocale()
  const { id, kind, name, place, status, simulated, state } = device
  const at = useAnswer(`/v1/places/${encodeURIComponent(place)}`, placeWithEvidence)
  const mark = status !== 'commissioned' ? 'none' : state.healthy ? 'working' : 'installed'
  return (
    <div class="place place--device">
      <div class="place__head">
        <Trail
          area={at.value?.area ?? null}
          place={{ id: place, name: at.value?.name ?? place }}
          here={name ?? id}
        />
        <h1>{name ?? id}</h1>
        <p class="soft">
          {wordFor(t.things.kinds, kind)} · {id} · {t.things.statuses[status]}
          {simulated && <> · {t.coverage.simulatedDevice}</>}
        </p>
      </div>
      <div class={`verdict-box verdict-box--${mark}`} data-state={mark}>
        <StateMark state={mark} />
        <p>
          <strong>
            {state.healthy
              ? t.coverage.healthy
              : state.faults.map(({ code }) => t.things.faults[code]).join(' ')}
          </strong>
          <br />
          <Heard device={device} />
        </p>
      </div>
      <Newest device={device} />
      <Panel area="series" title={t.coverage.series}>
        <DeviceSeries id={id} kind={kind} />
      </Panel>
      <AlertSummary device={id} />
    </div>
  )
}

function Heard({ device }: { readonly device: DeviceWithState }) {
  const { connection } = useStore()
  const { t, f } = useLocale()
  const { heardAt } = device.state
  return (
    <span class="small">
      {heardAt === null
        ? t.coverage.neverHeard
        : t.coverage.heard(f.length(connection.now.value - Date.parse(heardAt)))}{' '}
      · {t.coverage.every(f.whole(device.reportingIntervalSeconds))}
    </span>
  )
}

function Newest({ device }: { readonly device: DeviceWithState }) {
  const { t, f } = useLocale()
  const { observedAt, values } = device.state
  const fields = kindOf(device.kind).fields.filter(({ name }) => name in values)
  return (
    <Panel
      area="devices"
      title={t.coverage.readings}
      aside={observedAt && t.coverage.observed(f.moment(Date.parse(observedAt)))}
    >
      <dl class="values">
        {fields.map(({ name, unit }) => {
          const value = values[name]
          return (
            <div key={name}>
              <dt>{wordFor(t.streets.fields, name)}</dt>
              <dd>
                {typeof value === 'number'
                  ? writtenIn(f, { unit, words: t.streets.units }).value(value)
                  : value
                    ? t.things.yes
                    : t.things.no}
              </dd>
            </div>
          )
        })}
      </dl>
    </Panel>
  )
}
