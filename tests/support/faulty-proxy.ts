/**
 * A small HTTP proxy that stands between Lantern and a real server in fault tests and spoils requests in turn: it
 * answers with an error itself, breaks off before the server has seen anything, or passes the request on and gives
 * back half of the answer, or none.
 */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { z } from 'zod'

/** A status to answer with, or what to break. */
export type Fault = 401 | 404 | 429 | 500 | 503 | 'nothing sent' | 'half an answer' | 'no answer'

export interface FaultyProxy {
  readonly url: string
  /** Spoils every second request with the next of these; empty: passes everything on. */
  spoil(faults: readonly Fault[]): void
  /** How many requests were spoilt so far, of each fault. */
  spoilt(): ReadonlyMap<Fault, number>
  stop(): Promise<void>
}

export async function startFaultyProxy(target: { port: number }): Promise<FaultyProxy> {
  let faults: readonly Fault[] = []
  let requests = 0
  let turn = 0
  const spoilt = new Map<Fault, number>()

  function nextFault(): Fault | undefined {
    if (faults.length === 0 || ++requests % 2 === 0) return undefined
    const fault = faults[turn++ % faults.length]
    if (fault !== undefined) spoilt.set(fault, (spoilt.get(fault) ?? 0) + 1)
    return fault
  }

  async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await buffer(incoming)
    const fault = nextFault()
    if (typeof fault === 'number') {
      outgoing.writeHead(fault, { 'content-type': 'application/json' })
      outgoing.end(JSON.stringify({ error: `spoilt with ${fault}` }))
      return
    }
    if (fault === 'nothing sent') {
      incoming.socket.destroy()
      return
    }
    const { method, url: path, headers } = incoming
    const upstream = request({ host: '127.0.0.1', port: target.port, method, path, headers })
    upstream.on('error', () => incoming.socket.destroy())
    upstream.on('response', (response) => {
      buffer(response).then(
        (answer) => {
          if (fault === 'no answer') {
            incoming.socket.destroy()
            return
          }
          const { 'transfer-encoding': _, ...kept } = response.headers
          outgoing.writeHead(response.statusCode ?? 500, {
            ...kept,
            ...(response.statusCode !== 204 && { 'content-length': answer.length }),
          })
          if (fault === 'half an answer')
            outgoing.write(answer.subarray(0, answer.length / 2), () => incoming.socket.destroy())
          else outgoing.end(answer)
        },
        () => incoming.socket.destroy(),
      )
    })
    upstream.end(body)
  }

  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch(() => incoming.socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = z.object({ port: z.number() }).parse(server.address())
  return {
    url: `http://127.0.0.1:${port}`,
    spoil(next) {
      faults = next
    },
    spoilt: () => spoilt,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
