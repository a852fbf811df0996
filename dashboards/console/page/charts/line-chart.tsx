/**
 * Lines over time, for the charts of coverage and of devices: zoom by dragging or with keys, the values at a moment told
 * in text, a summary and a table for those who do not see the canvas. Missing data stays a gap.
 */
import '../styles/charts.css'
import { useId, useState } from 'preact/hooks'
import { useLocale } from '../parts/store.tsx'
import { actionOf, indexAfter } from './chart-keys.ts'
import { ChartTable } from './chart-table.tsx'
import { type AxisLimits, type Columns, nearestIndex, type Span, summaryOf, within, zoomed } from './data.ts'
import { Legend } from './legend.tsx'
import type { PlotContent, PlotLine, Threshold } from './plot.ts'
import { usePlot } from './use-plot.ts'

export interface LineChartProps {
  /** What it shows, for screen readers. */
  readonly label: string
  readonly lines: readonly PlotLine[]
  /** The lines' values; with a band, two more: its top and its bottom. */
  readonly columns: Columns
  readonly band?: { readonly label: string; readonly colour: string } | undefined
  readonly thresholds?: readonly Threshold[]
  readonly limits: AxisLimits
  /** The range of time that there is to see. */
  readonly whole: Span
  /** The part that is looked at; null: the whole. */
  readonly view: Span | null
  onView(view: Span | null): void
  value(value: number): string
  axisValue(value: number): string
  /** Low, for yes and no. */
  readonly isStrip?: boolean
  /** The shortest part that can be zoomed to. */
  readonly leastMs: number
}

export function LineChart(props: LineChartProps) {
  const { label, lines, columns, band, thresholds = [], limits, whole, leastMs, isStrip = false } = props
  const { t, f } = useLocale()
  const words = t.streets.chart
  const [isTable, setTable] = useState(false)
  /** A moment, epoch ms, since what is shown may change under the cursor. */
  const [pointed, setPointed] = useState<number | null>(null)
  const [told, setTold] = useState('')
  const ids = useId()
  const view = props.view ? within(props.view, whole) : whole
  const isZoomed = props.view !== null

  const content: PlotContent = { columns, thresholds, limits, view }
  const form = { lines, band, f, value: props.axisValue }
  const look = (next: Span) =>
    props.onView(next.to - next.from >= 0.999 * (whole.to - whole.from) ? null : within(next, whole))
  const select = (span: Span) =>
    look(zoomed(span, whole, { factor: 1, leastMs, around: (span.from + span.to) / 2 }))
  const { host, plot } = usePlot({ form, content, isShown: !isTable, onPoint: setPointed, onSelect: select })

  const at = pointed === null ? null : nearestIndex(columns.times, pointed)
  const tell = (index: number) => {
    const time = columns.times[index]
    plot.current?.point(index)
    setPointed(time ?? null)
    const values = lines.map(({ label: name }, line) => {
      const value = columns.values[line]?.[index]
      return `${name} ${value == null ? words.missing : props.value(value)}`
    })
    if (time !== undefined) setTold(`${f.moment(time)}: ${values.join(', ')}`)
  }

  /** Around the moment that is pointed at, else around the middle. */
  const zoom = (factor: number) =>
    look(zoomed(view, whole, { factor, leastMs, ...(pointed === null ? {} : { around: pointed }) }))

  function onKeyDown(event: KeyboardEvent): void {
    const action = actionOf(event)
    if (!action) return
    event.preventDefault()
    if (action.does === 'zoom') zoom(action.factor)
    else if (action.does === 'shift') {
      const by = action.share * (view.to - view.from)
      look({ from: view.from + by, to: view.to + by })
    } else if (action.does === 'whole') props.onView(null)
    else {
      const next = indexAfter(action, columns, { at, view })
      if (next !== undefined) tell(next)
    }
  }

  const summaries = lines.flatMap(({ label: name }, index) => {
    const summary = summaryOf(columns.times, columns.values[index] ?? [])
    if (!summary) return []
    const say = ({ value, at: moment }: { value: number; at: number }) => ({
      value: props.value(value),
      when: f.moment(moment),
    })
    return [words.summary(name, say(summary.lowest), say(summary.highest), say(summary.newest))]
  })

  return (
    <figure class={`chart ${isStrip ? 'chart--strip' : ''}`} aria-label={label}>
      <Legend {...{ lines, columns, band, at, value: props.value }} />
      {isTable ? (
        <ChartTable {...{ label, lines, columns, view, value: props.value }} />
      ) : (
        <div
          class="chart__canvas"
          ref={host}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: the cursor of the chart is moved with the keys
          tabIndex={0}
          role="application"
          aria-roledescription={words.role}
          aria-label={label}
          aria-describedby={`${ids}-summary ${ids}-keys`}
          onKeyDown={onKeyDown}
          onBlur={({ relatedTarget, currentTarget }) => {
            // The buttons below act on the moment that is pointed at.
            const chart = currentTarget.closest('.chart')
            if (relatedTarget instanceof Node && chart?.contains(relatedTarget)) return
            plot.current?.point(null)
            setPointed(null)
          }}
        />
      )}
      <div class="chart__foot small soft">
        <button type="button" class="chart__button" aria-pressed={isTable} onClick={() => setTable(!isTable)}>
          {words.table}
        </button>
        <button
          type="button"
          class="chart__button chart__button--zoom"
          aria-label={words.closer}
          disabled={view.to - view.from <= leastMs}
          onClick={() => zoom(0.5)}
        >
          +
        </button>
        <button
          type="button"
          class="chart__button chart__button--zoom"
          aria-label={words.further}
          disabled={!isZoomed}
          onClick={() => zoom(2)}
        >
          −
        </button>
        {isZoomed && (
          <button type="button" class="chart__button" onClick={() => props.onView(null)}>
            {words.whole}
          </button>
        )}
        <span class="chart__span">{words.span(f.moment(view.from), f.moment(view.to))}</span>
      </div>
      <p class="visually-hidden" id={`${ids}-summary`}>
        {[...thresholds.map((one) => one.label), ...summaries].join('. ')}
      </p>
      <p class="visually-hidden" id={`${ids}-keys`}>
        {words.keys}
      </p>
      <p class="visually-hidden" aria-live="polite">
        {told}
      </p>
    </figure>
  )
}
