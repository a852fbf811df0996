/**
 * GET /v1/open-data/…: whole files to download, open to everyone: the places and the coverage as CSV for
 * spreadsheets, the places and the areas as GeoJSON for maps.
 */
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { areaFeature } from '../../model/answers/areas.ts'
import { fileOf } from '../../model/answers/geojson.ts'
import { placeFeature } from '../../model/answers/places.ts'
import { identifier } from '../../model/identifier.ts'
import type { ApiDependencies, App } from '../dependencies.ts'
import { geoJsonType } from '../plugins/answers.ts'
import { invalidRequest } from '../plugins/validation.ts'
import { coverageColumns, placeColumns } from './columns.ts'
import { describeColumns } from './csv.ts'
import { areasGeoJson, coverageCsv, type OpenFile, placesCsv, placesGeoJson } from './files.ts'

const csvType = 'text/csv'

const openDataQuery = z.strictObject({
  area: identifier.optional().meta({ description: 'Only this area and what is in it, by code; unset: all' }),
})

/** s. */
const publicFor = 10

export function openDataRoutes(app: App, api: ApiDependencies): void {
  function file(options: {
    name: string
    operationId: string
    summary: string
    description: string
    type: string
    schema: z.ZodType
    build(api: ApiDependencies, area: string | undefined): Promise<OpenFile>
  }): void {
    const { name, operationId, summary, description, type, schema, build } = options
    app.get(
      `/v1/open-data/${name}`,
      {
        schema: {
          operationId,
          summary,
          description,
          tags: ['Open data'],
          querystring: openDataQuery,
          response: { 200: { description: 'The file', content: { [type]: { schema } } } },
        },
        config: { access: 'open', publicForSeconds: publicFor },
      },
      async ({ query: { area } }, reply) => {
        if (area !== undefined && !api.view.area(area))
          throw invalidRequest([{ field: 'area', message: `there is no area ${area}` }])
        const made = await build(api, area)
        const today = dayOf(api.clock(), api.timeZone)
        return sendFile(reply, { ...made, type, name: datedName(name, area, today) })
      },
    )
  }

  file({
    name: 'places.csv',
    operationId: 'downloadPlacesCsv',
    summary: 'The public places and whether each is watched over, as CSV',
    description: describeColumns(placeColumns),
    type: csvType,
    schema: z.string(),
    build: placesCsv,
  })
  file({
    name: 'places.geojson',
    operationId: 'downloadPlacesGeoJson',
    summary: 'The public places and whether each is watched over, as GeoJSON',
    description: 'All at once; /v1/places has them a page at a time, with filters.',
    type: geoJsonType,
    schema: fileOf('PlaceFile', placeFeature),
    build: placesGeoJson,
  })
  file({
    name: 'coverage.csv',
    operationId: 'downloadCoverageCsv',
    summary: 'The coverage of every area of every level, as CSV',
    description: `${describeColumns(coverageColumns)} The ETag is of the figures: it does not change with \`asOf\` alone.`,
    type: csvType,
    schema: z.string(),
    build: coverageCsv,
  })
  file({
    name: 'areas.geojson',
    operationId: 'downloadAreasGeoJson',
    summary: 'The areas and their boundaries, as GeoJSON',
    description: 'The geometry is null where the city has no boundary of an area.',
    type: geoJsonType,
    schema: fileOf('AreaFile', areaFeature),
    build: areasGeoJson,
  })
}

function sendFile(reply: FastifyReply, file: OpenFile & { type: string; name: string }): FastifyReply {
  const { text, etag, type, name } = file
  if (etag !== undefined) reply.header('etag', etag)
  return reply
    .header('content-disposition', `attachment; filename="${name}"`)
    .type(type === csvType ? `${csvType}; charset=utf-8; header=present` : type)
    .send(text)
}

/** Such as `lantern-places-718-2026-03-10.csv`. */
function datedName(name: string, area: string | undefined, today: string): string {
  const [what = '', form = ''] = name.split('.')
  return `${['lantern', what, area, today].filter((part) => part !== undefined).join('-')}.${form}`
}

/** The city's day, as YYYY-MM-DD. */
function dayOf(at: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(at)
}
