/** GET /v1/alerts: what needs a person, newest first, and each with its history and evidence. */
import { z } from 'zod'
import type { Alert } from '../../model/alert.ts'
import { type AlertFeature, alertFeatures, alertList, alertWithHistory } from '../../model/answers/alerts.ts'
import { LanternError } from '../../model/errors.ts'
import { showStep } from '../../model/shown-alert.ts'
import type { ApiDependencies, App } from '../dependencies.ts'
import { cursorsOf } from '../lists/cursor.ts'
import { listQuery } from '../lists/list.ts'
import { geoJsonType, json, jsonOrGeoJson } from '../plugins/answers.ts'
import { format, wantsGeoJson } from '../plugins/geojson.ts'
import { alertFilters, alertPath, showNamed } from './shown.ts'

/** Of an alert's history; more than any has, since one that chatters is held. */
const maxHistory = 1000

function featureFor(api: ApiDependencies, alert: Alert): AlertFeature {
  const { position, ...properties } = showNamed(api, alert)
  return {
    type: 'Feature',
    id: String(alert.id),
    geometry: position && { type: 'Point', coordinates: position },
    properties,
  }
}

export function alertRoutes(app: App, api: ApiDependencies): void {
  const cursors = cursorsOf('alerts', z.number().int())

  app.get(
    '/v1/alerts',
    {
      schema: {
        operationId: 'listAlerts',
        summary: 'What needs a person, the newest first',
        tags: ['Alerts'],
        querystring: listQuery({ ...alertFilters, format }),
        response: {
          200: jsonOrGeoJson('Alerts', alertList, alertFeatures),
        },
      },
      config: { access: 'viewer', errors: ['invalid-cursor', 'store-unavailable'] },
    },
    async (request, reply) => {
      const { state, severity, all, limit, cursor, format: asked, ...filter } = request.query
      const page = await api.registry.alerts({
        ...filter,
        states: state ?? ['open', 'acknowledged'],
        severities: severity,
        all: all === 'true',
        limit,
        before: cursors.read(cursor),
      })
      const next = page.next === null ? null : cursors.write(page.next)
      reply.header('vary', 'Accept')
      if (!wantsGeoJson(request, asked))
        return { items: page.items.map((alert) => showNamed(api, alert)), next }
      reply.type(geoJsonType)
      return {
        type: 'FeatureCollection' as const,
        features: page.items.map((alert) => featureFor(api, alert)),
        next,
      }
    },
  )

  app.get(
    '/v1/alerts/:id',
    {
      schema: {
        operationId: 'getAlert',
        summary: 'One alert, with its history and its evidence',
        description: 'The evidence are the readings that raised it, and for an area the devices concerned.',
        tags: ['Alerts'],
        params: alertPath,
        response: { 200: json('The alert', alertWithHistory) },
      },
      config: { access: 'viewer', errors: ['not-found', 'store-unavailable'] },
    },
    async ({ params: { id } }) => {
      const alert = await api.registry.alert(id)
      if (!alert) throw new LanternError('not-found', `There is no alert ${id}.`)
      const steps = await api.registry.alertSteps({ alert: id, limit: maxHistory })
      return { ...showNamed(api, alert), history: steps.map(showStep) }
    },
  )
}
