/**
 * Areas drawn from nothing but where their places lie, for a city without boundaries: each area with places of its own is
 * a Voronoi cell about their mean, and an area above is the cells of those in it. The map calls them schematic, and so
 * they are; but every place lies inside the outline.
 */
import { Delaunay } from 'd3-delaunay'
import { type Polygon, polygonsOf, type Ring } from './polygons.ts'

/** The mean of an area's places, and how far they lie from it. In metres of a flat map, as all here. */
export interface Site {
  readonly code: string
  readonly x: number
  readonly y: number
  readonly reach: number
}

interface Point {
  readonly area: string
  readonly x: number
  readonly y: number
}

/** How far from its places a lonely area reaches. */
const loneliness = 600
/** Grid lines across the city, at most: what the outline costs stays the same however far a place is mistyped. */
const finest = 160

export function sitesOf(points: Iterable<Point>): Site[] {
  const groups = new Map<string, { x: number; y: number; points: Point[] }>()
  for (const point of points) {
    const group = groups.get(point.area) ?? { x: 0, y: 0, points: [] }
    group.x += point.x
    group.y += point.y
    group.points.push(point)
    groups.set(point.area, group)
  }
  return [...groups].map(([code, group]) => {
    const [x, y] = [group.x / group.points.length, group.y / group.points.length]
    const reach = group.points.reduce(
      (most, point) => Math.max(most, Math.hypot(point.x - x, point.y - y)),
      0,
    )
    return { code, x, y, reach }
  })
}

export interface Schematic {
  /** The outline of each group of sites: without the seams within it. `undefined`: in no group, and not drawn. */
  outlines(groupOf: (code: string) => string | undefined): Map<string, Polygon[]>
}

export function createSchematic(given: readonly Site[]): Schematic {
  const sites = apart(given)
  const edge = edgeOf(sites)
  const all = [...sites, ...edge]
  const { triangles, halfedges } = Delaunay.from(
    all,
    ({ x }) => x,
    ({ y }) => y,
  )
  const centre = (triangle: number) => circumcentre(all, triangles, triangle)

  return {
    outlines(groupOf) {
      const groups = sites.map(({ code }) => groupOf(code))
      const borders = new Map<string, Map<number, number>>()
      for (const [half, from] of triangles.entries()) {
        const group = groups[from]
        const twin = halfedges[half] ?? -1
        if (group === undefined || twin < 0 || groups[triangles[twin] ?? -1] === group) continue
        const border = borders.get(group) ?? new Map<number, number>()
        // Three cells meet at a corner: of one group, one border comes in and one goes out.
        border.set(Math.floor(half / 3), Math.floor(twin / 3))
        borders.set(group, border)
      }
      return new Map(
        [...borders].map(([group, border]) => [
          group,
          polygonsOf(chained(border).map((ring) => ring.map(centre))),
        ]),
      )
    },
  }
}

/** The rings that the borders make, each corner named by its triangle. */
function chained(next: Map<number, number>): number[][] {
  const rings: number[][] = []
  for (const [start] of next) {
    const ring: number[] = []
    for (let at: number | undefined = start; at !== undefined && next.has(at); ) {
      ring.push(at)
      const to: number | undefined = next.get(at)
      next.delete(at)
      at = to
    }
    if (ring.length >= 3) rings.push(ring)
  }
  return rings
}

/** Sites at one spot would be one cell: those that follow the first are moved a little, always the same way. */
function apart(sites: readonly Site[]): Site[] {
  const taken = new Set<string>()
  const step = (middle(nearestDistances(sites)) || loneliness) / 4
  return sites.map((site, index) => {
    let { x, y } = site
    for (let turn = 1; taken.has(`${x} ${y}`); turn++) {
      x = site.x + step * Math.cos((index + turn) * 2.4)
      y = site.y + step * Math.sin((index + turn) * 2.4)
    }
    taken.add(`${x} ${y}`)
    return { ...site, x, y }
  })
}

/**
 * Points around the city whose cells are the country outside it, at twice an area's reach from its site: a place is
 * always nearer to its own site than to one of them. None lies in a gap that the city encloses.
 */
function edgeOf(sites: readonly Site[]): { x: number; y: number }[] {
  const [first] = sites
  if (!first) return []
  const spacing = middle(nearestDistances(sites)) || loneliness
  const farthest = 3 * (middle(sites.map(({ reach }) => reach)) || spacing)
  const discs = sites.map(({ x, y, reach }) => ({ x, y, radius: 2 * Math.min(reach, farthest) + spacing }))
  const pad = Math.max(...discs.map(({ radius }) => radius)) * 1.2
  const [west, east] = [
    Math.min(...sites.map(({ x }) => x)) - pad,
    Math.max(...sites.map(({ x }) => x)) + pad,
  ]
  const [south, north] = [
    Math.min(...sites.map(({ y }) => y)) - pad,
    Math.max(...sites.map(({ y }) => y)) + pad,
  ]
  const step = Math.max(spacing / 3, (east - west) / finest, (north - south) / finest)
  const [columns, rows] = [Math.ceil((east - west) / step) + 3, Math.ceil((north - south) / step) + 3]

  const nearestTo = (cell: number) => {
    const x = west + ((cell % columns) - 1) * step
    const y = south + (Math.floor(cell / columns) - 1) * step
    let found = { x, y, clearance: Number.POSITIVE_INFINITY, disc: discs[0] }
    for (const disc of discs) {
      const clearance = Math.hypot(x - disc.x, y - disc.y) - disc.radius
      if (clearance < found.clearance) found = { x, y, clearance, disc }
    }
    return found
  }

  const points: { x: number; y: number }[] = []
  const seen = new Uint8Array(columns * rows)
  const open = [0]
  seen[0] = 1
  for (let cell = open.pop(); cell !== undefined; cell = open.pop()) {
    const { x, y, clearance, disc } = nearestTo(cell)
    if (clearance <= 0) continue
    if (disc && clearance < 1.5 * step) {
      // Drawn to the circle itself, so that the outline is round and not the grid's.
      const pull = disc.radius / (disc.radius + clearance)
      points.push({ x: disc.x + (x - disc.x) * pull, y: disc.y + (y - disc.y) * pull })
    }
    const column = cell % columns
    for (const next of [
      column > 0 ? cell - 1 : -1,
      column < columns - 1 ? cell + 1 : -1,
      cell - columns,
      cell + columns,
    ])
      if (next >= 0 && next < seen.length && !seen[next]) {
        seen[next] = 1
        open.push(next)
      }
  }
  return points
}

function nearestDistances(sites: readonly Site[]): number[] {
  return sites.flatMap((site) => {
    const distances = sites
      .map((other) => Math.hypot(site.x - other.x, site.y - other.y))
      .filter((far) => far > 0)
    return distances.length === 0 ? [] : [Math.min(...distances)]
  })
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

function circumcentre(
  points: readonly { x: number; y: number }[],
  triangles: Uint32Array,
  triangle: number,
): Ring[number] {
  const origin = { x: 0, y: 0 }
  const [a, b, c] = [0, 1, 2].map((corner) => points[triangles[triangle * 3 + corner] ?? -1] ?? origin)
  if (!a || !b || !c) return [0, 0]
  const [dx, dy, ex, ey] = [b.x - a.x, b.y - a.y, c.x - a.x, c.y - a.y]
  const [d, e] = [dx * dx + dy * dy, ex * ex + ey * ey]
  const area = 2 * (dx * ey - dy * ex)
  // A triangle without area is the seam of two cells: its middle will do.
  if (Math.abs(area) < 1e-9) return [(a.x + b.x + c.x) / 3, (a.y + b.y + c.y) / 3]
  return [a.x + (ey * d - dy * e) / area, a.y + (dx * e - ex * d) / area]
}
