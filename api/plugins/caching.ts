/**
 * Conditional answers for the public routes: a weak ETag over the body, a short Cache-Control, and 304 to
 * a client that has it already. A hash of the body costs far less than sending it.
 */
import { hash } from 'node:crypto'
import type { App } from '../dependencies.ts'

/** A weak entity tag (RFC 9110 section 8.8.3) of a text. */
export function weakETag(text: string): string {
  return `W/"${hash('sha1', text, 'base64url')}"`
}

/** Whether an If-None-Match header names the tag; weak comparison, so `W/` makes no difference. */
export function matchesETag(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false
  if (ifNoneMatch.trim() === '*') return true
  const opaque = (text: string) => text.trim().replace(/^W\//, '')
  return ifNoneMatch.split(',').some((candidate) => opaque(candidate) === opaque(tag))
}

/** A handler may set the `etag` itself, where part of its body (such as `asOf`) says nothing new. */
export function installCaching(app: App): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const { publicForSeconds } = request.routeOptions.config
    if (publicForSeconds === undefined) return payload
    if (reply.statusCode !== 200 || typeof payload !== 'string') {
      reply.header('cache-control', 'no-store')
      return payload
    }
    const given = reply.getHeader('etag')
    const tag = typeof given === 'string' ? given : weakETag(payload)
    reply.headers({ etag: tag, 'cache-control': `public, max-age=${publicForSeconds}` })
    if (!matchesETag(request.headers['if-none-match'], tag)) return payload
    reply.code(304)
    return ''
  })
}
