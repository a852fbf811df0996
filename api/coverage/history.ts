/**
 * GET /v1/coverage/history: how many public places were watched over, by time, as it was counted each minute then. Of an
 * area, or of the whole city: its areas at the top, added up.
 */
import { z } from 'zod'
import { coverageHistory } from '../../model/answers/coverage-history.ts'
import { coverageFigures } from '../../model/coverage.ts'
import type { FieldFault } from '../../model/errors.ts'
import { identifier } from '../../model/identifier.ts'
import { day, duration, formatTime, minute } from '../../model/time.ts'
import { type ApiDependencies, type App, defaultLimits } from '../dependencies.ts'
import { json } from '../plugins/answers.ts'
import { invalidRequest } from '../plugins/validation.ts'
import { queryMoment } from '../telemetry/moment.ts'
import { offsetOf } from '../telemetry/time-zone.ts'

const historyQuery = z.strictObject({
  area: identifier.optional().meta({ description: 'Of this area, by code; unset: of the whole city' }),
  from: queryMoment.optional().meta({
    description: 'The beginning, inclusive; unset: 24 hours before `to`',
    examples: ['2026-01-31T00:00:00+07:00'],
  }),
  to: queryMoment.optional().meta({ description: 'The end, exclusive; unset: now' }),
  window: duration
    .prefault('5m')
    .refine((ms) => ms >= minute, 'at least 1m: that often it is counted')
    .meta({
      description:
        'The length of one window, at least 1m: a number and one of s, m, h, d. Days begin at the local midnight.',
      examples: ['5m', '1h', '1d'],
    }),
})

export function coverageHistoryRoute(app: App, api: ApiDependencies): void {
  const maxPoints = api.limits?.telemetryPoints ?? defaultLimits.telemetryPoints

  app.get(
    '/v1/coverage/history',
    {
      schema: {
        operationId: 'getCoverageHistory',
        summary: 'How many public places were watched over, by time',
        description:
          'As it was counted each minute then, also of devices that have gone since; kept as long as the 5-minute roll-ups of readings. `placesToTarget` follows from the target of that time.',
        tags: ['Coverage'],
        querystring: historyQuery,
        response: { 200: json('The last figures of each window', coverageHistory) },
      },
      config: {
        access: 'open',
        publicForSeconds: 10,
        errors: ['query-too-large', 'too-many-requests', 'store-unavailable', 'store-timeout'],
      },
    },
    async ({ query }) => {
      const { view, timeZone } = api
      const { area, window } = query
      const to = query.to ?? api.clock()
      const from = query.from ?? Math.max(0, to - day)
      const faults: FieldFault[] = []
      if (area !== undefined && !view.area(area))
        faults.push({ field: 'area', message: `there is no area ${area}` })
      if (from >= to)
        faults.push({ field: 'from', message: `expected a time before ${formatTime(to)}, where it ends` })
      if (faults.length > 0) throw invalidRequest(faults)
      const areas = area === undefined ? topAreas(api) : [area]
      const offset = window >= day ? offsetOf(timeZone, from) : 0
      const points = await api.telemetry.coverageHistory({ areas, window, offset, from, to, maxPoints })
      return {
        area: area ?? null,
        window,
        from: formatTime(from),
        to: formatTime(to),
        points: points.map(({ time, target, ...counts }) => ({
          time: formatTime(time),
          ...coverageFigures(counts, target),
          target,
        })),
      }
    },
  )
}

function topAreas({ view }: ApiDependencies): string[] {
  return view
    .areas()
    .filter(({ parent }) => parent === null)
    .map(({ code }) => code)
}
