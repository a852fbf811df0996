/**
 * The signs of the map, each drawn once for a theme and size and then only copied: on a screen without a GPU this is what
 * makes ten thousand places quick. Bounded: the sign that was made first leaves first, and is made again when it is needed.
 */
import type { Severity } from '../../../../model/alert.ts'
import type { CoverageState } from '../../../../model/place.ts'
import type { Tally } from './clusters.ts'
import type { Palette } from './palette.ts'
import { drawAlert, drawDarkCount, drawRing, drawState, ringRadius } from './signs.ts'

/** An image and the point in it, in CSS pixels, that lies on the sign's position. */
export interface Sprite {
  readonly image: HTMLCanvasElement
  readonly width: number
  readonly height: number
  readonly anchorX: number
  readonly anchorY: number
}

/** How the map looks at present. `scale`: 1 where a rem has 16 pixels or less, more on a wall. */
export interface Look {
  readonly palette: Palette
  readonly scale: number
  readonly pixelRatio: number
  readonly font: string
  whole(value: number | null): string
  share(value: number | null): string
}

export interface Sprites {
  readonly look: Look
  state(state: CoverageState): Sprite
  ring(tally: Tally): Sprite
  alert(severity: Severity, count: number): Sprite
  /** A place's name, beginning at the right of its sign. */
  name(text: string): Sprite
  areaLabel(lines: readonly string[], share: string): Sprite
}

const most = 1200

export function createSprites(look: Look): Sprites {
  const { palette, scale, pixelRatio, font } = look
  const made = new Map<string, Sprite>()
  const ruler = document.createElement('canvas').getContext('2d')

  function sprite(
    key: string,
    size: { width: number; height: number; anchorX: number; anchorY: number },
    draw: (context: CanvasRenderingContext2D) => void,
  ): Sprite {
    const known = made.get(key)
    if (known) return known
    const image = document.createElement('canvas')
    image.width = Math.ceil(size.width * pixelRatio)
    image.height = Math.ceil(size.height * pixelRatio)
    const context = image.getContext('2d')
    if (context) {
      context.scale(pixelRatio, pixelRatio)
      context.translate(size.anchorX, size.anchorY)
      draw(context)
    }
    const one = { ...size, image, width: image.width / pixelRatio, height: image.height / pixelRatio }
    made.set(key, one)
    const [oldest] = made.keys()
    if (made.size > most && oldest !== undefined) made.delete(oldest)
    return one
  }

  /** A sign in the middle of a square. */
  function square(key: string, half: number, draw: (context: CanvasRenderingContext2D) => void): Sprite {
    const side = Math.ceil(half * 2)
    return sprite(key, { width: side, height: side, anchorX: side / 2, anchorY: side / 2 }, draw)
  }

  const type = (weight: number, size: number) => `${weight} ${Math.round(size * scale * 10) / 10}px ${font}`

  function widthOf(text: string, face: string): number {
    if (!ruler) return text.length * 8
    ruler.font = face
    return ruler.measureText(text).width
  }

  function write(
    context: CanvasRenderingContext2D,
    text: string,
    x: number,
    y: number,
    colour: string,
  ): void {
    context.lineJoin = 'round'
    context.lineWidth = 3.5 * scale
    context.strokeStyle = palette.plate
    context.strokeText(text, x, y)
    context.fillStyle = colour
    context.fillText(text, x, y)
  }

  return {
    look,
    state: (state) =>
      square(`state ${state}`, 9 * scale, (context) => drawState(context, state, palette, scale)),
    ring(tally) {
      const { working, installed, none } = tally
      const radius = ringRadius(working + installed + none, scale)
      return square(`ring ${working} ${installed} ${none}`, radius + 15 * scale, (context) => {
        drawRing(context, tally, palette, scale)
        context.textAlign = 'center'
        context.textBaseline = 'middle'
        context.font = type(650, 10.5)
        context.fillStyle = palette.text
        context.fillText(look.whole(working + installed + none), 0, 0.5 * scale)
        if (installed === 0) return
        context.font = type(750, 9.5)
        const text = look.whole(installed)
        drawDarkCount(
          context,
          { text, width: context.measureText(text).width, x: radius * 0.72, y: -radius * 0.78 },
          palette,
          scale,
        )
      })
    },
    alert: (severity, count) =>
      square(`alert ${severity} ${count}`, 20 * scale, (context) => {
        drawAlert(context, severity, palette, scale)
        if (count < 2) return
        context.font = type(700, 10)
        context.textAlign = 'right'
        context.textBaseline = 'middle'
        write(context, look.whole(count), -8.5 * scale, 0, palette.text)
      }),
    name(text) {
      const face = type(500, 11)
      const size = { width: widthOf(text, face) + 16 * scale, height: 18 * scale }
      return sprite(`name ${text}`, { ...size, anchorX: 0, anchorY: 9 * scale }, (context) => {
        context.font = face
        context.textBaseline = 'middle'
        write(context, text, 9 * scale, 0, palette.text)
      })
    },
    areaLabel(lines, share) {
      const [name, figure] = [type(560, 12), type(700, 15)]
      const width = Math.max(widthOf(share, figure), ...lines.map((line) => widthOf(line, name))) + 8 * scale
      const height = (lines.length * 14 + 20) * scale
      const size = { width, height, anchorX: width / 2, anchorY: height / 2 }
      return sprite(`area ${lines.join('/')} ${share}`, size, (context) => {
        context.textAlign = 'center'
        context.textBaseline = 'middle'
        context.font = name
        for (const [index, line] of lines.entries())
          write(context, line, 0, -height / 2 + (index * 14 + 8) * scale, palette.text)
        context.font = figure
        write(context, share, 0, height / 2 - 10 * scale, palette.text)
      })
    },
  }
}
