/**
 * What is seen of each request: a histogram of durations by route (never by address, of which there are
 * endlessly many), and one line in the log at debug. Neither headers nor the query reach the log.
 */
import { Histogram } from 'prom-client'
import type { ApiDependencies, App } from '../dependencies.ts'

const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

export function installObserving(app: App, api: ApiDependencies): void {
  const durations = new Histogram({
    name: 'lantern_http_request_duration_seconds',
    help: 'How long requests took to be answered, by route',
    labelNames: ['method', 'route', 'status'] as const,
    buckets,
    registers: [api.metrics],
  })

  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? '(none)'
    const status = reply.statusCode
    durations.observe({ method: request.method, route, status: String(status) }, reply.elapsedTime / 1000)
    request.log.debug(
      { method: request.method, route, status, ms: Math.round(reply.elapsedTime), key: request.caller?.key },
      'request answered',
    )
  })
}
