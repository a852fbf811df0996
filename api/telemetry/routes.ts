/** GET /v1/telemetry/{kind}: what the devices measured, in windows of time, for the whole city or by group. */
import { z } from 'zod'
import { kindNames, kindOf } from '../../model/kinds.ts'
import { formatTime, timestamp } from '../../model/time.ts'
import type { CityView } from '../../stores/registry/city-view.ts'
import { aggregates, type SeriesQuery } from '../../stores/telemetry/port.ts'
import { type ApiDependencies, type App, defaultLimits } from '../dependencies.ts'
import { json } from '../plugins/answers.ts'
import { seriesQueryOf, telemetryPath, telemetryQuery } from './query.ts'

const point = z.object({
  time: timestamp.meta({ description: 'The beginning of the window' }),
  value: z.number(),
  count: z.number().int().meta({ description: 'How many readings it is made of' }),
})

const telemetry = z
  .object({
    kind: z.enum(kindNames),
    field: z.string(),
    unit: z.string().meta({ description: 'Of the field; a count has none' }),
    aggregate: z.enum(aggregates),
    window: z.number().int().meta({ description: 'The length of a window, ms' }),
    source: z.enum(['raw', '5m']).meta({
      description: 'Every reading, or the 5-minute roll-ups, which outlive them and answer for long ranges',
    }),
    from: timestamp,
    to: timestamp,
    series: z.array(
      z.object({
        group: z.string().nullable().meta({ description: 'The area, place or device; null without groupBy' }),
        name: z.string().nullable().meta({ description: 'Its name, where it has one' }),
        points: z.array(point).meta({ description: 'By time; windows without a reading have no point' }),
      }),
    ),
  })
  .meta({ id: 'Telemetry' })

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
