/**
 * The map's colours, read from the style sheet where each theme has its own (styles/map.css): what is drawn on the canvas
 * follows the page's tokens, and no colour is written in script.
 */
import type { Severity } from '../../../../model/alert.ts'
import type { CoverageState } from '../../../../model/place.ts'
import type { Shade } from './shown-areas.ts'

export interface Palette {
  readonly ground: string
  readonly text: string
  readonly accent: string
  readonly rest: string
  readonly restLine: string
  readonly border: string
  readonly unknown: string
  readonly plate: string
  readonly states: Readonly<Record<CoverageState, string>>
  readonly severities: Readonly<Record<Severity, string>>
  readonly shades: Readonly<Record<Shade, string>>
}

export function paletteOf(element: Element): Palette {
  const style = getComputedStyle(element)
  const colour = (name: string) => style.getPropertyValue(`--map-${name}`).trim()
  return {
    ground: colour('ground'),
    text: colour('text'),
    accent: colour('accent'),
    rest: colour('rest'),
    restLine: colour('rest-line'),
    border: colour('border'),
    unknown: colour('unknown'),
    plate: colour('plate'),
    states: { working: colour('working'), installed: colour('installed'), none: colour('none') },
    severities: {
      critical: colour('critical'),
      major: colour('major'),
      warning: colour('warning'),
      info: colour('info'),
    },
    shades: {
      farBelow: colour('far-below'),
      below: colour('below'),
      justBelow: colour('just-below'),
      reached: colour('reached'),
      wellAbove: colour('well-above'),
    },
  }
}
