/**
 * What a chart draws, as plain numbers: rows made into columns with the gaps where data is missing, the range of an axis,
 * and what there is to say about a line in words. Nothing of the browser, so that tests can ask it anything.
 */

/** A span of time, epoch ms. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** What was measured at a moment (epoch ms); null: nothing. */
export interface Row {
  readonly time: number
  readonly values: readonly (number | null)[]
}

export interface Columns {
  readonly times: readonly number[]
  readonly values: readonly (readonly (number | null)[])[]
}

/** Two moments further apart than this have something missing between them. */
export function gapOf(times: readonly number[], windowMs: number): number {
  const steps = times.slice(1).map((time, index) => time - (times[index] ?? time))
  const usual = steps.toSorted((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0
  return Math.max(1.5 * windowMs, 2.5 * usual)
}

/** Rows by time as columns; where data is missing for longer than `gapMs`, a row of nothing, so that a line breaks there. */
export function columnsOf(rows: readonly Row[], width: number, gapMs: number): Columns {
  const times: number[] = []
  const values: (number | null)[][] = Array.from({ length: width }, () => [])
  const add = (time: number, of: readonly (number | null)[]) => {
    times.push(time)
    for (const [index, column] of values.entries()) column.push(of[index] ?? null)
  }
  for (const { time, values: of } of rows) {
    const before = times.at(-1)
    if (before !== undefined && time - before > gapMs) add((before + time) / 2, [])
    add(time, of)
  }
  return { times, values }
}

interface Told {
  readonly value: number
  readonly at: number
}

/** The lowest, highest and newest of a line, with when they were; undefined: it has no value. */
export function summaryOf(
  times: readonly number[],
  values: readonly (number | null)[],
): { readonly lowest: Told; readonly highest: Told; readonly newest: Told } | undefined {
  let summary: { lowest: Told; highest: Told; newest: Told } | undefined
  for (const [index, value] of values.entries()) {
    const at = times[index]
    if (value === null || at === undefined) continue
    const told = { value, at }
    summary = {
      lowest: summary && summary.lowest.value <= value ? summary.lowest : told,
      highest: summary && summary.highest.value >= value ? summary.highest : told,
      newest: told,
    }
  }
  return summary
}

/** What an axis may show: never less than `leastSpan`, so that noise does not look like an event, and never beyond what can be. */
export interface AxisLimits {
  readonly leastSpan: number
  readonly floor?: number | undefined
  readonly ceiling?: number | undefined
  /** Values that shall be on it whatever the data is: a target, or zero. */
  readonly include?: readonly number[]
}

export function axisRange(
  lowest: number | null,
  highest: number | null,
  limits: AxisLimits,
): [low: number, high: number] {
  const { leastSpan, floor = Number.NEGATIVE_INFINITY, ceiling = Number.POSITIVE_INFINITY } = limits
  const shown = [lowest, highest, ...(limits.include ?? [])].filter((value) => value !== null)
  if (shown.length === 0) return [Math.max(floor, 0), Math.min(ceiling, Math.max(floor, 0) + leastSpan)]
  const [least, most] = [Math.min(...shown), Math.max(...shown)]
  const room = Math.max(0.08 * (most - least), (leastSpan - (most - least)) / 2)
  const low = Math.max(floor, least - room)
  const high = Math.min(ceiling, Math.max(most + room, low + leastSpan))
  return [Math.max(floor, Math.min(low, high - leastSpan)), high]
}

/** A part of the whole around a moment, `factor` times as long as the view; the whole where it would be more. */
export function zoomed(
  view: Span,
  whole: Span,
  options: { factor: number; around?: number; leastMs: number },
) {
  const { factor, around = (view.from + view.to) / 2, leastMs } = options
  const length = Math.max(leastMs, (view.to - view.from) * factor)
  if (length >= whole.to - whole.from) return whole
  const share = (around - view.from) / (view.to - view.from)
  return within({ from: around - share * length, to: around + (1 - share) * length }, whole)
}

/** The span, moved so that it lies in the whole. */
export function within(span: Span, whole: Span): Span {
  const length = Math.min(span.to - span.from, whole.to - whole.from)
  const from = Math.min(Math.max(span.from, whole.from), whole.to - length)
  return { from, to: from + length }
}

/** Of moments in order the one nearest to another; null: there are none. */
export function nearestIndex(times: readonly number[], to: number): number | null {
  if (times.length === 0) return null
  const after = times.findIndex((time) => time >= to)
  if (after <= 0) return after === 0 ? 0 : times.length - 1
  return to - (times[after - 1] ?? to) <= (times[after] ?? to) - to ? after - 1 : after
}

/** The next moment that has a value, going from one; undefined: there is none on that side. */
export function nextIndex(
  columns: Columns,
  from: number,
  step: 1 | -1,
  isIn: (time: number) => boolean,
): number | undefined {
  for (let index = from + step; index >= 0 && index < columns.times.length; index += step) {
    const time = columns.times[index]
    if (time === undefined || !isIn(time)) return undefined
    if (columns.values.some((column) => typeof column[index] === 'number')) return index
  }
  return undefined
}
