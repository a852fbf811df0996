/**
 * The lowest value of a moving span of time, in little memory: only values that can still become the lowest are kept
 * (a monotonic queue). For "rises"; for "falls" the caller turns the sign.
 */

/** Points nearer than this part of the span to the one before add nothing that matters. */
const parts = 64

/**
 * `points`: times (epoch ms) and values in turn, oldest first; changed in place. At most about 64 points. Answers whether
 * they have changed: mostly they have not, and what has not changed need not be written.
 */
export function pushLowest(points: number[], options: { at: number; value: number; span: number }): boolean {
  const { at, value, span } = options
  const before = points.length
  let dropped = false
  while (points.length > 0 && (points.at(-1) ?? 0) >= value) {
    points.length -= 2
    dropped = true
  }
  const newest = points.at(-2)
  if (newest === undefined || at - newest >= span / parts) points.push(at, value)
  let gone = 0
  while (gone < points.length && (points[gone] ?? 0) < at - span) gone += 2
  if (gone > 0) points.splice(0, gone)
  // What was left out for being near to a point that has gone now.
  if (points.length === 0) points.push(at, value)
  return dropped || gone > 0 || points.length !== before
}
