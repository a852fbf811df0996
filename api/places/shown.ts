/** How a public place is shown, in lists and as GeoJSON: by the routes of places and in the files of open data. */
import type { CoveredPlace, PlaceFeature } from '../../model/answers/places.ts'
import type { PlaceCoverage } from '../../stores/registry/city-view.ts'

export function showPlace({ place, state }: PlaceCoverage): CoveredPlace {
  const { id, name, type, area, longitude, latitude } = place
  return { id, name, type, area, longitude, latitude, state }
}

export function showPlaceFeature({ place, state }: PlaceCoverage): PlaceFeature {
  const { id, name, type, area, longitude, latitude } = place
  return {
    type: 'Feature',
    id,
    geometry: { type: 'Point', coordinates: [longitude, latitude] },
    properties: { id, name, type, area, state },
  }
}
