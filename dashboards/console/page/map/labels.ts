/**
 * Where an area's name and share are written: inside it where they fit, beside the rings of places rather than over them,
 * and never over another label. In pixels; which resolution they are of is the caller's matter.
 */
import { areaOf, boundsOf, liesIn, type Polygon } from './polygons.ts'

export interface Box {
  /** The middle. */
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Labelled {
  readonly code: string
  readonly polygons: readonly Polygon[]
  /** As it should be, then shorter forms for where there is little room. */
  readonly sizes: readonly Size[]
}

/** `size`: which of the label's sizes it is. */
export interface Placed extends Box {
  readonly size: number
}

const steps = 13
/** So much of a label may lie under rings before a shorter one is tried. */
const mostCovered = 0.1
/** Moving aside from one label may lead over another, and back. */
const mostTurns = 4
/** Square pixels that rounding may leave. */
const slack = 1e-3

/** The place of each label that finds one; large areas choose first. */
export function labelPlaces(labels: readonly Labelled[], obstacles: readonly Box[]): Map<string, Placed> {
  const placed = new Map<string, Placed>()
  const sized = labels
    .map((label) => ({ label, body: label.polygons.toSorted((a, b) => areaOf(b) - areaOf(a))[0] }))
    .toSorted((a, b) => areaOf(b.body ?? []) - areaOf(a.body ?? []))
  for (const { label, body } of sized) {
    if (!body) continue
    for (const [size, sides] of label.sizes.entries()) {
      const best = bestOf(sides, body, obstacles, [...placed.values()])
      if (!best) continue
      placed.set(label.code, { ...best.box, size })
      if (best.covered <= mostCovered) break
    }
  }
  return placed
}

function bestOf(
  { width, height }: Size,
  body: Polygon,
  obstacles: readonly Box[],
  taken: readonly Box[],
): { box: Box; covered: number } | undefined {
  const [west, low, east, high] = boundsOf([body])
  // An area that is far smaller than its label would be hidden by it.
  if ((east - west) * (high - low) < (width * height) / 3) return undefined
  const near = (box: Box) =>
    box.x + box.width > west - width &&
    box.x - box.width < east + width &&
    box.y + box.height > low - height &&
    box.y - box.height < high + height
  const [rings, others] = [obstacles.filter(near), taken.filter(near)]
  const inside: Box[] = []
  for (let column = 1; column < steps; column++)
    for (let row = 1; row < steps; row++) {
      const x = west + ((east - west) * column) / steps
      const y = low + ((high - low) * row) / steps
      if (liesIn(body, x, y)) inside.push({ x, y, width, height })
    }
  const middle = {
    x: inside.reduce((sum, { x }) => sum + x, 0) / inside.length,
    y: inside.reduce((sum, { y }) => sum + y, 0) / inside.length,
  }
  const across = Math.hypot(east - west, high - low)
  let found: { box: Box; covered: number } | undefined
  let least = Number.POSITIVE_INFINITY
  for (const box of inside) {
    if (others.some((other) => overlap(box, other) > 0)) continue
    const covered = rings.reduce((sum, ring) => sum + overlap(box, ring), 0) / (width * height)
    // Whoever reads a share must not take it for that of the area beside.
    const samples = samplesOf(box)
    const outside = samples.filter(([x, y]) => !liesIn(body, x, y)).length / samples.length
    const cost = 6 * covered + 3 * outside + Math.hypot(box.x - middle.x, box.y - middle.y) / across
    if (cost < least) [found, least] = [{ box, covered }, cost]
  }
  return found
}

/** Points all over a box, its corners among them. */
const samplesOf = ({ x, y, width, height }: Box): [number, number][] =>
  [-0.5, -0.25, 0, 0.25, 0.5].flatMap((across): [number, number][] =>
    [-0.5, 0, 0.5].map((down) => [x + across * width, y + down * height]),
  )

/** The area that two boxes share. */
export function overlap(a: Box, b: Box): number {
  const across =
    Math.min(a.x + a.width / 2, b.x + b.width / 2) - Math.max(a.x - a.width / 2, b.x - b.width / 2)
  const down =
    Math.min(a.y + a.height / 2, b.y + b.height / 2) - Math.max(a.y - a.height / 2, b.y - b.height / 2)
  return across > 0 && down > 0 ? across * down : 0
}

/** A box beside the labels that it would have lain over, moved as little as that takes; where all is full, it stays over one. */
export function movedAside(box: Box, labels: readonly Box[]): Box {
  let moved = box
  for (let turn = 0; turn < mostTurns; turn++) {
    const at = moved
    const [worst] = labels
      .filter((label) => overlap(at, label) > slack)
      .sort((a, b) => overlap(at, b) - overlap(at, a))
    if (!worst) return at
    const across = (at.width + worst.width) / 2 - Math.abs(at.x - worst.x)
    const down = (at.height + worst.height) / 2 - Math.abs(at.y - worst.y)
    moved =
      across < down
        ? { ...at, x: at.x + Math.sign(at.x - worst.x || 1) * across }
        : { ...at, y: at.y + Math.sign(at.y - worst.y || 1) * down }
  }
  return moved
}

/** A name in at most two lines of about the same length. */
export function inTwoLines(name: string, longest = 13): string[] {
  if (name.length <= longest) return [name]
  const words = name.split(' ')
  const breaks = words
    .slice(1)
    .map((_, index) => [words.slice(0, index + 1).join(' '), words.slice(index + 1).join(' ')])
  const longer = (lines: readonly string[]) => Math.max(...lines.map(({ length }) => length))
  return breaks.toSorted((a, b) => longer(a) - longer(b))[0] ?? [name]
}
