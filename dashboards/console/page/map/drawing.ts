/**
 * What the page and the drawing of the map say to one another: what is to be shown, what is pointed at, how it is moved. Types
 * alone, so that the page needs nothing of the drawing until it is loaded.
 */
import type { NamedAlert } from '../../../../model/answers/alerts.ts'
import type { AreaFeatures } from '../../../../model/answers/areas.ts'
import type { BaseMap } from '../../../../model/answers/city.ts'
import type { CoveredPlace } from '../../../../model/answers/places.ts'
import type { Coverage } from '../../../../model/coverage.ts'
import type { Areas } from '../store/areas.ts'
import type { Look } from './sprites.ts'
import type { Sign } from './symbols.ts'

export interface Content {
  readonly areas: Areas
  readonly within: string | null
  readonly place: string | null
  readonly places: ReadonlyMap<string, CoveredPlace> | undefined
  /** null: they cannot be had; undefined: not known yet. */
  readonly boundaries: AreaFeatures | null | undefined
  readonly coverage: Coverage | undefined
  readonly alerts: ReadonlyMap<number, NamedAlert> | undefined
  readonly baseMap: BaseMap | null
  readonly look: Look
}

export type Thing = Sign | { readonly kind: 'area'; readonly code: string }
export type Pixel = readonly [number, number]

export interface Events {
  /** What the pointer is over, and where; undefined: nothing, or it left. */
  onPoint(thing: Thing | undefined, pixel: Pixel): void
  onOpen(thing: Thing): void
  /** Somebody tries to move or zoom in a way that the map leaves to the page. */
  onHint(hint: 'wheel' | 'touch'): void
  onMove(): void
}

export interface DrawnMap {
  /** Draws this from now on; answers whether the areas are schematic. */
  show(content: Content): { isSchematic: boolean }
  showAll(): void
  zoomBy(levels: number): void
  panBy(right: number, down: number): void
  /** What is in the middle, for those who move without a pointer. */
  middle(): { thing: Thing | undefined; pixel: Pixel }
  zoomTo(positions: readonly (readonly [number, number])[]): void
  stop(): void
}
