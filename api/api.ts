/**
 * The API of Lantern: what the root makes, starts and stops. It only asks the stores that it is given; the
 * node server is handed out, so that the root can put MQTT over WebSocket beside it at /mqtt.
 */
import type { Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { buildApp } from './app.ts'
import { type ApiDependencies, type App, defaultLimits } from './dependencies.ts'
import { createOneTimeCodes } from './session/one-time.ts'

export type { ApiDependencies, ApiLimits } from './dependencies.ts'

export interface Api {
  /** Listens; port 0 takes a free one. Answers where it really listens. */
  start(at: { host: string; port: number }): Promise<{ host: string; port: number; url: string }>
  /**
   * Takes no further connection, answers what is under way, closes idle connections, and after
   * `limits.stopMs` cuts off the rest, upgraded connections included.
   */
  stop(): Promise<void>
  /** A code with which an operator signs in once, in the name of an API key (its id). */
  oneTimeCode(key: string): string
  readonly server: Server
  /** For tests: `app.inject`. */
  readonly app: App
}

/** The stores must be started before `start`, and stopped after `stop`. */
export function createApi(dependencies: ApiDependencies): Api {
  const { stopMs } = { ...defaultLimits, ...dependencies.limits }
  const codes = createOneTimeCodes({ clock: dependencies.clock })
  const app = buildApp(dependencies, codes)
  const sockets = new Set<Socket>()
  app.server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })

  return {
    // Least rights: enough for all that the page does.
    oneTimeCode: (key) => codes.make({ key, role: 'operator' }),
    server: app.server,
    app,
    async start({ host, port }) {
      // The root says where everything is; Fastify's own line would say it twice.
      const { level } = app.log
      app.log.level = 'warn'
      await app.listen({ host, port })
      app.log.level = level
      const bound = boundTo(app.server)
      const name = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address
      return { host: bound.address, port: bound.port, url: `http://${name}:${bound.port}` }
    },
    async stop() {
      const cutOff = setTimeout(() => {
        for (const socket of sockets) socket.destroy()
      }, stopMs)
      try {
        await app.close()
      } finally {
        clearTimeout(cutOff)
      }
    },
  }
}

function boundTo(server: Server): AddressInfo {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the API does not listen on a port')
  return address
}
