/** What arrived and could not be a reading: by device and reason, with the newest sample and the remedy. */
import { z } from 'zod'
import { listOf } from '../../model/answers/lists.ts'
import { rejection, rejectionReasonNames, rejectionReasons } from '../../model/rejection.ts'
import { formatTime } from '../../model/time.ts'
import type { StoredRejection } from '../../stores/registry/port.ts'
import type { ApiDependencies, App } from '../dependencies.ts'
import { cursorsOf } from '../lists/cursor.ts'
import { listQuery } from '../lists/list.ts'
import { json } from '../plugins/answers.ts'

function shownRejection(stored: StoredRejection): z.infer<typeof rejection> {
  const { device, reason, detail, sample, count, firstAt, at } = stored
  return {
    device,
    reason,
    detail,
    sample,
    count,
    firstAt: formatTime(firstAt),
    lastAt: formatTime(at),
    remedy: rejectionReasons[reason],
  }
}

export function rejectionRoutes(app: App, api: ApiDependencies): void {
  const cursors = cursorsOf('rejections', z.number().int())

  app.get(
    '/v1/rejections',
    {
      schema: {
        operationId: 'listRejections',
        summary: 'What arrived and could not be a reading',
        description:
          'By device and reason, the newest first. Bounded: what was not seen for longest leaves first.',
        tags: ['Rejections'],
        querystring: listQuery({
          device: z.string().min(1).max(64).optional().meta({ description: 'Of this device only' }),
          reason: z.enum(rejectionReasonNames).optional(),
        }),
        response: { 200: json('Rejections', listOf(rejection, 'RejectionList')) },
      },
      config: { access: 'viewer', errors: ['invalid-cursor', 'store-unavailable'] },
    },
    async ({ query: { device, reason, limit, cursor } }) => {
      const page = await api.registry.rejections({ device, reason, limit, before: cursors.read(cursor) })
      return {
        items: page.items.map(shownRejection),
        next: page.next === null ? null : cursors.write(page.next),
      }
    },
  )
}
