/**
 * Draws what stands above the areas (labels, places or rings of them, names, alerts) onto the map's canvas by copying
 * ready-made signs, and tells what lies at a point of it.
 */
import type { NamedAlert } from '../../../../model/answers/alerts.ts'
import type { CoveredPlace } from '../../../../model/answers/places.ts'
import { nearestTo, type Tally } from './clusters.ts'
import { type Box, overlap } from './labels.ts'
import type { Layout } from './layouts.ts'
import type { PlacePoints } from './place-points.ts'
import { ringRadius } from './signs.ts'
import type { Sprite, Sprites } from './sprites.ts'

/** The part of the map that is on the canvas; sizes in CSS pixels. */
export interface Frame {
  readonly width: number
  readonly height: number
  readonly centre: readonly [number, number]
  readonly resolution: number
}

export interface Scene {
  readonly sprites: Sprites
  readonly layout: Layout
  readonly points: PlacePoints
  readonly labels: ReadonlyMap<string, readonly Sprite[]>
  /** The place that the page is about. */
  readonly chosen: string | null
}

export type Sign =
  | { readonly kind: 'place'; readonly place: CoveredPlace }
  | { readonly kind: 'cluster'; readonly tally: Tally; readonly members: readonly CoveredPlace[] }
  | { readonly kind: 'alerts'; readonly alerts: readonly NamedAlert[] }

/** So many places in view, and each is named. */
const mostNames = 60
/** How far an alert stands from what it is about, in CSS pixels: above a place, at the left shoulder of a ring. */
const lift = 17
const margin = 40

export function paint(context: CanvasRenderingContext2D, frame: Frame, scene: Scene): void {
  const { sprites, layout, points, labels, chosen } = scene
  const { scale, palette } = sprites.look
  const toX = (x: number) => (x - frame.centre[0]) / frame.resolution + frame.width / 2
  const toY = (y: number) => (frame.centre[1] - y) / frame.resolution + frame.height / 2
  const isSeen = (x: number, y: number, around = margin) =>
    x > -around && y > -around && x < frame.width + around && y < frame.height + around
  const put = ({ image, width, height, anchorX, anchorY }: Sprite, x: number, y: number) =>
    context.drawImage(image, Math.round(x - anchorX), Math.round(y - anchorY), width, height)

  /** Where something is written already. */
  const taken: Box[] = []
  for (const [code, box] of layout.labels) {
    const label = labels.get(code)?.[box.size]
    const [x, y] = [toX(box.x), toY(box.y)]
    if (!label || !isSeen(x, y, label.width)) continue
    taken.push({ ...box, x, y })
    put(label, x, y)
  }

  const { clusters } = layout
  if (clusters) {
    for (const index of layout.order) {
      const [x, y] = [toX(clusters.x[index] ?? 0), toY(clusters.y[index] ?? 0)]
      const tally = layout.tallies[index]
      if (!tally || !isSeen(x, y)) continue
      const only = clusters.count[index] === 1 ? points.states[layout.first[index] ?? -1] : undefined
      put(only ? sprites.state(only) : sprites.ring(tally), x, y)
    }
  } else {
    const seen: number[] = []
    const signs = {
      none: sprites.state('none'),
      installed: sprites.state('installed'),
      working: sprites.state('working'),
    }
    for (const index of points.order) {
      const [x, y] = [toX(points.x[index] ?? 0), toY(points.y[index] ?? 0)]
      if (!isSeen(x, y)) continue
      put(signs[points.states[index] ?? 'none'], x, y)
      seen.push(index)
    }
    if (seen.length <= mostNames) {
      // The dark ones are named first: they are drawn last.
      for (const index of seen.reverse()) {
        const name = sprites.name(points.places[index]?.name ?? '')
        const isChosen = points.places[index]?.id === chosen
        const x = toX(points.x[index] ?? 0) + (isChosen ? 6 * scale : 0)
        const y = toY(points.y[index] ?? 0)
        const box = { x: x + name.width / 2, y, width: name.width, height: name.height }
        if (taken.some((other) => overlap(other, box) > 0)) continue
        taken.push(box)
        put(name, x, y)
      }
    }
  }

  const about = points.places.findIndex(({ id }) => id === chosen)
  if (about >= 0)
    mark(context, toX(points.x[about] ?? 0), toY(points.y[about] ?? 0), 13 * scale, palette.accent)

  for (const group of layout.alerts) {
    const [x, y] = [toX(group.x), toY(group.y)]
    if (!isSeen(x, y)) continue
    const offset = alertOffset(layout, group, scale)
    put(sprites.alert(group.severity, group.alerts.length), x + offset[0], y + offset[1])
  }
}

/** A ring about what the page is about, or what is pointed at. */
export function mark(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  radius: number,
  colour: string,
): void {
  context.beginPath()
  context.arc(x, y, radius, 0, 2 * Math.PI)
  context.strokeStyle = colour
  context.lineWidth = radius / 6
  context.stroke()
}

function alertOffset(layout: Layout, at: { x: number; y: number }, scale: number): [number, number] {
  if (!layout.clusters) return [0, -lift * scale]
  const index = nearestTo(layout.clusters.x, layout.clusters.y, at.x, at.y)
  const count = layout.clusters.count[index] ?? 1
  if (count === 1) return [0, -lift * scale]
  const radius = ringRadius(count, scale)
  return [-radius * 0.9 - 2 * scale, -radius * 0.9 - scale]
}

/** What is drawn nearest to a point of the canvas, within so many CSS pixels; alerts before places. */
export function signAt(
  pixel: readonly [number, number],
  within: number,
  frame: Frame,
  scene: Scene,
): { sign: Sign; x: number; y: number } | undefined {
  const { layout, points, sprites } = scene
  const { scale } = sprites.look
  const { resolution } = frame
  const x = frame.centre[0] + (pixel[0] - frame.width / 2) * resolution
  const y = frame.centre[1] - (pixel[1] - frame.height / 2) * resolution

  let [alerts, least]: [(typeof layout.alerts)[number] | undefined, number] = [undefined, within * resolution]
  for (const group of layout.alerts) {
    const [right, down] = alertOffset(layout, group, scale)
    const far = Math.hypot(x - group.x - right * resolution, y - group.y + down * resolution)
    if (far < Math.min(least, 10 * scale * resolution)) [alerts, least] = [group, far]
  }
  if (alerts) return { sign: { kind: 'alerts', alerts: alerts.alerts }, x: alerts.x, y: alerts.y }

  const { clusters } = layout
  if (!clusters) {
    const near = nearestTo(points.x, points.y, x, y, within * resolution)
    const place = points.places[near]
    return place && { sign: { kind: 'place', place }, x: points.x[near] ?? 0, y: points.y[near] ?? 0 }
  }
  const near = nearestTo(clusters.x, clusters.y, x, y, Math.max(within, 24 * scale) * resolution)
  const tally = layout.tallies[near]
  const place = points.places[layout.first[near] ?? -1]
  if (!tally || !place) return undefined
  const [atX, atY, count] = [clusters.x[near] ?? 0, clusters.y[near] ?? 0, clusters.count[near] ?? 0]
  const reach = count === 1 ? within : Math.max(within, ringRadius(count, scale) + 3 * scale)
  if (Math.hypot(x - atX, y - atY) > reach * resolution) return undefined
  if (count === 1) return { sign: { kind: 'place', place }, x: atX, y: atY }
  const members = points.places.filter((_, index) => clusters.of[index] === near)
  return { sign: { kind: 'cluster', tally, members }, x: atX, y: atY }
}
