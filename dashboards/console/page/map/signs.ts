/**
 * The shapes of the map's signs, about the point 0,0 of a canvas. States and severities differ in shape as well as colour,
 * so that they are told apart without seeing colours, and from across a room.
 */
import type { Severity } from '../../../../model/alert.ts'
import type { CoverageState } from '../../../../model/place.ts'
import type { Tally } from './clusters.ts'
import type { Palette } from './palette.ts'

type Context = CanvasRenderingContext2D

function corners(context: Context, points: readonly (readonly [number, number])[]): void {
  context.beginPath()
  for (const [x, y] of points) context.lineTo(x, y)
  context.closePath()
}

/** Working: a disc. Dark: a diamond, larger. No camera: a small hollow square. */
export function drawState(context: Context, state: CoverageState, palette: Palette, scale: number): void {
  const colour = palette.states[state]
  context.lineJoin = 'round'
  if (state === 'none') {
    const half = 3 * scale
    context.fillStyle = palette.ground
    context.fillRect(-half - scale, -half - scale, 2 * (half + scale), 2 * (half + scale))
    context.strokeStyle = colour
    context.lineWidth = 1.6 * scale
    context.strokeRect(-half, -half, 2 * half, 2 * half)
    return
  }
  const half = 7 * scale
  if (state === 'installed')
    corners(context, [
      [0, -half],
      [half, 0],
      [0, half],
      [-half, 0],
    ])
  else {
    context.beginPath()
    context.arc(0, 0, 4.4 * scale, 0, 2 * Math.PI)
  }
  context.strokeStyle = palette.ground
  context.lineWidth = 3 * scale
  context.stroke()
  context.fillStyle = colour
  context.fill()
}

export function ringRadius(count: number, scale: number): number {
  return (9.5 + 2.6 * Math.log10(Math.max(1, count))) * scale
}

/** The shares of the three states around a count: a full band, a wider one for the dark, a thin line where there is none. */
export function drawRing(context: Context, tally: Tally, palette: Palette, scale: number): void {
  const count = tally.working + tally.installed + tally.none
  const radius = ringRadius(count, scale)
  context.beginPath()
  context.arc(0, 0, radius + 3.4 * scale, 0, 2 * Math.PI)
  context.fillStyle = palette.ground
  context.fill()
  const widths: Tally = { working: 3.6, installed: 6, none: 1.4 }
  let from = -Math.PI / 2
  for (const state of ['working', 'none', 'installed'] as const) {
    const to = from + (tally[state] / count) * 2 * Math.PI
    context.beginPath()
    context.arc(0, 0, radius, from, to)
    context.lineWidth = widths[state] * scale
    context.strokeStyle = palette.states[state]
    if (to > from) context.stroke()
    from = to
  }
}

/** How many are dark, in a diamond drawn wide enough for the number. */
export function drawDarkCount(
  context: Context,
  label: { text: string; width: number; x: number; y: number },
  palette: Palette,
  scale: number,
): void {
  const [half, point, height] = [label.width / 2 + 0.5 * scale, 6 * scale, 7.5 * scale]
  context.save()
  context.translate(label.x, label.y)
  corners(context, [
    [-half - point, 0],
    [-half + scale, -height],
    [half - scale, -height],
    [half + point, 0],
    [half - scale, height],
    [-half + scale, height],
  ])
  context.lineJoin = 'round'
  context.strokeStyle = palette.ground
  context.lineWidth = 2.5 * scale
  context.stroke()
  context.fillStyle = palette.states.installed
  context.fill()
  context.fillStyle = palette.ground
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  context.fillText(label.text, 0, 0.5 * scale)
  context.restore()
}

/** Critical: an octagon; major: a triangle; warning: a hollow triangle; info: a ring with a dot. */
export function drawAlert(context: Context, severity: Severity, palette: Palette, scale: number): void {
  const colour = palette.severities[severity]
  const size = 7.5 * scale
  context.lineJoin = 'round'
  if (severity === 'critical')
    corners(
      context,
      Array.from({ length: 8 }, (_, index) => {
        const turn = ((index + 0.5) * Math.PI) / 4
        return [Math.cos(turn) * size, Math.sin(turn) * size]
      }),
    )
  else if (severity === 'info') {
    context.beginPath()
    context.arc(0, 0, 5 * scale, 0, 2 * Math.PI)
  } else
    corners(context, [
      [0, -size],
      [size, size * 0.75],
      [-size, size * 0.75],
    ])
  context.strokeStyle = palette.ground
  context.lineWidth = 5 * scale
  context.stroke()
  const isHollow = severity === 'warning' || severity === 'info'
  context.fillStyle = isHollow ? palette.ground : colour
  context.fill()
  if (isHollow) {
    context.strokeStyle = colour
    context.lineWidth = 2 * scale
    context.stroke()
  }
  const ink = isHollow ? colour : palette.ground
  context.fillStyle = ink
  if (severity === 'info') {
    context.fillRect(-0.9 * scale, -1.8 * scale, 1.8 * scale, 3.6 * scale)
    return
  }
  const lift = severity === 'critical' ? 0 : 1.2 * scale
  context.fillRect(-0.9 * scale, lift - 4 * scale, 1.8 * scale, 4.4 * scale)
  context.fillRect(-0.9 * scale, lift + 1.6 * scale, 1.8 * scale, 1.8 * scale)
}
