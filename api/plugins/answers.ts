/** How a route declares what it answers: in words, and by media type its zod schema. */
import type { z } from 'zod'

export const geoJsonType = 'application/geo+json'

export function json<Schema extends z.ZodType>(description: string, schema: Schema) {
  return { description, content: { 'application/json': { schema } } }
}

/** The same things as JSON or, where a caller would rather have them so, as GeoJSON (RFC 7946). */
export function jsonOrGeoJson<Schema extends z.ZodType, Features extends z.ZodType>(
  description: string,
  schema: Schema,
  features: Features,
) {
  return {
    description,
    content: { 'application/json': { schema }, 'application/geo+json': { schema: features } },
  }
}
