/**
 * Whether a request that changes something comes from Lantern's own page. SameSite alone does not say so: another port
 * of the same host is the same site. So the Origin header, which browsers send with every such request and no page can
 * set, is held against the host that was asked (OWASP, Cross-Site Request Forgery Prevention: verifying origin).
 * Under our Referrer-Policy, no-referrer, browsers say it in fetch's default mode alone: forms send `Origin: null`.
 */
import type { FastifyRequest } from 'fastify'
import { LanternError } from '../../model/errors.ts'

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/**
 * Raises `forbidden` for a request that changes something and comes from elsewhere; with `cookie`, also for one that
 * does not say where it comes from. `publicUrl`: the address under which people reach Lantern; empty: unknown.
 */
export function requireOwnPage(
  request: FastifyRequest,
  options: { publicUrl: string; cookie: boolean },
): void {
  const { origin, host } = request.headers
  if (safeMethods.has(request.method) || (origin === undefined && !options.cookie)) return
  if (origin !== undefined && isOwn(origin, host, options.publicUrl)) return
  throw new LanternError(
    'forbidden',
    origin === undefined
      ? 'With the cookie of a session, the Origin header must say which page asks; there is none.'
      : "This was asked by a page that is not Lantern's own.",
    {
      remedy:
        'Do it on the page of Lantern itself, or send an API key instead of the cookie. Behind a proxy, let LANTERN_PUBLIC_URL be the address that people open.',
    },
  )
}

/** A proxy may speak https for Lantern, which is only known of the public address: there the scheme must fit, too. */
function isOwn(origin: string, host: string | undefined, publicUrl: string): boolean {
  const [asking, asked, known] = [origin, `http://${host ?? ''}`, publicUrl].map((url) => URL.parse(url))
  if (!asking || asking.origin !== origin) return false
  if (known?.host === asking.host) return known.origin === asking.origin
  return asking.host === asked?.host
}
