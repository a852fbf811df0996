/**
 * A small line without axes, for many side by side: what was, against what is usual where that is known. It says nothing
 * to screen readers: whoever uses it writes its figures beside it.
 */
import '../styles/charts.css'
import type { Span } from './data.ts'
import {
  height,
  lineOf,
  place,
  type SparklinePoint,
  type SparklineUsual,
  stretches,
  width,
} from './small-line.ts'

export type { SparklinePoint, SparklineUsual } from './small-line.ts'

export function Sparkline(props: {
  readonly points: readonly SparklinePoint[]
  readonly usual?: readonly SparklineUsual[]
  readonly span: Span
  readonly range: readonly [low: number, high: number]
  /** Moments further apart are not joined. */
  readonly gapMs: number
  /** Of what is usual. */
  readonly usualGapMs?: number
  readonly class?: string
}) {
  const { points, usual = [], span, range, gapMs, usualGapMs = gapMs } = props
  const to = { span, range }
  const newest = points.at(-1)
  const at = newest && place(newest, to)
  return (
    <svg
      class={`sparkline ${props.class ?? ''}`}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {stretches(usual, usualGapMs).map((part) => (
        <path
          class="sparkline__band"
          key={part[0]?.time}
          d={`${lineOf(
            part.map(({ time, highest }) => ({ time, value: highest })),
            to,
          )}${lineOf(part.map(({ time, lowest }) => ({ time, value: lowest })).toReversed(), to).replace(
            'M',
            'L',
          )}Z`}
        />
      ))}
      {stretches(usual, usualGapMs).map((part) => (
        <path
          class="sparkline__usual"
          key={part[0]?.time}
          d={lineOf(
            part.map(({ time, median }) => ({ time, value: median })),
            to,
          )}
        />
      ))}
      {stretches(points, gapMs).map((part) => (
        <path class="sparkline__line" key={part[0]?.time} d={lineOf(part, to)} />
      ))}
      {at && <path class="sparkline__now" d={`M${at}h0`} />}
    </svg>
  )
}
