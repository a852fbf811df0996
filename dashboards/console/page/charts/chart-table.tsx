/** What a chart shows as a table, the newest first: for those who do not see the canvas, and for exact figures. */
import { useState } from 'preact/hooks'
import { useLocale } from '../parts/store.tsx'
import type { Span } from './data.ts'
import type { LineChartProps } from './line-chart.tsx'

const atFirst = 100

export function ChartTable(
  props: Pick<LineChartProps, 'label' | 'lines' | 'columns' | 'value'> & { readonly view: Span },
) {
  const { label, lines, columns, view, value } = props
  const { t, f } = useLocale()
  const [most, setMost] = useState(atFirst)
  const rows = columns.times
    .map((time, index) => ({ time, values: lines.map((_, line) => columns.values[line]?.[index] ?? null) }))
    .filter(
      ({ time, values }) => time >= view.from && time <= view.to && values.some((shown) => shown !== null),
    )
    .toReversed()
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="chart__table" tabIndex={0} aria-label={label}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t.streets.chart.time}</th>
            {lines.map((line) => (
              <th scope="col" class="number" key={line.label}>
                {line.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, most).map(({ time, values }) => (
            <tr key={time}>
              <td>{f.moment(time)}</td>
              {values.map((shown, index) => (
                <td class="number" key={lines[index]?.label}>
                  {shown === null ? t.streets.chart.missing : value(shown)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > most && (
        <button type="button" class="button" onClick={() => setMost(most + atFirst)}>
          {t.shell.more}
        </button>
      )}
    </section>
  )
}
