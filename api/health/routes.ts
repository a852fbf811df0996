/**
 * Whether Lantern lives (/healthz), whether it can do its work (/readyz), and its figures (/metrics). Open,
 * because what asks them is a supervisor or Prometheus on the same machine or network.
 */
import { z } from 'zod'
import { health, readiness } from '../../model/answers/health.ts'
import type { ApiDependencies, App } from '../dependencies.ts'
import { json } from '../plugins/answers.ts'

export function healthRoutes(app: App, api: ApiDependencies): void {
  app.get(
    '/healthz',
    {
      schema: {
        operationId: 'getHealth',
        summary: 'Whether the process is alive',
        tags: ['Operation'],
        response: { 200: json('It is', health) },
      },
      config: { access: 'open' },
    },
    async () => ({ status: 'alive' as const }),
  )

  app.get(
    '/readyz',
    {
      schema: {
        operationId: 'getReadiness',
        summary: 'Whether every component can do its work, and how far behind ingest is',
        tags: ['Operation'],
        response: {
          200: json('All is well', readiness),
          503: json('Something is not well; its detail says what to do', readiness),
        },
      },
      config: { access: 'open' },
    },
    async (_request, reply) => {
      const components = await api.readiness()
      const ready = components.every(({ ok }) => ok)
      return reply.code(ready ? 200 : 503).send({ ready, components })
    },
  )

  app.get(
    '/metrics',
    {
      schema: {
        operationId: 'getMetrics',
        summary: 'Figures for Prometheus',
        tags: ['Operation'],
        response: {
          200: {
            description: 'The text format of Prometheus',
            content: { 'text/plain': { schema: z.string() } },
          },
        },
      },
      config: { access: 'open' },
    },
    async (_request, reply) => reply.type(api.metrics.contentType).send(await api.metrics.metrics()),
  )
}
