/** A device's readings over time, one field at a time: each by itself near, in windows with their lowest and highest far. */
import { useMemo, useState } from 'preact/hooks'
import { telemetry } from '../../../../model/answers/telemetry.ts'
import type { StoredField } from '../../../../model/kind.ts'
import { type KindName, kindOf } from '../../../../model/kinds.ts'
import { minute, second } from '../../../../model/time.ts'
import { NeedsSignIn } from '../parts/needs-sign-in.tsx'
import { Shown } from '../parts/panel.tsx'
import { useLocale, useStore } from '../parts/store.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { routeOf } from '../requests.ts'
import { wordFor } from '../words/things.ts'
import type { Span } from './data.ts'
import { LineChart } from './line-chart.tsx'
import { writtenIn } from './quantity.ts'
import { RangeChoice } from './range-choice.tsx'
import { seriesRanges, seriesWindowFor, steady } from './ranges.ts'
import { seriesColumns } from './series-rows.ts'
import { useKept } from './use-kept.ts'
import { useSteadyNow } from './use-steady-now.ts'

type RangeName = (typeof seriesRanges)[number]['name']

/** `first`: the field that is shown first, where the kind has it. */
export function DeviceSeries(props: {
  readonly id: string
  readonly kind: KindName
  readonly first?: string | undefined
}) {
  const { id, kind, first } = props
  const { session } = useStore()
  const { t } = useLocale()
  const { fields } = kindOf(kind)
  const [name, setName] = useState((fields.find((one) => one.name === first) ?? fields[0])?.name)
  const [range, setRange] = useState<RangeName>('day')
  const [view, setView] = useState<Span | null>(null)
  if (session.signedIn.value === undefined) return null
  if (!session.may('viewer')) return <NeedsSignIn />
  const field = fields.find((one) => one.name === name)
  return (
    <div class="history">
      <div class="history__choices">
        <label class="history__field">
          <span class="visually-hidden">{t.streets.series.field}</span>
          <select class="field" value={name} onChange={(event) => setName(event.currentTarget.value)}>
            {fields.map((one) => (
              <option value={one.name} key={one.name}>
                {wordFor(t.streets.fields, one.name)}
              </option>
            ))}
          </select>
        </label>
        <RangeChoice
          names={seriesRanges.map((one) => one.name)}
          chosen={range}
          onChoose={(next) => {
            setRange(next)
            setView(null)
          }}
        />
      </div>
      {field && <Series {...{ id, kind, field, range, view }} onView={setView} />}
    </div>
  )
}

function Series(props: {
  readonly id: string
  readonly kind: KindName
  readonly field: StoredField
  readonly range: RangeName
  readonly view: Span | null
  onView(view: Span | null): void
}) {
  const { id, kind, field, range, view, onView } = props
  const { t, f } = useLocale()
  const words = t.streets.series
  const now = useSteadyNow(minute)
  const length = seriesRanges.find(({ name }) => name === range)?.ms ?? 0
  const whole = { from: now - length, to: now }
  const window = seriesWindowFor(view ? view.to - view.from : length)
  const isFlag = field.type === 'boolean'

  // A part is asked for with a margin as wide as itself, whole windows only, so that moving about in it asks nothing new.
  const step = Math.max(window.ms, view ? steady(view.to - view.from, minute) || minute : 5 * minute)
  const end = view && steady(view.to, step) + 2 * step
  const part = view
    ? { from: steady(view.from, step) - step, to: end !== null && end < now ? end : undefined }
    : { from: steady(now - length, step), to: undefined }
  const routeFor = (aggregate: 'mean' | 'max' | 'min') =>
    routeOf(`/v1/telemetry/${kind}`, {
      device: id,
      field: field.name,
      aggregate,
      window: window.text,
      ...part,
    })
  const hasBand = !window.isRaw && !isFlag
  const everyMs = window.isRaw && !view ? 15 * second : minute
  const mean = useAnswer(routeFor('mean'), telemetry, { everyMs })
  const highest = useAnswer(hasBand ? routeFor('max') : null, telemetry, { everyMs })
  const lowest = useAnswer(hasBand ? routeFor('min') : null, telemetry, { everyMs })
  const value = useKept(mean.value, `${id} ${field.name} ${range}`)
  const columns = useMemo(
    () =>
      value &&
      seriesColumns(value, {
        isRaw: value.window <= second,
        highest: highest.value,
        lowest: lowest.value,
      }),
    [value, highest.value, lowest.value],
  )

  const name = wordFor(t.streets.fields, field.name)
  const isRaw = (value?.window ?? window.ms) <= second
  const isShare = !isFlag && field.unit === ''
  const written = writtenIn(f, {
    unit: isFlag ? '' : field.unit,
    digits: isFlag ? 0 : field.name === 'waterLevel' ? 3 : 1,
    words: t.streets.units,
  })
  const say = (of: number) => (isFlag && isRaw ? (of > 0 ? t.things.yes : t.things.no) : written.value(of))
  return (
    <Shown answer={{ ...mean, value: value && columns && { value, columns } }}>
      {({ value: shown, columns: drawn }) =>
        drawn.times.length === 0 && !view ? (
          <p class="soft">{words.nothing}</p>
        ) : (
          <>
            <LineChart
              label={words.label(name)}
              lines={[
                {
                  label: isRaw ? name : isFlag ? words.shareOf(name) : words.meanOf(name),
                  colour: '--info',
                  isStepped: isFlag,
                  isFilled: isFlag,
                },
              ]}
              columns={drawn}
              {...(drawn.values.length === 3 ? { band: { label: words.band, colour: '--info' } } : {})}
              limits={
                isFlag || isShare
                  ? { leastSpan: isFlag ? 1 : 0.1, floor: 0, ceiling: 1 }
                  : {
                      leastSpan: spans[field.name] ?? 1,
                      floor: field.name === 'temperature' || field.name === 'waterLevel' ? undefined : 0,
                    }
              }
              whole={{ from: whole.from, to: Math.max(whole.to, view ? 0 : (drawn.times.at(-1) ?? 0)) }}
              view={view}
              onView={onView}
              value={say}
              axisValue={(of) => (isFlag && isRaw ? (of === 0 || of === 1 ? say(of) : '') : written.tick(of))}
              isStrip={isFlag}
              leastMs={5 * minute}
            />
            <p class="small soft">
              {drawn.times.length === 0
                ? words.nothing
                : isRaw
                  ? words.raw
                  : words.windows(f.length(shown.window))}
            </p>
          </>
        )
      }
    </Shown>
  )
}

/** What an axis of the field spans at least, in its unit: less is noise. */
const spans: Readonly<Record<string, number>> = {
  intensity: 10,
  averageVehicleSpeed: 10,
  pm25: 10,
  pm10: 10,
  no2: 10,
  o3: 10,
  temperature: 4,
  LAeq: 10,
  waterLevel: 0.1,
  illuminance: 100,
  fps: 10,
  bitrateKbps: 500,
}
