/**
 * The areas of the city as the API answers them: in lists without their boundaries, as GeoJSON with them.
 * Written once, here, for the routes, the document and the console.
 */
import type { z } from 'zod'
import { area, boundary } from '../area.ts'
import { collectionOf, featureOf } from './geojson.ts'
import { listOf } from './lists.ts'

export const areaSummary = area.omit({ boundary: true }).meta({ id: 'AreaSummary' })
export type AreaSummary = z.infer<typeof areaSummary>

export const areaFeature = featureOf('AreaFeature', boundary.nullable(), areaSummary)
export type AreaFeature = z.infer<typeof areaFeature>

export const areaList = listOf(areaSummary, 'AreaList')
export type AreaList = z.infer<typeof areaList>

export const areaFeatures = collectionOf('AreaFeatures', areaFeature)
export type AreaFeatures = z.infer<typeof areaFeatures>
