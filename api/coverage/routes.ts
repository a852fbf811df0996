/**
 * GET /v1/coverage: how many public places of each area are watched over, installed and working, and how many
 * are still to be equipped to reach the goal. The question that Lantern is built for.
 */
import { z } from 'zod'
import { coverage } from '../../model/coverage.ts'
import { identifier, slug } from '../../model/identifier.ts'
import { formatTime } from '../../model/time.ts'
import type { ApiDependencies, App } from '../dependencies.ts'
import { json } from '../plugins/answers.ts'
import { weakETag } from '../plugins/caching.ts'
import { coverageHistoryRoute } from './history.ts'

const coverageQuery = z.strictObject({
  level: slug.optional().meta({
    description: 'The rung to divide by; unset: the one below `within`, or below the top of the city',
    examples: ['district'],
  }),
  within: identifier.optional().meta({ description: 'Only this area and those in it, by code; unset: all' }),
})

export function coverageRoutes(app: App, api: ApiDependencies): void {
  coverageHistoryRoute(app, api)
  app.get(
    '/v1/coverage',
    {
      schema: {
        operationId: 'getCoverage',
        summary: 'How many public places are watched over',
        description:
          'A place is installed when a commissioned camera belongs to it, and working when one of those is healthy now: the difference is what no inventory shows. At most a second old. The ETag is of the figures: it does not change with `asOf` alone.',
        tags: ['Coverage'],
        querystring: coverageQuery,
        response: { 200: json('The figures of each area, and of all of them', coverage) },
      },
      config: { access: 'open', publicForSeconds: 1 },
    },
    async ({ query: { level, within } }, reply) => {
      const { target, deadline } = api.goal
      const { asOf, total, areas } = api.view.coverage({ level, within, target })
      reply.header('etag', weakETag(JSON.stringify([target, deadline, total, areas])))
      return { asOf: formatTime(asOf), goal: { target, deadline }, total, areas }
    },
  )
}
