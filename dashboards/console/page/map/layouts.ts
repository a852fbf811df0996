/**
 * What is drawn at one distance from the city: the rings or single places, the alerts above them, the areas' labels beside
 * them. Worked out once for each quarter step of zoom and kept until what it was made of changes; panning works nothing out.
 */
import type { NamedAlert } from '../../../../model/answers/alerts.ts'
import { type AlertGroup, alertGroups } from './alert-groups.ts'
import { type Clusters, clustersOf, isNear, nearestTo, type Tally, talliesOf } from './clusters.ts'
import { type Box, labelPlaces, movedAside, overlap, type Placed } from './labels.ts'
import type { PlacePoints } from './place-points.ts'
import type { Polygon } from './polygons.ts'
import { ringRadius } from './signs.ts'
import type { Sprite } from './sprites.ts'

export interface Layout {
  /** Where each ring is drawn: beside the labels. undefined: each place is drawn by itself. */
  readonly clusters: Clusters | undefined
  readonly tallies: readonly Tally[]
  /** Indices of clusters, those with dark places last. */
  readonly order: readonly number[]
  /** Of each cluster, a place in it. */
  readonly first: Int32Array
  readonly alerts: readonly AlertGroup[]
  /** By area; positions on the map, sizes in pixels. */
  readonly labels: ReadonlyMap<string, Placed>
}

export interface LaidOut {
  readonly points: PlacePoints
  readonly alerts: readonly NamedAlert[]
  readonly areas: readonly {
    readonly code: string
    readonly polygons: readonly Polygon[]
    /** The whole label, then shorter ones. */
    readonly labels: readonly Sprite[]
  }[]
  readonly scale: number
}

/** How far apart rings are at least, in CSS pixels. */
const apart = 58
/** Layouts for each doubling of the distance. */
const stepsOfZoom = 4
const mostKept = 24

export interface Layouts {
  at(resolution: number): Layout
  /** What is given here is other than before; the rest still holds. */
  change(changed: Partial<LaidOut>): void
}

export function createLayouts(first: LaidOut): Layouts {
  let given = first
  const clusters = new Map<number, Clusters>()
  const kept = new Map<number, Layout>()

  function clustersAt(level: number, resolution: number): Clusters {
    const { points, scale } = given
    const known = clusters.get(level) ?? clustersOf(points.x, points.y, apart * scale * resolution)
    clusters.set(level, known)
    return known
  }

  function layOut(level: number): Layout {
    const resolution = 2 ** (level / stepsOfZoom)
    const { points, alerts, areas, scale } = given
    const gathered = clustersAt(level, resolution)
    const first = new Int32Array(gathered.count.length).fill(-1)
    for (const [point, cluster] of gathered.of.entries())
      if ((first[cluster] ?? 0) < 0) first[cluster] = point
    const rings = isNear(gathered) ? [] : ringsOf(gathered, resolution, scale)
    const labelled = areas.map(({ code, polygons, labels: sizes }) => ({
      code,
      polygons: scaled(polygons, 1 / resolution),
      sizes,
    }))
    // Rings move aside for the labels, and where they could not, the labels for them.
    const beside = besideLabels(rings, [...labelPlaces(labelled, rings).values()])
    const labels = labelPlaces(labelled, beside)
    const clusters = isNear(gathered)
      ? undefined
      : {
          ...gathered,
          x: Float64Array.from(beside, ({ x }) => x * resolution),
          y: Float64Array.from(beside, ({ y }) => y * resolution),
        }
    const tallies = clusters ? talliesOf(clusters, points.states) : []
    return {
      clusters,
      tallies,
      order: tallies.map((_, index) => index).sort((a, b) => darkOf(tallies, a) - darkOf(tallies, b)),
      first,
      alerts: alertGroups(alerts, (x, y) => {
        if (!clusters) return undefined
        const near = nearestTo(clusters.x, clusters.y, x, y, 2 * apart * scale * resolution)
        return near < 0 ? undefined : { x: clusters.x[near] ?? x, y: clusters.y[near] ?? y }
      }),
      labels: new Map(
        [...labels].map(([code, box]) => [code, { ...box, x: box.x * resolution, y: box.y * resolution }]),
      ),
    }
  }

  return {
    at(resolution) {
      // Upwards: what has room a little farther away has it here.
      const level = Math.ceil(Math.log2(resolution) * stepsOfZoom)
      const layout = kept.get(level) ?? layOut(level)
      kept.set(level, layout)
      if (kept.size > mostKept) {
        const [oldest] = kept.keys()
        if (oldest !== undefined) {
          kept.delete(oldest)
          clusters.delete(oldest)
        }
      }
      return layout
    },
    change(changed) {
      const { points } = given
      given = { ...given, ...changed }
      kept.clear()
      if (given.points.x !== points.x || changed.scale !== undefined) clusters.clear()
    },
  }
}

/** The box of each ring, in pixels. */
function ringsOf({ x, y, count }: Clusters, resolution: number, scale: number): Box[] {
  return Array.from(count, (places, index) => {
    // With room for the numbers at its shoulders.
    const side = 2 * (ringRadius(places, scale) + 8 * scale)
    return { x: (x[index] ?? 0) / resolution, y: (y[index] ?? 0) / resolution, width: side, height: side }
  })
}

/** Each ring beside the labels, unless it would then hide another: a ring says more than a name. */
function besideLabels(rings: readonly Box[], labels: readonly Box[]): readonly Box[] {
  const placed = [...rings]
  for (const [index, ring] of rings.entries()) {
    const moved = movedAside(ring, labels)
    if (moved === ring) continue
    const hidden = (box: Box) =>
      placed.reduce((sum, other, at) => sum + (at === index ? 0 : overlap(box, other)), 0)
    if (hidden(moved) <= hidden(ring)) placed[index] = moved
  }
  return placed
}

function scaled(polygons: readonly Polygon[], by: number): Polygon[] {
  return polygons.map((polygon) => polygon.map((ring) => ring.map(([x, y]) => [x * by, y * by] as const)))
}

const darkOf = (tallies: readonly Tally[], index: number) => tallies[index]?.installed ?? 0
