/**
 * A public place: a school, a market, a crossing. The goal counts these, so each is a row of the
 * registry with a position and an area.
 */
import { z } from 'zod'
import { displayName, identifier, latitude, longitude, slug } from './identifier.ts'

/** The types that Lantern's demonstration city uses; a city's own may be any slug. */
export const commonPlaceTypes = [
  'school',
  'kindergarten',
  'hospital',
  'clinic',
  'market',
  'supermarket',
  'park',
  'bus-station',
  'square',
  'stadium',
  'industrial-zone-gate',
  'government-office',
  'crossing',
  'pagoda',
  'cultural-house',
] as const

export const place = z
  .object({
    id: identifier,
    name: displayName,
    type: slug.meta({ description: 'What kind of place', examples: [...commonPlaceTypes] }),
    area: identifier.meta({ description: 'The code of the smallest area it lies in' }),
    longitude,
    latitude,
  })
  .meta({ id: 'Place' })
export type Place = z.infer<typeof place>

/** What is proved of a place: nothing installed, installed but not working, or working. */
export const coverageStates = ['none', 'installed', 'working'] as const
export type CoverageState = (typeof coverageStates)[number]
