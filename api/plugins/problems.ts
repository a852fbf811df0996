/**
 * Answers every error as problem+json: what routes raise, what Fastify finds wrong with a request, unknown
 * addresses and methods, and what is not even HTTP.
 */
import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { problemType } from '../../model/answers/problem.ts'
import { LanternError } from '../../model/errors.ts'
import type { App } from '../dependencies.ts'
import { commonHeaders } from './headers.ts'
import { asLanternError, problemOf } from './problem.ts'

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
    // A route that takes the method can still find nothing there: a file that is gone.
    if (methods.length === 0 || methods.includes(request.method))
      throw new LanternError('not-found', `There is no route ${path}.`)
    reply.header('allow', methods.join(', '))
    throw new LanternError(
      'method-not-allowed',
      `${path} takes ${methods.join(', ')}, not ${request.method}.`,
    )
  })
}

/** Answers an address that the router cannot read; hooks do not run for it. */
export function answerFrameworkError(thrown: Error, request: FastifyRequest, reply: FastifyReply): void {
  reply.headers(commonHeaders(request.id))
  sendProblem(thrown, request, reply)
}

/** Answers what node could not read as a request: too slow, too long, or not HTTP. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const detail = clientErrors[error.code ?? ''] ?? 'This is not a well-formed HTTP request.'
  const requestId = randomUUID()
  const body = JSON.stringify(problemOf(new LanternError('invalid-request', detail), requestId))
  const headers = {
    ...commonHeaders(requestId),
    connection: 'close',
    'content-type': problemType,
    'content-length': String(Buffer.byteLength(body)),
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  socket.end(['HTTP/1.1 400 Bad Request', ...lines, '', body].join('\r\n'))
}

const clientErrors: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'The request did not arrive in time.',
  HPE_HEADER_OVERFLOW: 'The headers of the request are too long.',
}
