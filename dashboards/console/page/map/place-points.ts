/**
 * The places as the map draws them: flat lists of positions and states, changed where they are when a camera fails or
 * recovers, and made anew only when places come, go or move.
 */
import { fromLonLat } from 'ol/proj'
import type { CoveredPlace } from '../../../../model/answers/places.ts'
import type { CoverageState } from '../../../../model/place.ts'

export interface PlacePoints {
  readonly places: readonly CoveredPlace[]
  readonly x: Float64Array
  readonly y: Float64Array
  readonly states: readonly CoverageState[]
  /** All indices, those that are drawn above others last. */
  readonly order: Uint32Array
}

export type Change = 'nothing' | 'states' | 'positions'

const above: Readonly<Record<CoverageState, number>> = { none: 0, working: 1, installed: 2 }

export const noPoints: PlacePoints = pointsOf([])

export function pointsOf(given: readonly CoveredPlace[]): PlacePoints {
  // By id, so that the same places are gathered in the same way whatever order they came in.
  const places = given.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const positions = places.map(({ longitude, latitude }) => fromLonLat([longitude, latitude]))
  const states = places.map(({ state }) => state)
  return {
    places,
    x: Float64Array.from(positions, ([x]) => x ?? 0),
    y: Float64Array.from(positions, ([, y]) => y ?? 0),
    states,
    order: orderOf(states),
  }
}

/** The points with what the city says now, and what of them is other than before. */
export function renewed(before: PlacePoints, now: ReadonlyMap<string, CoveredPlace>): [PlacePoints, Change] {
  const places = before.places.flatMap(({ id }) => now.get(id) ?? [])
  const isSame = (place: CoveredPlace, index: number) => {
    const was = before.places[index]
    return place.longitude === was?.longitude && place.latitude === was.latitude && place.area === was.area
  }
  if (places.length !== now.size || places.length !== before.places.length || !places.every(isSame))
    return [pointsOf([...now.values()]), 'positions']
  const states = places.map(({ state }) => state)
  if (states.every((state, index) => state === before.states[index]))
    return [{ ...before, places }, 'nothing']
  return [{ ...before, places, states, order: orderOf(states) }, 'states']
}

function orderOf(states: readonly CoverageState[]): Uint32Array {
  return Uint32Array.from(
    states.map((_, index) => index).sort((a, b) => above[states[a] ?? 'none'] - above[states[b] ?? 'none']),
  )
}
