/**
 * Places gathered where they would lie over one another: by distance alone, never by state, so that a ring stays where it
 * is when a camera fails. The same places at the same distance always make the same rings.
 */
import type { CoverageState } from '../../../../model/place.ts'

export type Tally = Record<CoverageState, number>

export interface Clusters {
  /** Of each point, the index of the cluster that it is in. */
  readonly of: Int32Array
  /** The middle of each cluster, and how many are in it. */
  readonly x: Float64Array
  readonly y: Float64Array
  readonly count: Uint32Array
}

/** More rows than the world has at a pixel each, nearest: no two cells have one key. */
const mostRows = 2 ** 26

/** No two leaders are nearer than `radius`; everyone else goes to the nearest leader. */
export function clustersOf(xs: Float64Array, ys: Float64Array, radius: number): Clusters {
  const grid = new Map<number, number[]>()
  const leaders: number[] = []
  const cell = (value: number) => Math.floor(value / radius)
  const keyOf = (column: number, row: number) => column * mostRows + row

  /** The index of the nearest leader within `radius`; -1: there is none. */
  function leaderNear(x: number, y: number): number {
    let [found, least] = [-1, radius * radius]
    const [middle, line] = [cell(x), cell(y)]
    for (let column = middle - 1; column <= middle + 1; column++)
      for (let row = line - 1; row <= line + 1; row++) {
        const near = grid.get(keyOf(column, row))
        if (!near) continue
        for (const index of near) {
          const point = leaders[index] ?? 0
          const far = (x - (xs[point] ?? 0)) ** 2 + (y - (ys[point] ?? 0)) ** 2
          if (far < least) [found, least] = [index, far]
        }
      }
    return found
  }

  for (const [point, x] of xs.entries()) {
    const y = ys[point] ?? 0
    if (leaderNear(x, y) >= 0) continue
    const key = keyOf(cell(x), cell(y))
    const here = grid.get(key)
    if (here) here.push(leaders.length)
    else grid.set(key, [leaders.length])
    leaders.push(point)
  }
  const of = Int32Array.from(xs, (x, point) => leaderNear(x, ys[point] ?? 0))

  const x = new Float64Array(leaders.length)
  const y = new Float64Array(leaders.length)
  const count = new Uint32Array(leaders.length)
  for (const [point, cluster] of of.entries()) {
    const known = count[cluster] ?? 0
    x[cluster] = ((x[cluster] ?? 0) * known + (xs[point] ?? 0)) / (known + 1)
    y[cluster] = ((y[cluster] ?? 0) * known + (ys[point] ?? 0)) / (known + 1)
    count[cluster] = known + 1
  }
  return { of, x, y, count }
}

/** How many of each state are in each cluster. */
export function talliesOf(clusters: Clusters, states: readonly CoverageState[]): Tally[] {
  const tallies = Array.from(clusters.count, () => ({ working: 0, installed: 0, none: 0 }))
  for (const [point, state] of states.entries()) {
    const tally = tallies[clusters.of[point] ?? -1]
    if (tally) tally[state]++
  }
  return tallies
}

/** Whether so few would be gathered that each place may as well be seen by itself. */
export function isNear(clusters: Clusters): boolean {
  return clusters.of.length <= 4 * clusters.count.length
}

/** The index of the cluster or point nearest to a position, within a distance; -1: there is none. */
export function nearestTo(
  xs: Float64Array,
  ys: Float64Array,
  x: number,
  y: number,
  within = Number.POSITIVE_INFINITY,
): number {
  let [found, least] = [-1, within * within]
  for (let index = 0; index < xs.length; index++) {
    const far = (x - (xs[index] ?? 0)) ** 2 + (y - (ys[index] ?? 0)) ** 2
    if (far <= least) [found, least] = [index, far]
  }
  return found
}
