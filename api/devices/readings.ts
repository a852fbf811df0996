/** GET /v1/devices/{id}/readings: what one device reported, the newest first. */
import { z } from 'zod'
import { readingList } from '../../model/answers/devices.ts'
import { LanternError } from '../../model/errors.ts'
import { identifier } from '../../model/identifier.ts'
import { formatTime } from '../../model/time.ts'
import type { ApiDependencies, App } from '../dependencies.ts'
import { cursorsOf } from '../lists/cursor.ts'
import { listQuery } from '../lists/list.ts'
import { json } from '../plugins/answers.ts'
import { queryMoment } from '../telemetry/moment.ts'
import { showValues } from './shown.ts'

export function readingRoutes(app: App, api: ApiDependencies): void {
  const cursors = cursorsOf('readings', z.number().int())

  app.get(
    '/v1/devices/:id/readings',
    {
      schema: {
        operationId: 'listReadings',
        summary: 'What one device reported, the newest first',
        tags: ['Devices'],
        params: z.object({ id: identifier }),
        querystring: listQuery({
          from: queryMoment.optional().meta({ description: 'Only what was observed then or later' }),
        }),
        response: { 200: json('Readings, by the time of their observation', readingList) },
      },
      config: {
        access: 'viewer',
        errors: ['not-found', 'invalid-cursor', 'too-many-requests', 'store-unavailable', 'store-timeout'],
      },
    },
    async ({ params: { id }, query: { from, limit, cursor } }) => {
      const before = cursors.read(cursor)
      const device = api.view.device(id)
      if (!device) throw new LanternError('not-found', `There is no device ${id}.`)
      const { kind, serial } = device
      const found = await api.telemetry.latest({ kind, serial, limit: limit + 1, before, from })
      const page = found.slice(0, limit)
      const last = page.at(-1)
      return {
        items: page.map(({ observedAt, receivedAt, values }) => ({
          observedAt: formatTime(observedAt),
          receivedAt: formatTime(receivedAt),
          values: showValues(values),
        })),
        next: last && found.length > limit ? cursors.write(last.observedAt) : null,
      }
    },
  )
}
