/** GET /v1/telemetry/{kind}: what the devices measured, in windows of time, for the whole city or by group. */
import { telemetry } from '../../model/answers/telemetry.ts'
import { kindOf } from '../../model/kinds.ts'
import { formatTime } from '../../model/time.ts'
import type { CityView } from '../../stores/registry/city-view.ts'
import type { SeriesQuery } from '../../stores/telemetry/port.ts'
import { type ApiDependencies, type App, defaultLimits } from '../dependencies.ts'
import { json } from '../plugins/answers.ts'
import { seriesQueryOf, telemetryPath, telemetryQuery } from './query.ts'

function nameOf(view: CityView, groupBy: SeriesQuery['groupBy'], group: string | null): string | null {
  if (group === null || groupBy === undefined) return null
  if (groupBy === 'place') return view.place(group)?.place.name ?? null
  if (groupBy === 'device') return view.device(group)?.name ?? null
  return view.area(group)?.name ?? null
}

export function telemetryRoutes(app: App, api: ApiDependencies): void {
  const maxPoints = api.limits?.telemetryPoints ?? defaultLimits.telemetryPoints

  app.get(
    '/v1/telemetry/:kind',
    {
      schema: {
        operationId: 'getTelemetry',
        summary: 'What the devices of a kind measured',
        description:
          'One field, aggregated over windows of time, of all devices of a kind or of those in an area, at a place or of one device; as one series, or one for each area, place or device.',
        tags: ['Telemetry'],
        params: telemetryPath,
        querystring: telemetryQuery,
        response: { 200: json('One series for each group that has readings', telemetry) },
      },
      config: {
        access: 'viewer',
        errors: ['query-too-large', 'too-many-requests', 'store-unavailable', 'store-timeout'],
      },
    },
    async ({ params: { kind }, query }) => {
      const { view, timeZone } = api
      const asked = seriesQueryOf(kind, query, { view, now: api.clock(), timeZone, maxPoints })
      const { source, series } = await api.telemetry.series(asked)
      const field = kindOf(kind).fields.find(({ name }) => name === asked.field)
      return {
        kind,
        field: asked.field,
        unit: asked.aggregate === 'count' ? '' : (field?.unit ?? ''),
        aggregate: asked.aggregate,
        window: asked.window,
        source,
        from: formatTime(asked.from),
        to: formatTime(asked.to),
        series: series.map(({ group, points }) => ({
          group,
          name: nameOf(view, asked.groupBy, group),
          points: points.map(({ time, value, count }) => ({ time: formatTime(time), value, count })),
        })),
      }
    },
  )
}
