/** How an area is shown, without its boundary and as GeoJSON: by the routes of areas and in the files of open data. */
import type { AreaFeature, AreaSummary } from '../../model/answers/areas.ts'
import type { Area } from '../../model/area.ts'

export function showArea({ code, name, level, parent, population }: Area): AreaSummary {
  return { code, name, level, parent, population }
}

export function showAreaFeature(area: Area): AreaFeature {
  return { type: 'Feature', id: area.code, geometry: area.boundary, properties: showArea(area) }
}
