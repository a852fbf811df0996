/**
 * Lets a request through to a route only with the role that the route declares in its config. Every key
 * that is not good (unknown, revoked, wrong, malformed) gets the same answer.
 */
import { includesRole } from '../../model/access.ts'
import { LanternError } from '../../model/errors.ts'
import type { App } from '../dependencies.ts'
import type { Keyring } from './keyring.ts'

export function installAccess(app: App, keyring: Keyring): void {
  app.decorateRequest('caller', null)

  app.addHook('onRoute', ({ url, config }) => {
    if (url.startsWith('/v1') && config?.access === undefined)
      throw new Error(`the route ${url} does not say who may use it`)
  })

  app.addHook('onRequest', async (request, reply) => {
    const { access = 'open' } = request.routeOptions.config
    if (access === 'open') return
    const { authorization } = request.headers
    const caller = authorization === undefined ? undefined : await keyring.identify(authorization)
    if (!caller) {
      reply.header('www-authenticate', 'Bearer realm="lantern"')
      throw new LanternError(
        'unauthenticated',
        authorization === undefined
          ? 'There is no Authorization header.'
          : 'The Authorization header carries no valid API key: it is unknown, revoked or malformed.',
      )
    }
    if (!includesRole(caller.role, access))
      throw new LanternError('forbidden', `This needs the role ${access}; this key has ${caller.role}.`)
    request.caller = caller
  })
}
