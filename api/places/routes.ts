/**
 * The public places and what is proved of each: nothing installed, installed, or working. A single place
 * comes with its evidence: the devices that are there, what is wrong with them, when they were last heard.
 */
import { z } from 'zod'
import { coverageState, placeFeatures, placeList, placeWithEvidence } from '../../model/answers/places.ts'
import { LanternError } from '../../model/errors.ts'
import { identifier, slug } from '../../model/identifier.ts'
import type { ApiDependencies, App } from '../dependencies.ts'
import { showProof } from '../devices/shown.ts'
import { cursorsOf } from '../lists/cursor.ts'
import { listQuery } from '../lists/list.ts'
import { geoJsonType, json, jsonOrGeoJson } from '../plugins/answers.ts'
import { format, wantsGeoJson } from '../plugins/geojson.ts'
import { boundingBox } from './bounding-box.ts'
import { showPlace, showPlaceFeature } from './shown.ts'

export function placeRoutes(app: App, api: ApiDependencies): void {
  const cursors = cursorsOf('places', z.string())

  app.get(
    '/v1/places',
    {
      schema: {
        operationId: 'listPlaces',
        summary: 'The public places, by id, and whether each is watched over',
        tags: ['Places'],
        querystring: listQuery({
          area: identifier.optional().meta({ description: 'Only in this area, at any depth, by code' }),
          type: slug.optional().meta({ description: 'Only of this type', examples: ['school'] }),
          state: coverageState.optional(),
          bbox: boundingBox.optional(),
          format,
        }),
        response: {
          200: jsonOrGeoJson('Places', placeList, placeFeatures),
        },
      },
      config: { access: 'open', publicForSeconds: 1, errors: ['invalid-cursor'] },
    },
    async (request, reply) => {
      const { area, type, state, bbox, limit, cursor } = request.query
      const page = api.view.places({ area, type, state, bbox, limit, after: cursors.read(cursor) })
      const next = page.next === null ? null : cursors.write(page.next)
      reply.header('vary', 'Accept')
      if (!wantsGeoJson(request, request.query.format)) return { items: page.items.map(showPlace), next }
      reply.type(geoJsonType)
      return { type: 'FeatureCollection' as const, features: page.items.map(showPlaceFeature), next }
    },
  )

  app.get(
    '/v1/places/:id',
    {
      schema: {
        operationId: 'getPlace',
        summary: 'One public place, with the evidence',
        description: 'The devices that are there, what is wrong with each, and when it was last heard.',
        tags: ['Places'],
        params: z.object({ id: identifier }),
        response: { 200: json('The place', placeWithEvidence) },
      },
      config: { access: 'open', publicForSeconds: 1, errors: ['not-found'] },
    },
    async ({ params: { id } }) => {
      const found = api.view.place(id)
      if (!found) throw new LanternError('not-found', `There is no place ${id}.`)
      const own = api.view.area(found.place.area)
      const areas = own ? [own, ...api.view.ancestors(own.code)] : []
      return {
        ...showPlace(found),
        areas: areas.map(({ code, name, level }) => ({ code, name, level })),
        devices: api.view.evidence(id).map(showProof),
      }
    },
  )
}
