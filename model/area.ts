/**
 * An area: a province, a district, a commune, or whatever the city is divided into. The hierarchy is
 * data of any depth; `level` names the rung, so that no code knows how many there are.
 */
import { z } from 'zod'
import { displayName, identifier, slug } from './identifier.ts'

/** GeoJSON (RFC 7946) geometry of an area's boundary, where the city has it. */
const position = z.tuple([z.number(), z.number()]).rest(z.number())
export const boundary = z.discriminatedUnion('type', [
  z.object({ type: z.literal('Polygon'), coordinates: z.array(z.array(position).min(4)).min(1) }),
  z.object({
    type: z.literal('MultiPolygon'),
    coordinates: z.array(z.array(z.array(position).min(4)).min(1)).min(1),
  }),
])
export type Boundary = z.infer<typeof boundary>

export const area = z
  .object({
    code: identifier.meta({ description: 'The official code' }),
    name: displayName,
    level: slug.meta({ description: 'The rung: province, district, commune …' }),
    parent: identifier
      .nullable()
      .meta({ description: 'The code of the area this one lies in; null at the top' }),
    population: z.number().int().min(0).nullable().default(null).meta({ description: 'Inhabitants' }),
    boundary: boundary.nullable().default(null),
  })
  .meta({ id: 'Area' })
export type Area = z.infer<typeof area>
