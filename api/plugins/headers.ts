/**
 * The headers of every answer: the request's id, and what a browser may not do with it. Private answers
 * are never stored by a cache; public ones (coverage, places, areas) may be read by any site.
 */
import type { App } from '../dependencies.ts'

/** For every answer, also those that never come to a route. */
export function commonHeaders(requestId: string): Record<string, string> {
  return {
    'x-request-id': requestId,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  }
}

export function installHeaders(app: App): void {
  app.addHook('onRequest', async (request, reply) => {
    const { publicForSeconds } = request.routeOptions.config
    reply.headers(commonHeaders(request.id))
    if (publicForSeconds === undefined) reply.header('cache-control', 'no-store')
    else reply.header('access-control-allow-origin', '*')
  })
}
