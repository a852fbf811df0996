/** The plot on its element: made when there is one, made anew when its form changes, drawn as its content does, ended with it. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { useStore } from '../parts/store.tsx'
import type { Format } from '../words/format.ts'
import type { Span } from './data.ts'
import type { LineChartProps } from './line-chart.tsx'
import type { Plot, PlotContent } from './plot.ts'
import { timeTicks } from './time-axis.ts'

/** `host` is given to the element; `plot` is there as soon as its code is. */
export function usePlot(options: {
  form: Pick<LineChartProps, 'lines' | 'band' | 'value'> & { readonly f: Format }
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
