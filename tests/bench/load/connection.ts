/**
 * One connection of the load generator: a device with a window of QoS 1 messages in flight. The window is
 * one buffer of ready PUBLISH packets, a slot for each packet id; a slot is rewritten only after its
 * PUBACK, so packets go to the socket without being copied, and are sent again (DUP) after a lost
 * connection as they stand. All timing comes from the generator's one timer.
 */
import { connect, type Socket } from 'node:net'
import type { Histogram } from './histogram.ts'
import {
  connectPacket,
  disconnect,
  dupFlag,
  packetType,
  pingreq,
  publishPacket,
  publishQos1,
} from './packets.ts'
import type { Payload } from './payload.ts'

/** What all connections of a load count together. */
export interface Tally {
  acknowledged: number
  resent: number
  opened: number
  lost: number
  refused: number
  pings: number
  pongs: number
  /** performance.now() of the newest PUBACK. */
  lastAckAt: number
  readonly latency: Histogram
  /** How often each error was seen. */
  readonly errors: Map<string, number>
}

export interface ConnectionOptions {
  readonly host: string
  readonly port: number
  readonly device: { readonly id: string; readonly token: string }
  readonly inFlight: number
  readonly keepaliveSeconds: number
  readonly payload: Payload
  readonly tally: Tally
  /** How many messages it may have issued by now (in all, since the start). */
  allowed(now: number): number
  /** When the message with that sequence number was due; latencies count from there. */
  dueAt(n: number, now: number): number
}

// libuv reads one socket at a time and hands the bytes over at once, so all sockets can share a buffer.
const inbox = Buffer.allocUnsafe(65_536)

export class LoadConnection {
  state: 'closed' | 'connecting' | 'open' = 'closed'
  /** How many messages were ever issued: their sequence numbers are 0 … issued − 1. */
  issued = 0
  /** When to connect (again), by performance.now(). */
  retryAt = 0
  #failures = 0
  #socket: Socket | undefined
  #carry: Buffer = Buffer.alloc(0)
  #pingAt = Number.POSITIVE_INFINITY
  readonly #options: ConnectionOptions
  readonly #packetLength: number
  readonly #payloadOffset: number
  readonly #slots: Buffer
  /** By slot: the sequence number in flight, −1 when free; and since when. */
  readonly #sequence: Float64Array
  readonly #since: Float64Array
  /** The free slots, first in first out, so that runs of neighbouring slots stay together. */
  readonly #free: Int32Array
  #freeHead = 0
  #freeCount: number

  constructor(options: ConnectionOptions) {
    const { inFlight } = options
    const packet = publishPacket(options.device.id, options.payload.bytes)
    this.#options = options
    this.#packetLength = packet.bytes.length
    this.#payloadOffset = packet.payloadOffset
    this.#slots = Buffer.allocUnsafeSlow(inFlight * packet.bytes.length)
    this.#sequence = new Float64Array(inFlight).fill(-1)
    this.#since = new Float64Array(inFlight)
    this.#free = Int32Array.from({ length: inFlight }, (_, slot) => slot)
    this.#freeCount = inFlight
    for (let slot = 0; slot < inFlight; slot++) {
      packet.bytes.copy(this.#slots, slot * this.#packetLength)
      this.#slots.writeUInt16BE(slot + 1, slot * this.#packetLength + packet.idOffset)
    }
  }

  /** The sequence numbers that were issued and not acknowledged, in order. */
  pending(): number[] {
    return [...this.#sequence].filter((n) => n >= 0).sort((a, b) => a - b)
  }

  get idle(): boolean {
    return this.#freeCount === this.#options.inFlight
  }

  open(): void {
    const { host, port, device, keepaliveSeconds } = this.#options
    this.state = 'connecting'
    this.#carry = Buffer.alloc(0)
    const socket = connect({
      host,
      port,
      noDelay: true,
      onread: {
        buffer: inbox,
        callback: (length) => {
          this.#receive(length)
          return true
        },
      },
    })
    this.#socket = socket
    socket.on('error', (error) => this.#note(`${'code' in error ? error.code : error.message}`))
    socket.on('end', () => socket.destroy())
    socket.on('close', () => this.#closed())
    socket.write(connectPacket(device, keepaliveSeconds))
  }

  /** Sends what may be sent now. */
  pump(now: number): void {
    if (this.state !== 'open' || this.#freeCount === 0) return
    const { payload, inFlight } = this.#options
    const count = Math.min(this.#freeCount, this.#options.allowed(now) - this.issued)
    if (count <= 0) return
    const length = this.#packetLength
    let runStart = -1
    let runEnd = -1
    for (let index = 0; index < count; index++) {
      const slot = this.#free[this.#freeHead] ?? 0
      this.#freeHead = this.#freeHead + 1 === inFlight ? 0 : this.#freeHead + 1
      const n = this.issued++
      this.#sequence[slot] = n
      this.#since[slot] = this.#options.dueAt(n, now)
      this.#slots[slot * length] = publishQos1
      payload.fill(this.#slots, slot * length + this.#payloadOffset, n)
      if (slot !== runEnd) {
        this.#writeRun(runStart, runEnd)
        runStart = slot
      }
      runEnd = slot + 1
    }
    this.#freeCount -= count
    this.#writeRun(runStart, runEnd)
  }

  /** Sends a PINGREQ when one is due. */
  ping(now: number): void {
    if (this.state !== 'open' || now < this.#pingAt) return
    this.#pingAt = now + this.#options.keepaliveSeconds * 1000
    this.#options.tally.pings += 1
    this.#socket?.write(pingreq)
  }

  /** Says DISCONNECT and closes. */
  close(): Promise<void> {
    const socket = this.#socket
    if (!socket || socket.destroyed) return Promise.resolve()
    return new Promise((resolve) => {
      socket.once('close', () => resolve())
      const timer = setTimeout(() => socket.destroy(), 2000)
      socket.once('close', () => clearTimeout(timer))
      this.state = 'closed'
      socket.end(disconnect)
    })
  }

  #writeRun(start: number, end: number): void {
    if (start >= 0)
      this.#socket?.write(this.#slots.subarray(start * this.#packetLength, end * this.#packetLength))
  }

  #note(error: string): void {
    const { errors } = this.#options.tally
    if (errors.has(error) || errors.size < 50) errors.set(error, (errors.get(error) ?? 0) + 1)
  }

  #closed(): void {
    if (this.state === 'open') this.#options.tally.lost += 1
    this.state = 'closed'
    this.#socket = undefined
    this.#failures += 1
    this.retryAt =
      performance.now() + Math.min(1000, 50 * 2 ** Math.min(10, this.#failures)) * (0.5 + Math.random())
  }

  #receive(length: number): void {
    const now = performance.now()
    const { tally } = this.#options
    let bytes = inbox
    let end = length
    if (this.#carry.length > 0) {
      bytes = Buffer.concat([this.#carry, inbox.subarray(0, length)])
      end = bytes.length
      this.#carry = Buffer.alloc(0)
    }
    let at = 0
    while (at + 2 <= end) {
      const type = bytes[at]
      const size = type === packetType.pingresp ? 2 : 4
      if (at + size > end) break
      if (type === packetType.puback) {
        this.#acknowledge(((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0), now)
      } else if (type === packetType.connack) {
        this.#signedIn(bytes[at + 3] ?? 255, now)
      } else if (type === packetType.pingresp) {
        tally.pongs += 1
      } else {
        this.#note(`unexpected packet type ${type}`)
        this.#socket?.destroy()
        return
      }
      at += size
    }
    if (at < end) this.#carry = Buffer.from(bytes.subarray(at, end))
    this.pump(now)
  }

  #acknowledge(packetId: number, now: number): void {
    const { tally, inFlight } = this.#options
    const slot = packetId - 1
    if (!((this.#sequence[slot] ?? -1) >= 0)) {
      this.#note('PUBACK for a message that was not in flight')
      return
    }
    tally.acknowledged += 1
    tally.lastAckAt = now
    tally.latency.record(now - (this.#since[slot] ?? now))
    this.#sequence[slot] = -1
    const tail = this.#freeHead + this.#freeCount
    this.#free[tail >= inFlight ? tail - inFlight : tail] = slot
    this.#freeCount += 1
  }

  #signedIn(code: number, now: number): void {
    const { tally, keepaliveSeconds } = this.#options
    if (code !== 0) {
      tally.refused += 1
      this.#note(`sign-in refused with code ${code}`)
      this.#socket?.destroy()
      return
    }
    this.state = 'open'
    this.#failures = 0
    tally.opened += 1
    // The first ping comes at a random moment, so that thousands of connections do not ping together.
    if (keepaliveSeconds > 0) this.#pingAt = now + Math.random() * keepaliveSeconds * 1000
    for (let slot = 0; slot < this.#sequence.length; slot++) {
      if ((this.#sequence[slot] ?? -1) < 0) continue
      this.#slots[slot * this.#packetLength] = publishQos1 | dupFlag
      this.#writeRun(slot, slot + 1)
      tally.resent += 1
    }
  }
}
