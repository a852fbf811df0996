/** The paths of a small line: its unbroken parts, placed on a box that is stretched to where it is shown. */
import type { Span } from './data.ts'

export interface SparklinePoint {
  /** Epoch ms. */
  readonly time: number
  readonly value: number
}

/** What is usual at a moment, epoch ms. */
export interface SparklineUsual {
  readonly time: number
  readonly median: number
  readonly lowest: number
  readonly highest: number
}

export const width = 240
export const height = 60

/** The points in unbroken parts. */
export function stretches<T extends { readonly time: number }>(points: readonly T[], gapMs: number): T[][] {
  const parts: T[][] = []
  for (const point of points) {
    const part = parts.at(-1)
    const before = part?.at(-1)
    if (part && before && point.time - before.time <= gapMs) part.push(point)
    else parts.push([point])
  }
  return parts
}

interface Onto {
  readonly span: Span
  readonly range: readonly [low: number, high: number]
}

export function place({ time, value }: SparklinePoint, { span, range: [low, high] }: Onto): string {
  const x = ((time - span.from) / (span.to - span.from)) * width
  const y = height - ((value - low) / (high - low || 1)) * height
  return `${x.toFixed(1)} ${Math.min(height, Math.max(0, y)).toFixed(1)}`
}

/** The path through points; a single one is a dot, for lines with round ends. */
export function lineOf(points: readonly SparklinePoint[], onto: Onto): string {
  const path = points.map((point, index) => `${index === 0 ? 'M' : 'L'}${place(point, onto)}`).join('')
  return points.length === 1 ? `${path}h0` : path
}
