/**
 * The public places as the API answers them: whether each is watched over, and a single one with the
 * evidence. Written once, here, for the routes, the document and the console.
 */
import { z } from 'zod'
import { coverageStates, place } from '../place.ts'
import { proof } from './devices.ts'
import { collectionOf, featureOf, point } from './geojson.ts'
import { listOf } from './lists.ts'

export const coverageState = z.enum(coverageStates).meta({
  id: 'CoverageState',
  description:
    'none: no commissioned camera; installed: one, but none is healthy now; working: a healthy one',
})

export const coveredPlace = place.extend({ state: coverageState }).meta({ id: 'CoveredPlace' })
export type CoveredPlace = z.infer<typeof coveredPlace>

export const placeWithEvidence = coveredPlace
  .extend({
    areas: z
      .array(z.object({ code: z.string(), name: z.string(), level: z.string() }))
      .meta({ description: 'The areas it lies in, the smallest first' }),
    devices: z.array(proof),
  })
  .meta({ id: 'PlaceWithEvidence' })
export type PlaceWithEvidence = z.infer<typeof placeWithEvidence>

export const placeFeature = featureOf(
  'PlaceFeature',
  point,
  coveredPlace.omit({ longitude: true, latitude: true }),
)
export type PlaceFeature = z.infer<typeof placeFeature>

export const placeList = listOf(coveredPlace, 'PlaceList')
export type PlaceList = z.infer<typeof placeList>

export const placeFeatures = collectionOf('PlaceFeatures', placeFeature)
export type PlaceFeatures = z.infer<typeof placeFeatures>
