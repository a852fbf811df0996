/** When a caller would rather have GeoJSON (RFC 7946), which the answers with a position can be asked for in. */
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
