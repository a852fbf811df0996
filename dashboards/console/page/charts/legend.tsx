/** What the lines of a chart are, and their values at the moment that is pointed at, or else the newest. */
import { useLocale } from '../parts/store.tsx'
import { summaryOf } from './data.ts'
import type { LineChartProps } from './line-chart.tsx'
import type { PlotLine } from './plot.ts'

export function Legend(
  props: Pick<LineChartProps, 'lines' | 'columns' | 'value'> & {
    readonly band: LineChartProps['band']
    /** The index of the moment that is pointed at; null: none. */
    readonly at: number | null
  },
) {
  const { lines, columns, band, at, value } = props
  const { t, f } = useLocale()
  const words = t.streets.chart
  const newest = lines.map((_, index) => summaryOf(columns.times, columns.values[index] ?? [])?.newest)
  const time = at === null ? Math.max(0, ...newest.map((told) => told?.at ?? 0)) : (columns.times[at] ?? 0)
  const valueIn = (index: number) =>
    at === null && index < lines.length ? newest[index]?.value : columns.values[index]?.[at ?? -1]
  const high = valueIn(lines.length)
  const low = valueIn(lines.length + 1)
  return (
    <figcaption class="legend small">
      <span class="legend__time soft">
        {time > 0 && (at === null ? words.newest(f.moment(time)) : f.moment(time))}
      </span>
      {lines.map((line, index) => {
        const shown = valueIn(index)
        return (
          <span class="legend__item" key={line.label}>
            <Swatch {...line} />
            {line.label} <b>{shown == null ? words.missing : value(shown)}</b>
          </span>
        )
      })}
      {band && (
        <span class="legend__item">
          <svg class="legend__swatch" viewBox="0 0 24 10" aria-hidden="true">
            <rect width="24" height="10" fill={`var(${band.colour})`} fill-opacity="0.3" />
          </svg>
          {band.label}{' '}
          {high != null && low != null && (
            <b>
              {value(low)} – {value(high)}
            </b>
          )}
        </span>
      )}
    </figcaption>
  )
}

function Swatch({ colour, isDashed }: PlotLine) {
  return (
    <svg class="legend__swatch" viewBox="0 0 24 10" aria-hidden="true">
      <path
        d="M0 5H24"
        stroke={`var(${colour})`}
        stroke-width="2.5"
        {...(isDashed ? { 'stroke-dasharray': '6 4' } : {})}
      />
    </svg>
  )
}
