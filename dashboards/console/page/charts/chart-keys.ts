/** What the keys do on a chart: from value to value, nearer and further, along, and back to the whole. */
import { type Columns, nextIndex, type Span } from './data.ts'

export type ChartAction =
  | { readonly does: 'zoom'; readonly factor: number }
  /** By a share of what is seen. */
  | { readonly does: 'shift'; readonly share: number }
  | { readonly does: 'step'; readonly by: 1 | -1 }
  | { readonly does: 'end'; readonly which: 'first' | 'last' }
  | { readonly does: 'whole' }

/** undefined: the key is not the chart's. */
export function actionOf(event: {
  readonly key: string
  readonly shiftKey: boolean
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
}): ChartAction | undefined {
  const { key, shiftKey } = event
  // The browser's own zoom, and its way back, stay the browser's.
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined
  const arrow = key === 'ArrowLeft' ? -1 : key === 'ArrowRight' ? 1 : undefined
  if (arrow) return shiftKey ? { does: 'shift', share: arrow / 4 } : { does: 'step', by: arrow }
  if (key === '+' || key === '=' || (shiftKey && key === 'ArrowUp')) return { does: 'zoom', factor: 0.5 }
  if (key === '-' || (shiftKey && key === 'ArrowDown')) return { does: 'zoom', factor: 2 }
  if (key === 'Home' || key === 'End') return { does: 'end', which: key === 'Home' ? 'first' : 'last' }
  if (key === 'Escape') return { does: 'whole' }
  return undefined
}

/** Where the cursor goes from `at` (null: it is nowhere yet) among what is seen; undefined: it stays. */
export function indexAfter(
  action: Extract<ChartAction, { does: 'step' | 'end' }>,
  columns: Columns,
  { at, view }: { readonly at: number | null; readonly view: Span },
): number | undefined {
  const isIn = (time: number) => time >= view.from && time <= view.to
  const by = action.does === 'step' ? action.by : action.which === 'first' ? 1 : -1
  const isHere = action.does === 'step' && at !== null && isIn(columns.times[at] ?? Number.NaN)
  const outside = by === 1 ? columns.times.findIndex(isIn) - 1 : columns.times.findLastIndex(isIn) + 1
  return nextIndex(columns, isHere ? at : outside, by, isIn)
}
