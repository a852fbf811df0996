/**
 * One chart on its canvas: uPlot with our colours, axes and gestures. line-chart.tsx loads this file when it first needs
 * it, and says what to draw; nothing here outlives `stop()`.
 */
import 'uplot/dist/uPlot.min.css'
import uPlot from 'uplot'
import { type AxisLimits, axisRange, type Columns, type Span } from './data.ts'

export interface PlotLine {
  readonly label: string
  /** The name of a colour of tokens.css, such as `--working`. */
  readonly colour: string
  readonly isDashed?: boolean
  readonly isStepped?: boolean
  readonly isFilled?: boolean
}

/** A line across the chart with its name: a target, or a limit. */
export interface Threshold {
  readonly label: string
  readonly value: number
  readonly colour: string
}

/** What does not change while a plot lives. `columns` hold the lines, then the band's top and bottom. */
export interface PlotForm {
  readonly lines: readonly PlotLine[]
  readonly hasBand: boolean
  readonly bandColour: string
  readonly timeZone: string
  /** px: what a rem is here. */
  readonly rem: number
  axisValue(value: number): string
  timeTicks(moments: readonly number[], step: number): string[]
}

export interface PlotContent {
  readonly columns: Columns
  readonly thresholds: readonly Threshold[]
  readonly limits: AxisLimits
  readonly view: Span
}

export interface Plot {
  draw(content: PlotContent): void
  /** Puts the cursor on a moment, by its index; null: nowhere. */
  point(index: number | null): void
  recolour(): void
  resize(): void
  stop(): void
}

export function createPlot(options: {
  host: HTMLElement
  form: PlotForm
  content: PlotContent
  /** The cursor is on a moment, epoch ms; null: on none. */
  onPoint(time: number | null): void
  /** A span was drawn with the mouse. */
  onSelect(span: Span): void
}): Plot {
  const { host, form, onPoint, onSelect } = options
  const { rem } = form
  let content = options.content
  let colours = coloursOf(host)
  let pointed: number | null = null
  let isDrawing = true
  // uPlot reads whole pixels only.
  const font = `${Math.round(0.75 * rem)}px ${colours('--font')}`
  const thin = Math.max(1, rem / 14)
  const thick = Math.max(1.5, rem / 8)

  const line = ({ label, colour, isDashed, isStepped, isFilled }: PlotLine): uPlot.Series => ({
    label,
    stroke: () => colours(colour),
    width: thick,
    dash: isDashed ? [rem / 2, rem / 3] : [],
    points: { show: (plot, index, from, to) => standsAlone(plot, index, from, to), size: thick * 2.5 },
    ...(isStepped && uPlot.paths.stepped ? { paths: uPlot.paths.stepped({ align: 1 }) } : {}),
    ...(isFilled ? { fill: () => translucent(colours(colour)) } : {}),
  })
  const edge: uPlot.Series = { stroke: 'transparent', width: 0, points: { show: false } }
  const axis = {
    stroke: () => colours('--text-soft'),
    font,
    lineGap: 1.35,
    grid: { stroke: () => colours('--line'), width: thin },
    ticks: { stroke: () => colours('--line'), width: thin, size: 0.3 * rem },
    gap: 0.3 * rem,
  }

  const plot = new uPlot(
    {
      ...sizeOf(host),
      ms: 1,
      tzDate: (moment) => uPlot.tzDate(new Date(moment), form.timeZone),
      padding: [0.6 * rem, 1.2 * rem, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: true, y: false, setScale: false, dist: 6 },
        points: { size: thick * 4, width: thick },
      },
      scales: {
        x: { time: true },
        y: { range: (_, low, high) => axisRange(low, high, { ...content.limits, include: included() }) },
      },
      axes: [
        {
          ...axis,
          size: 2.6 * rem,
          space: 4.6 * rem,
          values: (_, moments, __, ___, step) => form.timeTicks(moments, step),
        },
        {
          ...axis,
          space: 2.4 * rem,
          size: (_, values) =>
            (1.4 + 0.44 * Math.max(2, ...(values ?? []).map((value) => value?.length ?? 0))) * rem,
          values: (_, values) => values.map((value) => form.axisValue(value)),
        },
      ],
      series: [{}, ...form.lines.map(line), ...(form.hasBand ? [edge, edge] : [])],
      bands: form.hasBand
        ? [
            {
              series: [form.lines.length + 1, form.lines.length + 2],
              fill: () => translucent(colours(form.bandColour)),
            },
          ]
        : [],
      hooks: {
        draw: [drawThresholds],
        setCursor: [
          ({ cursor }) => {
            // What is drawn anew under a cursor that stays does not move it.
            if (isDrawing) return
            pointed = (cursor.left ?? -1) < 0 ? null : timeAt(cursor.idx)
            onPoint(pointed)
          },
        ],
        setSelect: [
          (self) => {
            const { left, width } = self.select
            if (width < 6) return
            onSelect({ from: self.posToVal(left, 'x'), to: self.posToVal(left + width, 'x') })
            self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
          },
        ],
      },
    },
    aligned(content),
    host,
  )
  show()

  function timeAt(index: number | null | undefined): number | null {
    return content.columns.times[index ?? -1] ?? null
  }

  function included(): number[] {
    return [...(content.limits.include ?? []), ...content.thresholds.map(({ value }) => value)]
  }

  function show(): void {
    isDrawing = true
    plot.batch(() => {
      plot.setData(aligned(content), false)
      plot.setScale('x', { min: content.view.from, max: content.view.to })
    })
    place()
    isDrawing = false
  }

  function place(): void {
    const { from, to } = content.view
    const isSeen = pointed !== null && pointed >= from && pointed <= to
    plot.setCursor(isSeen ? { left: plot.valToPos(pointed ?? from, 'x'), top: 0 } : nowhere, false)
  }

  function drawThresholds(self: uPlot): void {
    const { ctx, bbox } = self
    const ratio = uPlot.pxRatio
    for (const { label, value, colour } of content.thresholds) {
      const y = Math.round(self.valToPos(value, 'y', true))
      ctx.save()
      ctx.strokeStyle = colours(colour)
      ctx.lineWidth = thick * ratio
      ctx.setLineDash([0.5 * rem * ratio, 0.35 * rem * ratio])
      ctx.beginPath()
      ctx.moveTo(bbox.left, y)
      ctx.lineTo(bbox.left + bbox.width, y)
      ctx.stroke()
      ctx.font = `600 ${0.75 * rem * ratio}px ${colours('--font')}`
      ctx.textAlign = 'right'
      const isNearTop = y - bbox.top < 1.2 * rem * ratio
      ctx.textBaseline = isNearTop ? 'top' : 'bottom'
      const at = { x: bbox.left + bbox.width, y: y + (isNearTop ? 0.3 : -0.25) * rem * ratio }
      // The name stays legible over whatever line runs below it.
      ctx.setLineDash([])
      ctx.lineWidth = 0.3 * rem * ratio
      ctx.lineJoin = 'round'
      ctx.strokeStyle = colours('--raised')
      ctx.strokeText(label, at.x, at.y)
      ctx.fillStyle = colours(colour)
      ctx.fillText(label, at.x, at.y)
      ctx.restore()
    }
  }

  return {
    draw(next) {
      content = next
      show()
    },
    point(index) {
      pointed = timeAt(index)
      place()
    },
    recolour() {
      colours = coloursOf(host)
      plot.redraw(false, true)
    },
    resize() {
      plot.setSize(sizeOf(host))
      place()
    },
    stop: () => plot.destroy(),
  }
}

const nowhere = { left: -10, top: -10 } as const

function aligned({ columns }: PlotContent): uPlot.AlignedData {
  return [[...columns.times], ...columns.values.map((column) => [...column])]
}

function sizeOf(host: HTMLElement) {
  return { width: Math.max(120, host.clientWidth), height: Math.max(80, host.clientHeight) }
}

/** The colours of the theme as they are now. */
function coloursOf(host: HTMLElement): (name: string) => string {
  const style = getComputedStyle(host)
  return (name) => style.getPropertyValue(name).trim()
}

function translucent(colour: string): string {
  return /^#[0-9a-f]{6}$/i.test(colour) ? `${colour}38` : colour
}

/** Points are drawn where there are few, so that a value between two gaps is seen at all. */
function standsAlone(plot: uPlot, index: number, from: number, to: number): boolean {
  const values = plot.data[index] ?? []
  if (to - from <= 24) return true
  for (let at = from; at <= to; at++)
    if (values[at] != null && values[at - 1] == null && values[at + 1] == null) return true
  return false
}
