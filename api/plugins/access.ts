/**
 * Lets a request through to a route only with the role that the route declares in its config. Who asks is known by the
 * Authorization header or, where there is none, by the session of the page. Every key that is not good (unknown,
 * revoked, wrong, malformed) gets the same answer, and so does every session.
 */
import type { FastifyRequest } from 'fastify'
import { LanternError } from '../../model/errors.ts'
import { includesRole } from '../../model/role.ts'
import type { App } from '../dependencies.ts'
import { hasCookie, secretsIn } from '../session/cookie.ts'
import { requireOwnPage } from '../session/own-page.ts'
import type { Sessions } from '../session/sessions.ts'
import type { Keyring } from './keyring.ts'

type Caller = NonNullable<FastifyRequest['caller']>

export function installAccess(
  app: App,
  options: { keyring: Keyring; sessions: Sessions; publicUrl(): string },
): void {
  const { keyring, sessions, publicUrl } = options
  app.decorateRequest('caller', null)

  app.addHook('onRoute', ({ url, config }) => {
    if (url.startsWith('/v1') && config?.access === undefined)
      throw new Error(`the route ${url} does not say who may use it`)
  })

  app.addHook('onRequest', async (request, reply) => {
    const { access = 'open' } = request.routeOptions.config
    if (access === 'open') return
    const caller = await callerOf(request)
    if (!caller) {
      reply.header('www-authenticate', 'Bearer realm="lantern"')
      throw new LanternError('unauthenticated', whatIsMissing(request))
    }
    if (!includesRole(caller.role, access))
      throw new LanternError('forbidden', `This needs the role ${access}; yours is ${caller.role}.`)
    request.caller = caller
  })

  async function callerOf(request: FastifyRequest): Promise<Caller | undefined> {
    const { authorization } = request.headers
    if (authorization === undefined) {
      // No page of another site can send the header without being allowed to; the cookie it can.
      if (hasCookie(request)) requireOwnPage(request, { publicUrl: publicUrl(), cookie: true })
      return sessions.identify(secretsIn(request))
    }
    const holder = await keyring.identify(authorization)
    return holder && { ...holder, holds: async () => (await keyring.inForce(holder.key)) !== undefined }
  }
}

function whatIsMissing(request: FastifyRequest): string {
  if (request.headers.authorization !== undefined)
    return 'The Authorization header carries no valid API key: it is unknown, revoked or malformed.'
  if (hasCookie(request)) return 'The session is not good: it is over, unknown, or not of this page.'
  return 'There is neither an Authorization header nor a session.'
}
