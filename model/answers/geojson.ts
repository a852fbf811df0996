/**
 * The forms of GeoJSON (RFC 7946) that the API answers: a point, a feature, a page of features. The answers
 * with a position are made of them.
 */
import { z } from 'zod'

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

/** All features at once: a file, as RFC 7946 has it. */
export function fileOf<Feature extends z.ZodType>(id: string, feature: Feature) {
  return z.object({ type: z.literal('FeatureCollection'), features: z.array(feature) }).meta({ id })
}
