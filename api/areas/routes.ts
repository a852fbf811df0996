/** The areas that a city is divided into, of any depth: as JSON, or with their boundaries as GeoJSON. */
import { z } from 'zod'
import { areaFeature, areaFeatures, areaList } from '../../model/answers/areas.ts'
import { area } from '../../model/area.ts'
import { LanternError } from '../../model/errors.ts'
import { identifier, slug } from '../../model/identifier.ts'
import type { ApiDependencies, App } from '../dependencies.ts'
import { cursorsOf } from '../lists/cursor.ts'
import { listQuery, pageOf } from '../lists/list.ts'
import { geoJsonType, jsonOrGeoJson } from '../plugins/answers.ts'
import { format, wantsGeoJson } from '../plugins/geojson.ts'
import { showArea, showAreaFeature } from './shown.ts'

export function areaRoutes(app: App, api: ApiDependencies): void {
  const cursors = cursorsOf('areas', z.string())

  app.get(
    '/v1/areas',
    {
      schema: {
        operationId: 'listAreas',
        summary: 'The areas of the city, by code',
        tags: ['Areas'],
        querystring: listQuery({
          level: slug.optional().meta({ description: 'Only of this rung', examples: ['commune'] }),
          within: identifier.optional().meta({ description: 'Only this area and those in it, by code' }),
          format,
        }),
        response: {
          200: jsonOrGeoJson('Areas; their boundaries only as GeoJSON', areaList, areaFeatures),
        },
      },
      config: { access: 'open', publicForSeconds: 10, errors: ['invalid-cursor'] },
    },
    async (request, reply) => {
      const { level, within, limit, cursor } = request.query
      const items = api.view.areas({ level, within })
      const page = pageOf({ items, keyOf: ({ code }) => code, cursors, cursor, limit })
      reply.header('vary', 'Accept')
      if (!wantsGeoJson(request, request.query.format))
        return { items: page.items.map(showArea), next: page.next }
      reply.type(geoJsonType)
      return {
        type: 'FeatureCollection' as const,
        features: page.items.map(showAreaFeature),
        next: page.next,
      }
    },
  )

  app.get(
    '/v1/areas/:code',
    {
      schema: {
        operationId: 'getArea',
        summary: 'One area',
        tags: ['Areas'],
        params: z.object({ code: identifier }),
        querystring: z.strictObject({ format }),
        response: { 200: jsonOrGeoJson('The area, with its boundary where it has one', area, areaFeature) },
      },
      config: { access: 'open', publicForSeconds: 10, errors: ['not-found'] },
    },
    async (request, reply) => {
      const { code } = request.params
      const found = api.view.area(code)
      if (!found) throw new LanternError('not-found', `There is no area ${code}.`)
      reply.header('vary', 'Accept')
      if (!wantsGeoJson(request, request.query.format))
        return { ...showArea(found), boundary: found.boundary }
      reply.type(geoJsonType)
      return showAreaFeature(found)
    },
  )
}
