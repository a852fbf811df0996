/**
 * Lines over time, for the charts of coverage and of devices: zoom by dragging or with keys, the values at a moment told
 * in text, a summary and a table for those who do not see the canvas. Missing data stays a gap.
 */
import '../styles/charts.css'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { useLocale, useStore } from '../parts/store.tsx'
import { ChartTable } from './chart-table.tsx'
import {
  type AxisLimits,
  type Columns,
  nearestIndex,
  nextIndex,
  type Span,
  summaryOf,
  within,
  zoomed,
} from './data.ts'
import { Legend } from './legend.tsx'
import type { Plot, PlotContent, PlotLine, Threshold } from './plot.ts'
import { timeTicks } from './time-axis.ts'

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
  /** The shortest part that can be zoomed to. */
  readonly leastMs: number
}

export function LineChart(props: LineChartProps) {
  const { label, lines, columns, band, thresholds = [], limits, whole, leastMs } = props
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

  function onKeyDown(event: KeyboardEvent): void {
    const { key, shiftKey } = event
    const time = at === null ? undefined : columns.times[at]
    const around = time === undefined ? {} : { around: time }
    const isIn = (moment: number) => moment >= view.from && moment <= view.to
    const step = key === 'ArrowLeft' ? -1 : key === 'ArrowRight' ? 1 : 0
    if (key === '+' || key === '=' || (shiftKey && key === 'ArrowUp'))
      look(zoomed(view, whole, { factor: 0.5, leastMs, ...around }))
    else if (key === '-' || (shiftKey && key === 'ArrowDown'))
      look(zoomed(view, whole, { factor: 2, leastMs, ...around }))
    else if (shiftKey && step !== 0) {
      const shift = (step * (view.to - view.from)) / 4
      look({ from: view.from + shift, to: view.to + shift })
    } else if (step !== 0) {
      const last = columns.times.findLastIndex(isIn)
      const begin =
        at !== null && isIn(time ?? 0) ? at : step === 1 ? columns.times.findIndex(isIn) - 1 : last + 1
      const next = nextIndex(columns, begin, step, isIn)
      if (next !== undefined) tell(next)
    } else if (key === 'Home' || key === 'End') {
      const first = columns.times.findIndex(isIn)
      const next =
        key === 'Home'
          ? nextIndex(columns, first - 1, 1, isIn)
          : nextIndex(columns, columns.times.findLastIndex(isIn) + 1, -1, isIn)
      if (next !== undefined) tell(next)
    } else if (key === 'Escape' && isZoomed) props.onView(null)
    else return
    event.preventDefault()
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
    <figure class="chart" aria-label={label}>
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
          onBlur={() => {
            plot.current?.point(null)
            setPointed(null)
          }}
        />
      )}
      <div class="chart__foot small soft">
        <button type="button" class="chart__button" aria-pressed={isTable} onClick={() => setTable(!isTable)}>
          {words.table}
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

/** The plot on the element that `host` is given to: made when there is one, made anew when its form changes, ended with it. */
function usePlot(options: {
  form: Pick<LineChartProps, 'lines' | 'band' | 'value'> & { f: ReturnType<typeof useLocale>['f'] }
  content: PlotContent
  isShown: boolean
  onPoint(time: number | null): void
  onSelect(span: Span): void
}) {
  const { form, content, isShown } = options
  const { preferences } = useStore()
  const theme = preferences.theme.value
  const host = useRef<HTMLDivElement>(null)
  const plot = useRef<Plot | undefined>(undefined)
  const latest = useRef(options)
  latest.current = options
  const [rem, setRem] = useState(remNow)
  const key = JSON.stringify([form.lines, form.band, form.f.locale, form.f.timeZone, rem])

  // `key` stands for the form, and `latest` for the rest.
  useEffect(() => {
    const element = host.current
    if (!isShown || !element) return undefined
    let isOver = false
    let resized = 0
    const observer = new ResizeObserver(() => {
      cancelAnimationFrame(resized)
      resized = requestAnimationFrame(() => {
        setRem(remNow())
        plot.current?.resize()
      })
    })
    void import('./plot.ts').then(({ createPlot }) => {
      if (isOver) return
      const { lines, band, f } = latest.current.form
      plot.current = createPlot({
        host: element,
        form: {
          lines,
          hasBand: band !== undefined,
          bandColour: band?.colour ?? '',
          timeZone: f.timeZone,
          rem,
          axisValue: (value) => latest.current.form.value(value),
          timeTicks: timeTicks(f),
        },
        content: latest.current.content,
        onPoint: (time) => latest.current.onPoint(time),
        onSelect: (span) => latest.current.onSelect(span),
      })
      observer.observe(element)
    })
    return () => {
      isOver = true
      observer.disconnect()
      cancelAnimationFrame(resized)
      plot.current?.stop()
      plot.current = undefined
    }
  }, [key, isShown])

  const { columns, thresholds, view } = content
  const drawn = JSON.stringify([thresholds, view])
  // `drawn` stands for what is compared by value; of the theme the colours are read from the document.
  useEffect(() => plot.current?.draw(latest.current.content), [columns, drawn])
  useEffect(() => plot.current?.recolour(), [theme])
  return { host, plot }
}

function remNow(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16
}
