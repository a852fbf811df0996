/**
 * Where things stand: points scattered around a commune's point within a circle of the commune's area, closer
 * together towards the middle, as places are. Called by demonstration.ts for places and devices.
 */
import type { Random } from '../model/random.ts'

export interface Point {
  /** WGS 84 degrees, to 5 decimals (about 1 m). */
  readonly longitude: number
  readonly latitude: number
}

/** Draws this many points and keeps the one farthest from its neighbours, so that places do not pile up. */
const candidates = 4

/** One point after another around a centre; `areaKm2` gives the circle. */
export function scatterer(centre: Point, areaKm2: number, random: Random): () => Point {
  // A commune is no circle: nine tenths of the radius keeps most points inside the real outline.
  const radius = 0.9 * Math.sqrt(areaKm2 / Math.PI) * 1000
  const taken: Point[] = []
  return () => {
    const drawn = Array.from({ length: candidates }, () =>
      // An exponent of 0.5 would be even over the circle; more of them lie in the middle.
      pointAt(centre, radius * random.next() ** 0.65, random.next() * 2 * Math.PI),
    )
    const room = (point: Point) => Math.min(...taken.map((other) => metresBetween(point, other)))
    const best = drawn.reduce((a, b) => (room(b) > room(a) ? b : a))
    taken.push(best)
    return best
  }
}

/** A point near another, at most `metres` away. */
export function near(point: Point, metres: number, random: Random): Point {
  return pointAt(point, metres * Math.sqrt(random.next()), random.next() * 2 * Math.PI)
}

const metresPerDegree = 111_195

/** Metres between two points of one city (the earth taken as flat there). */
export function metresBetween(a: Point, b: Point): number {
  const east = (a.longitude - b.longitude) * Math.cos((a.latitude * Math.PI) / 180)
  return metresPerDegree * Math.hypot(east, a.latitude - b.latitude)
}

function pointAt(from: Point, metres: number, bearing: number): Point {
  const degrees = metres / metresPerDegree
  const latitude = from.latitude + degrees * Math.cos(bearing)
  const longitude = from.longitude + (degrees * Math.sin(bearing)) / Math.cos((from.latitude * Math.PI) / 180)
  return { longitude: Number(longitude.toFixed(5)), latitude: Number(latitude.toFixed(5)) }
}
