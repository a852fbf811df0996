/**
 * A real broker (Aedes over TCP) for tests of things that publish: it writes down every message, and can go
 * away and come back on its port, cut its connections, and refuse sign-ins. Keeps nothing else.
 */
import { createServer, type Server, type Socket } from 'node:net'
import { Aedes } from 'aedes'
import { z } from 'zod'

export interface Published {
  readonly topic: string
  readonly text: string
  readonly retain: boolean
  readonly dup: boolean
  readonly client: string | null
}

export interface RecordingBroker {
  readonly port: number
  readonly url: string
  readonly messages: Published[]
  /** Ids of the clients that are connected now. */
  connected(): string[]
  /** Called for every sign-in; false refuses it. */
  letIn: (user: string, password: string) => boolean
  /** How long each PUBACK is held, ms. */
  holdMs: number
  cut(): void
  goAway(): Promise<void>
  comeBack(): Promise<void>
  stop(): Promise<void>
}

export async function startRecordingBroker(): Promise<RecordingBroker> {
  const sockets = new Set<Socket>()
  const clients = new Set<string>()
  const messages: Published[] = []
  let aedes: Aedes
  let server: Server

  async function open(onPort: number): Promise<number> {
    aedes = await Aedes.createBroker({ concurrency: 10_000 })
    aedes.authenticate = (_client, user, password, done) => {
      if (recorder.letIn(user ?? '', password?.toString() ?? '')) done(null, true)
      else done(Object.assign(new Error('refused'), { returnCode: 5 }), null)
    }
    aedes.authorizePublish = (client, { topic, payload, retain, dup }, done) => {
      messages.push({ topic, text: payload.toString(), retain, dup, client: client?.id ?? null })
      if (recorder.holdMs > 0) setTimeout(done, recorder.holdMs, null)
      else done(null)
    }
    aedes.on('client', ({ id }) => clients.add(id))
    aedes.on('clientDisconnect', ({ id }) => clients.delete(id))
    server = createServer((socket) => {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
      aedes.handle(socket)
    })
    await new Promise<void>((resolve) => server.listen(onPort, '127.0.0.1', resolve))
    return z.object({ port: z.number() }).parse(server.address()).port
  }

  const recorder: Omit<RecordingBroker, 'port' | 'url'> = {
    messages,
    connected: () => [...clients],
    letIn: () => true,
    holdMs: 0,
    cut() {
      for (const socket of sockets) socket.destroy()
    },
    async goAway() {
      recorder.cut()
      await new Promise((resolve) => server.close(resolve))
      await new Promise<void>((resolve) => aedes.close(resolve))
      clients.clear()
    },
    async comeBack() {
      await open(port)
    },
    stop: () => recorder.goAway(),
  }
  const port = await open(0)
  return Object.assign(recorder, { port, url: `mqtt://127.0.0.1:${port}` })
}
