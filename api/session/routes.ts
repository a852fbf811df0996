/**
 * /v1/session: how people sign in on the page. An API key, or the code of a one-time link, is exchanged for a session
 * whose secret only the browser holds, in a cookie; no page and no script ever has a secret to lose.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Session, session, signIn } from '../../model/answers/session.ts'
import { LanternError } from '../../model/errors.ts'
import { formatTime } from '../../model/time.ts'
import type { ApiDependencies, App } from '../dependencies.ts'
import { json } from '../plugins/answers.ts'
import type { Keyring } from '../plugins/keyring.ts'
import { cookieOf, hasCookie, noCookie, secretsIn } from './cookie.ts'
import type { OneTimeCodes } from './one-time.ts'
import { requireOwnPage } from './own-page.ts'
import type { Sessions, Visitor } from './sessions.ts'

const nobody: Session = { signedIn: null }

function shown({ key, name, role, until }: Visitor): Session {
  return { signedIn: { key, name, role, until: formatTime(until) } }
}

export function sessionRoutes(
  app: App,
  api: ApiDependencies,
  parts: { keyring: Keyring; sessions: Sessions; codes: OneTimeCodes },
): void {
  const { keyring, sessions, codes } = parts
  const isSecure = () => api.publicUrl.startsWith('https:')

  /** Signing others in or out is not for pages of others, either (login CSRF). */
  const fromOwnPage = async (request: FastifyRequest) =>
    requireOwnPage(request, { publicUrl: api.publicUrl, cookie: hasCookie(request) })

  app.get(
    '/v1/session',
    {
      schema: {
        operationId: 'getSession',
        summary: 'Whether somebody is signed in on the page, and as whom',
        description: 'By the cookie alone; an Authorization header makes no difference.',
        tags: ['Session'],
        response: { 200: json('Who is signed in', session) },
      },
      config: { access: 'open', errors: ['store-unavailable'] },
    },
    async (request) => {
      const visitor = await sessions.identify(secretsIn(request))
      return visitor ? shown(visitor) : nobody
    },
  )

  app.post(
    '/v1/session',
    {
      onRequest: fromOwnPage,
      schema: {
        operationId: 'signIn',
        summary: 'Sign in on the page',
        description:
          'Takes an API key, or once the code of the link that Lantern prints at its start. Sets the cookie `lantern_session`, and ends the session that the browser had. A session has the role of its key (that of a code: operator), and ends with it.',
        tags: ['Session'],
        body: signIn,
        response: { 200: json('Who is signed in now', session) },
      },
      config: { access: 'open', errors: ['unauthenticated', 'forbidden', 'store-unavailable'] },
    },
    async (request, reply) => {
      const { key = '', code } = request.body
      const holder = code === undefined ? await keyring.holderOf(key) : codes.redeem(code)
      const begun = holder && (await sessions.begin(holder))
      if (!begun) {
        request.log.info({ with: code === undefined ? 'key' : 'code' }, 'a sign-in was refused')
        throw refused(code === undefined)
      }
      await sessions.end(secretsIn(request))
      const { visitor, secret } = begun
      const { key: id, role, until } = visitor
      request.log.info({ key: id, role, until: formatTime(until) }, 'signed in')
      return answer(reply, cookieOf({ secret, lastsMs: until - api.clock(), secure: isSecure() }), visitor)
    },
  )

  app.delete(
    '/v1/session',
    {
      onRequest: fromOwnPage,
      schema: {
        operationId: 'signOut',
        summary: 'Sign out',
        description: 'The session is over at once, whoever still has its secret.',
        tags: ['Session'],
        response: { 200: json('Nobody is signed in any more', session) },
      },
      config: { access: 'open', errors: ['forbidden', 'store-unavailable'] },
    },
    async (request, reply) => {
      const secrets = secretsIn(request)
      const visitor = await sessions.identify(secrets)
      await sessions.end(secrets)
      if (visitor) request.log.info({ key: visitor.key }, 'signed out')
      return answer(reply, noCookie(isSecure()))
    },
  )
}

function answer(reply: FastifyReply, cookie: string, visitor?: Visitor): Session {
  reply.header('set-cookie', cookie)
  return visitor ? shown(visitor) : nobody
}

/** The same for every key that is not good, and for every code. */
function refused(byKey: boolean): LanternError {
  return byKey
    ? new LanternError('unauthenticated', 'This key is not good: it is unknown, revoked or mistyped.', {
        remedy: 'Copy the whole key, from "lk_" to its end, or ask an administrator for another.',
      })
    : new LanternError('unauthenticated', 'This link is not good: it was used already, or is too old.', {
        remedy: 'Sign in with an API key, or start Lantern again: it prints a new link.',
      })
}
