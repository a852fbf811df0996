/**
 * The cookie of a session (RFC 6265bis): no script can read it (HttpOnly), no other site makes the browser send it
 * (SameSite=Strict), and where people reach Lantern over https it never goes over anything else (Secure). It has no
 * Domain, so it goes to no other host.
 */
import type { FastifyRequest } from 'fastify'
import { secretPattern } from '../../model/access.ts'
import { second } from '../../model/time.ts'

export const sessionCookie = 'lantern_session'
const prefix = `${sessionCookie}=`

/** More cookies of the name than this are not looked at: a browser of ours has one. */
const maxCookies = 8
const wholeSecret = new RegExp(`^${secretPattern.source}$`)
/** What a browser says (Fetch Metadata, W3C) of a request that a page of another site or port made it send. */
const foreign = new Set(['cross-site', 'same-site'])

/** `Set-Cookie` that gives the browser the secret of a session, which is of letters that need no quoting. */
export function cookieOf(session: { secret: string; lastsMs: number; secure: boolean }): string {
  const { secret, lastsMs, secure } = session
  const attributes = [`Max-Age=${Math.floor(lastsMs / second)}`, 'Path=/', 'HttpOnly', 'SameSite=Strict']
  return [prefix + secret, ...attributes, ...(secure ? ['Secure'] : [])].join('; ')
}

/** `Set-Cookie` that takes it away. */
export function noCookie(secure: boolean): string {
  return cookieOf({ secret: '', lastsMs: 0, secure })
}

/**
 * What may be secrets of sessions in a request. Cookies know no ports, and have no order that one may rely on (RFC
 * 6265bis): whoever has another port of this host can add one of the same name before ours. So all are read, and it is
 * for Sessions to tell the good one. A browser that says that a page of another site or port makes it ask is taken to
 * have sent none.
 */
export function secretsIn(request: Pick<FastifyRequest, 'headers'>): string[] {
  if (foreign.has(String(request.headers['sec-fetch-site']))) return []
  const secrets = cookiesIn(request).filter((value) => wholeSecret.test(value))
  return [...new Set(secrets)].slice(0, maxCookies)
}

/** Whether a request carries the cookie at all, good or not. */
export function hasCookie(request: Pick<FastifyRequest, 'headers'>): boolean {
  return cookiesIn(request).length > 0
}

function cookiesIn({ headers }: Pick<FastifyRequest, 'headers'>): string[] {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim())
  return pairs.filter((pair) => pair.startsWith(prefix)).map((pair) => pair.slice(prefix.length))
}
