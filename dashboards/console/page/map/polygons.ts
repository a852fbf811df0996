/**
 * Polygons on a flat map, as lists of rings: told apart into outsides and holes, and asked what lies in them. What
 * schematic-areas.ts draws and where labels.ts may write is decided with these.
 */
export type Ring = readonly (readonly [number, number])[]
/** The outside first, then its holes. */
export type Polygon = readonly Ring[]

/** Twice the area of a ring; its sign is the way round. */
function turnOf(ring: Ring): number {
  return ring.reduce((sum, [x, y], index) => {
    const [nextX, nextY] = ring[(index + 1) % ring.length] ?? [x, y]
    return sum + x * nextY - nextX * y
  }, 0)
}

export function areaOf(polygon: Polygon): number {
  return polygon.reduce((sum, ring, index) => sum + (index === 0 ? 1 : -1) * Math.abs(turnOf(ring) / 2), 0)
}

/** Whether a point lies in a polygon and not in a hole of it. */
export function liesIn(polygon: Polygon, x: number, y: number): boolean {
  let inside = false
  for (const ring of polygon)
    for (const [index, [ax, ay]] of ring.entries()) {
      const [bx, by] = ring[(index + 1) % ring.length] ?? [ax, ay]
      if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside
    }
  return inside
}

/** The polygons that rings make, whichever way round outsides and holes go: a ring within an odd number of others is a hole. */
export function polygonsOf(rings: readonly Ring[]): Polygon[] {
  const nested = rings.map((ring) => {
    const [x, y] = ring[0] ?? [0, 0]
    return { ring, around: rings.filter((other) => other !== ring && liesIn([other], x, y)) }
  })
  const size = (ring: Ring) => Math.abs(turnOf(ring))
  return nested
    .filter(({ around }) => around.length % 2 === 0)
    .map(({ ring }) => [
      ring,
      ...nested
        .filter(({ around }) => {
          const closest = around.toSorted((a, b) => size(a) - size(b))[0]
          return around.length % 2 === 1 && closest === ring
        })
        .map((hole) => hole.ring),
    ])
}

/** West, south, east, north. */
export function boundsOf(polygons: readonly Polygon[]): [number, number, number, number] {
  const bounds: [number, number, number, number] = [
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
  ]
  for (const [outside = []] of polygons)
    for (const [x, y] of outside) {
      bounds[0] = Math.min(bounds[0], x)
      bounds[1] = Math.min(bounds[1], y)
      bounds[2] = Math.max(bounds[2], x)
      bounds[3] = Math.max(bounds[3], y)
    }
  return bounds
}
