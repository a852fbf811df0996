/**
 * Which areas the map shows of the city's, which of them an area or a place belongs to, and how each is shaded by its
 * distance from the target. The map, its legend and its tooltips go by these alone.
 */

import type { AreaSummary } from '../../../../model/answers/areas.ts'
import type { Coverage, CoverageTotal } from '../../../../model/coverage.ts'
import type { Areas } from '../store/areas.ts'

/** Those in `within` (or below the only area at the top); an area that holds no others is shown itself. */
export function shownAreas(areas: Areas, within: string | null): readonly AreaSummary[] {
  const tops = areas.childrenOf(null)
  const [only] = tops
  const parent = within ?? (tops.length === 1 ? (only?.code ?? null) : null)
  const children = areas.childrenOf(parent)
  const itself = parent === null ? undefined : areas.byCode.get(parent)
  return children.length > 0 ? children : itself ? [itself] : []
}

/** Of each area in the city, which of the shown ones it lies in. */
export function shownAbove(areas: Areas, shown: readonly AreaSummary[]): Map<string, string> {
  const codes = new Set(shown.map(({ code }) => code))
  const above = new Map<string, string>()
  for (const code of areas.byCode.keys()) {
    const found = areas.pathOf(code).find((area) => codes.has(area.code))
    if (found) above.set(code, found.code)
  }
  return above
}

/** The figures of each shown area. An area without others in it is answered as the total. */
export function figuresOf(coverage: Coverage, shown: readonly AreaSummary[]): Map<string, CoverageTotal> {
  const figures = new Map<string, CoverageTotal>(coverage.areas.map((area) => [area.code, area]))
  const [only] = shown
  if (shown.length === 1 && only && !figures.has(only.code)) figures.set(only.code, coverage.total)
  return figures
}

/** From far below the target to well above it. */
export const shades = ['farBelow', 'below', 'justBelow', 'reached', 'wellAbove'] as const
export type Shade = (typeof shades)[number]

/** Shares from which on a shade holds, counted from the target. */
const beginnings: readonly (readonly [number, Shade])[] = [
  [0.15, 'wellAbove'],
  [0, 'reached'],
  [-0.15, 'justBelow'],
  [-0.3, 'below'],
]

/** The shade of an installed share; undefined: no place is known there. */
export function shadeOf(share: number | null, target: number): Shade | undefined {
  if (share === null) return undefined
  // 0.7 - 0.7 may be a hair below nought.
  return beginnings.find(([from]) => share - target >= from - 1e-9)?.[1] ?? 'farBelow'
}
