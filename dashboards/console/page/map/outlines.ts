/**
 * The outlines of the shown areas: the city's own boundaries where each of them has one, else drawn from where the places
 * lie, with the rest of the city around them. Nothing is worked out twice for the same places.
 */
import { fromLonLat } from 'ol/proj'
import type { AreaFeatures, AreaSummary } from '../../../../model/answers/areas.ts'
import type { CoveredPlace } from '../../../../model/answers/places.ts'
import type { Boundary } from '../../../../model/area.ts'
import type { Areas } from '../store/areas.ts'
import { rest } from './area-layer.ts'
import type { Polygon } from './polygons.ts'
import { createSchematic, type Schematic, sitesOf } from './schematic-areas.ts'
import { shownAbove } from './shown-areas.ts'

export interface Outlines {
  readonly isSchematic: boolean
  /** By code of the area; `rest` is the city around them. */
  readonly polygons: ReadonlyMap<string, readonly Polygon[]>
}

export interface OutlineSource {
  /** `places`: all of the city, undefined: not known yet. */
  outlines(given: {
    areas: Areas
    shown: readonly AreaSummary[]
    boundaries: AreaFeatures | null | undefined
    places: ReadonlyMap<string, CoveredPlace> | undefined
  }): Outlines
}

export function createOutlineSource(): OutlineSource {
  let made: { from: string; schematic: Schematic } | undefined

  /** Anew only when a place came, went or moved. */
  function schematicOf(places: ReadonlyMap<string, CoveredPlace>): Schematic {
    const all = [...places.values()]
    const from = all.reduce(
      (text, { longitude, latitude, area }) => `${text}${area}${longitude}${latitude}`,
      '',
    )
    if (made?.from === from) return made.schematic
    const sites = sitesOf(
      all.map(({ area, longitude, latitude }) => {
        const [x = 0, y = 0] = fromLonLat([longitude, latitude])
        return { area, x, y }
      }),
    )
    made = { from, schematic: createSchematic(sites) }
    return made.schematic
  }

  return {
    outlines({ areas, shown, boundaries, places }) {
      const real = realOutlines(boundaries, shown)
      if (real) return { isSchematic: false, polygons: real }
      if (!places || boundaries === undefined) return { isSchematic: true, polygons: new Map() }
      const above = shownAbove(areas, shown)
      return {
        isSchematic: true,
        polygons: schematicOf(places).outlines((code) => above.get(code) ?? rest),
      }
    },
  }
}

/** undefined: some of the areas have no boundary of their own. */
function realOutlines(
  boundaries: AreaFeatures | null | undefined,
  shown: readonly AreaSummary[],
): Map<string, Polygon[]> | undefined {
  const known = new Map(boundaries?.features.map(({ properties, geometry }) => [properties.code, geometry]))
  const all = shown.map(({ code }) => ({ code, geometry: known.get(code) }))
  if (all.length === 0 || all.some(({ geometry }) => !geometry)) return undefined
  return new Map(all.map(({ code, geometry }) => [code, geometry ? projected(geometry) : []]))
}

function projected(boundary: Boundary): Polygon[] {
  const polygons = boundary.type === 'Polygon' ? [boundary.coordinates] : boundary.coordinates
  return polygons.map((rings) =>
    rings.map((ring) =>
      // GeoJSON repeats the first corner at the end of a ring; here a ring is closed without.
      ring.slice(0, -1).map((position) => {
        const [x = 0, y = 0] = fromLonLat([position[0], position[1]])
        return [x, y] as const
      }),
    ),
  )
}
