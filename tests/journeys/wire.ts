/**
 * An MQTT connection in the hand: packets (or bytes that are none) go out as they are given, and nothing is
 * answered, sent again or closed by itself. For what no decent client would do.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { generate, type IConnackPacket, type IConnectPacket, type Packet, parser } from 'mqtt-packet'

const patienceMs = 15_000

export interface Wire {
  send(...packets: readonly (Packet | Buffer)[]): void
  /** The next packet of that kind that has not been asked for yet; rejects when none comes. */
  next(kind: Packet['cmd']): Promise<Packet>
  /** Resolves when the other side has ended the connection; rejects when it does not. */
  ended(): Promise<void>
  /** Cuts the line, without a word. */
  drop(): Promise<void>
  readonly socket: Socket
}

export async function wire(port: number): Promise<Wire> {
  const socket = connect(port, '127.0.0.1')
  const closing = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.on('error', () => undefined)
  const unread: Packet[] = []
  let wake: () => void = () => undefined
  const incoming = parser({ protocolVersion: 4 })
  incoming.on('packet', (packet: Packet) => {
    unread.push(packet)
    wake()
  })
  socket.on('data', (bytes) => incoming.parse(bytes))
  await once(socket, 'connect')

  return {
    socket,
    send(...packets) {
      const bytes = packets.map((packet) => (Buffer.isBuffer(packet) ? packet : generate(packet)))
      socket.write(Buffer.concat(bytes))
    },
    async next(kind) {
      for (;;) {
        const index = unread.findIndex(({ cmd }) => cmd === kind)
        const [found] = index < 0 ? [] : unread.splice(index, 1)
        if (found) return found
        const news = new Promise<true>((resolve) => {
          wake = () => resolve(true)
        })
        if (!(await within(Promise.race([news, closing.then(() => false)]), `a ${kind}`)))
          throw new Error(`the connection was closed before a ${kind} came`)
      }
    },
    ended: () => within(closing, 'the end of the connection'),
    async drop() {
      socket.destroy()
      await closing
    },
  }
}

async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not come in ${patienceMs} ms`)), patienceMs)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/** The CONNECT of a device, under its own name. */
export function connectPacket(
  { id, token }: { id: string; token: string },
  more: Partial<IConnectPacket> = {},
): IConnectPacket {
  return {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clientId: id,
    clean: true,
    keepalive: 60,
    username: id,
    password: Buffer.from(token),
    ...more,
  }
}

/** A connection that a device has signed in on. */
export async function signedIn(
  port: number,
  device: { id: string; token: string },
  more: Partial<IConnectPacket> = {},
): Promise<Wire> {
  const line = await wire(port)
  line.send(connectPacket(device, more))
  const answer = await line.next('connack')
  if (!isAccepted(answer)) throw new Error(`refused: ${JSON.stringify(answer)}`)
  return line
}

function isAccepted(packet: Packet): packet is IConnackPacket {
  return packet.cmd === 'connack' && packet.returnCode === 0
}

/** A PUBLISH to the telemetry of a device. */
export function telemetryPacket(
  device: { id: string },
  body: unknown,
  { qos = 1, messageId = 1, dup = false }: { qos?: 0 | 1 | 2; messageId?: number; dup?: boolean } = {},
): Packet {
  return {
    cmd: 'publish',
    topic: `devices/${device.id}/telemetry`,
    payload: JSON.stringify(body),
    retain: false,
    qos,
    dup,
    ...(qos === 0 ? {} : { messageId }),
  }
}
