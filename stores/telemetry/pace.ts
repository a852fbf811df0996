/**
 * How much a step of the maintenance takes on: more while steps are short, less when one was long, so that
 * appends never wait long whatever the city's size and the machine's speed.
 */
export interface Pace {
  /** Buckets of the next step. */
  span(): number
  /** What a step took, ms: beside the appends, and between them (while they waited). */
  took(ms: { beside: number; between: number }): void
}

const longestBesideMs = 1000
const longestBetweenMs = 100

export function createPace(options: { first: number; most: number }): Pace {
  let span = options.first
  return {
    span: () => span,
    took({ beside, between }) {
      const share = Math.max(beside / longestBesideMs, between / longestBetweenMs)
      if (share > 1) span = Math.max(1, Math.floor(span / 2))
      else if (share < 0.3) span = Math.min(options.most, span * 2)
    },
  }
}
