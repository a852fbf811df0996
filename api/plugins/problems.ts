/**
 * Answers every error as problem+json: what routes raise, what Fastify finds wrong with a request, unknown
 * addresses and methods, and what is not even HTTP.
 */
import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { LanternError } from '../../model/errors.ts'
import type { App } from '../dependencies.ts'
import { asLanternError, problemOf, problemType } from './problem.ts'

/** s after which to try again, for errors that pass by themselves. */
const retryAfter = 1

/** Sends what was thrown as a problem; logs it where it is a mistake of ours. */
export function sendProblem(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const error = asLanternError(thrown)
  if (error.status >= 500)
    request.log.error(
      { err: error.cause ?? error, code: error.code, route: request.routeOptions.url },
      error.message,
    )
  if (error.status === 429 || error.status === 503) reply.header('retry-after', String(retryAfter))
  reply
    .code(error.status)
    .type(problemType)
    .serializer((payload: unknown) => JSON.stringify(payload))
    .send(problemOf(error, request.id))
}

export function installProblems(app: App, methodsAt: (path: string) => string[]): void {
  app.setErrorHandler(sendProblem)
  app.setNotFoundHandler((request, reply) => {
    const [path = ''] = request.url.split('?')
    const methods = methodsAt(path)
    if (methods.length === 0) throw new LanternError('not-found', `There is no route ${path}.`)
    reply.header('allow', methods.join(', '))
    throw new LanternError(
      'method-not-allowed',
      `${path} takes ${methods.join(', ')}, not ${request.method}.`,
    )
  })
}

/** Answers what node could not read as a request: too slow, too long, or not HTTP. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const detail =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? 'The request did not arrive in time.'
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? 'The headers of the request are too long.'
        : 'This is not a well-formed HTTP request.'
  const body = JSON.stringify(problemOf(new LanternError('invalid-request', detail), randomUUID()))
  socket.end(
    [
      'HTTP/1.1 400 Bad Request',
      'Connection: close',
      `Content-Type: ${problemType}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  )
}
