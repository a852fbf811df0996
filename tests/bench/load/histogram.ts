/**
 * A histogram of latencies: 32 buckets for each doubling, so any quantile is exact to about 3 %, in a few
 * kilobytes however many are recorded. Used by the load generator.
 */
const subBuckets = 32

export interface Quantiles {
  /** All in ms; 0 when nothing was recorded. */
  readonly p50: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

export interface Histogram {
  /** Records a latency in ms. */
  record(milliseconds: number): void
  quantiles(): Quantiles
}

export function createHistogram(): Histogram {
  // Bucket index of a whole number of µs: the number itself below 32, then 32 to each power of two.
  const counts = new Float64Array(subBuckets * 28)
  let total = 0
  let max = 0

  function upperBound(index: number): number {
    if (index < subBuckets) return index + 1
    const doubling = Math.floor(index / subBuckets) - 1
    return (subBuckets + (index % subBuckets) + 1) * 2 ** doubling
  }

  function quantile(share: number): number {
    const rank = Math.ceil(total * share)
    let seen = 0
    for (let index = 0; index < counts.length; index++) {
      seen += counts[index] ?? 0
      if (seen >= rank && seen > 0) return Math.min(max, upperBound(index) / 1000)
    }
    return max
  }

  return {
    record(milliseconds) {
      const us = Math.min(Math.max(0, milliseconds * 1000), 2 ** 31 - 1) | 0
      const doubling = Math.max(0, 26 - Math.clz32(us))
      const index = doubling === 0 ? us : (doubling + 1) * subBuckets + (us >> doubling) - subBuckets
      counts[index] = (counts[index] ?? 0) + 1
      total += 1
      if (milliseconds > max) max = milliseconds
    },
    quantiles: () => ({ p50: quantile(0.5), p99: quantile(0.99), p999: quantile(0.999), max }),
  }
}
