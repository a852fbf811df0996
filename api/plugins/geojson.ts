/** GeoJSON (RFC 7946) for the lists that have a position: its schemas, and when a caller would rather have it. */
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { geoJsonType } from './answers.ts'

export const format = z
  .enum(['json', 'geojson'])
  .optional()
  .meta({ description: `The form of the answer; unset: as the Accept header says (${geoJsonType})` })

/** Whether a request is to be answered in GeoJSON; `?format=` goes before the Accept header. */
export function wantsGeoJson(request: FastifyRequest, asked: z.output<typeof format>): boolean {
  return asked === undefined ? (request.headers.accept ?? '').includes(geoJsonType) : asked === 'geojson'
}

export const point = z.object({
  type: z.literal('Point'),
  coordinates: z.tuple([z.number(), z.number()]).meta({ description: '[longitude, latitude]' }),
})

export function featureOf<Geometry extends z.ZodType, Properties extends z.ZodType>(
  id: string,
  geometry: Geometry,
  properties: Properties,
) {
  return z.object({ type: z.literal('Feature'), id: z.string(), geometry, properties }).meta({ id })
}

/** A page of features. `next` is a member of ours beside the standard ones, as RFC 7946 section 6.1 allows. */
export function collectionOf<Feature extends z.ZodType>(id: string, feature: Feature) {
  return z
    .object({
      type: z.literal('FeatureCollection'),
      features: z.array(feature),
      next: z.string().nullable().meta({ description: 'The cursor of the features that follow' }),
    })
    .meta({ id })
}
