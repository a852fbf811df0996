/**
 * The load generator of the bench and of the fault tests: many devices over raw sockets with MQTT 3.1.1
 * packets built beforehand, because MQTT.js would spend more time than the broker that is measured.
 * `startLoad` runs it in this process, `forkLoad` in one of its own (which can be pinned to a core), and
 * `node tests/bench/generator.ts '<options as JSON>'` from a shell, printing the result as JSON.
 */
import { spawn } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { messageOf } from '../../model/errors.ts'
import { kindNames } from '../../model/kinds.ts'
import { LoadConnection, type Tally } from './load/connection.ts'
import { createHistogram, type Quantiles } from './load/histogram.ts'
import { kindInTurn, type Payload, readingPayload } from './load/payload.ts'

const count = z.number().int().min(1)

const loadOptions = z
  .strictObject({
    host: z.string().default('127.0.0.1'),
    port: z.number().int().min(1).max(65_535),
    /** Each has a connection of its own. Without a kind, the devices are of all kinds in turn. */
    devices: z
      .array(z.object({ id: z.string(), token: z.string(), kind: z.enum(kindNames).optional() }))
      .min(1),
    /** How many of the devices connect; unset: all. */
    connections: count.optional(),
    /** Messages of one connection that may wait for their PUBACK. */
    inFlight: count.max(65_535).default(50),
    /** Of all devices together, 1/s; unset: as fast as the window allows. */
    ratePerSecond: z.number().positive().optional(),
    /**
     * How long messages are issued, and how many in all: say at least one of them. With both, at most so
     * many are issued, and the connections stay for the whole time (0 messages: quiet devices).
     */
    seconds: z.number().positive().optional(),
    messages: z.number().int().min(0).optional(),
    /** Readings in a message; more than one go as an array. */
    batch: count.max(1000).default(1),
    /** Of the first reading of every device, epoch ms; unset: one hour ago. */
    firstObservedAt: z.number().int().min(1e12).max(9e12).optional(),
    /** Between two readings of a device, ms. */
    stepMs: count.default(1),
    /** 0: no pings. */
    keepaliveSeconds: z.number().int().min(0).max(65_535).default(0),
    /** After so long without a PUBACK or a sign-in while something is missing, the load gives up, s. */
    patienceSeconds: z.number().min(0).default(15),
    /** Connections that may be opening at the same time. */
    opening: count.default(100),
  })
  .refine((options) => options.seconds !== undefined || options.messages !== undefined, {
    message: 'say seconds or messages',
  })
export type LoadOptions = z.input<typeof loadOptions>

const loadResult = z.object({
  /** Distinct messages issued, and PUBACKs of them; `resent` were sent again after a lost connection. */
  sent: z.number(),
  acknowledged: z.number(),
  resent: z.number(),
  /** When everyone had signed in and the first message was issued, epoch ms; 0: never. */
  startedAt: z.number(),
  /** From the first message to the last PUBACK, s. */
  seconds: z.number(),
  /** Acknowledged messages, 1/s. */
  perSecond: z.number(),
  /** From when a message was sent (with a rate: from when it was due) to its PUBACK, ms. */
  latency: z.object({ p50: z.number(), p99: z.number(), p999: z.number(), max: z.number() }),
  connections: z.object({ opened: z.number(), lost: z.number(), refused: z.number() }),
  pings: z.number(),
  pongs: z.number(),
  errors: z.record(z.string(), z.number()),
  /** CPU time of the whole process while the load ran, s; and of one message, µs. */
  cpuSeconds: z.number(),
  cpuMicrosecondsPerMessage: z.number(),
  /** Observation times: reading j of message n of a device is at firstObservedAt + (n × batch + j) × stepMs. */
  firstObservedAt: z.number(),
  stepMs: z.number(),
  batch: z.number(),
  /**
   * What was acknowledged, by index of the device: every sequence number below `issued[i]` except those
   * in `pending[i]`. (Those may be in the store or not: their PUBACK never came.)
   */
  issued: z.array(z.number()),
  pending: z.array(z.array(z.number())),
})
export type LoadResult = z.output<typeof loadResult> & { latency: Quantiles }

export interface Load {
  /** Resolves when all is acknowledged or given up; never rejects because of the broker. */
  readonly done: Promise<LoadResult>
  /** Issues nothing more; `done` follows after the drain. */
  stop(): void
}

/** Starts a load in this process. `payload` replaces the built-in readings. */
export function startLoad(given: LoadOptions & { payload?: (index: number) => Payload }): Load {
  const { payload: ownPayload, ...rest } = given
  const options = loadOptions.parse(rest)
  const { ratePerSecond: rate, stepMs, batch } = options
  const size = Math.min(options.connections ?? options.devices.length, options.devices.length)
  const firstObservedAt = options.firstObservedAt ?? Date.now() - 3_600_000
  const tally: Tally = {
    acknowledged: 0,
    resent: 0,
    opened: 0,
    lost: 0,
    refused: 0,
    pings: 0,
    pongs: 0,
    lastAckAt: 0,
    latency: createHistogram(),
    errors: new Map(),
  }
  const gap = rate === undefined ? 0 : 1000 / rate
  const messages = options.messages ?? Number.POSITIVE_INFINITY
  let startedAt = 0
  let startedAtEpoch = 0
  let stopped = false
  /** With a rate: how many messages of the whole load have been found due. */
  let foundDue = 0

  // Message k of the whole load belongs to connection k mod size, and with a rate is due at k × gap.
  const connections = options.devices.slice(0, size).map((device, index) => {
    const payload =
      ownPayload?.(index) ??
      readingPayload({ kind: device.kind ?? kindInTurn(index), firstObservedAt, stepMs, batch })
    const connection: LoadConnection = new LoadConnection({
      ...{ host: options.host, port: options.port, device, payload, tally },
      ...{ inFlight: options.inFlight, keepaliveSeconds: options.keepaliveSeconds },
      allowed(now) {
        if (stopped || startedAt === 0) return connection.issued
        const due = gap === 0 ? messages : Math.min(messages, Math.floor((now - startedAt) / gap) + 1)
        return Math.ceil((due - index) / size)
      },
      dueAt: (n, now) => (gap === 0 ? now : startedAt + (n * size + index) * gap),
    })
    return connection
  })

  function openSome(now: number): void {
    let opening = connections.reduce((sum, { state }) => sum + (state === 'connecting' ? 1 : 0), 0)
    for (const connection of connections) {
      if (opening >= options.opening) return
      if (connection.state !== 'closed' || now < connection.retryAt) continue
      connection.open()
      opening += 1
    }
  }

  /** Only those that have something due: looking at thousands of others each ms would cost more than sending. */
  function pumpDue(now: number): void {
    if (startedAt === 0) return
    const due = Math.min(messages, Math.floor((now - startedAt) / gap) + 1)
    for (let k = Math.max(foundDue, due - size); k < due; k++) connections[k % size]?.pump(now)
    foundDue = due
  }

  async function run(): Promise<LoadResult> {
    let progressAt = performance.now()
    let progress = 0
    let issued = 0
    const pace = gap === 0 ? 20 : 1
    let housekeepingAt = 0
    let cpu = process.cpuUsage()
    for (;;) {
      await wait(pace)
      const now = performance.now()
      if (gap > 0) pumpDue(now)
      if (now < housekeepingAt) continue
      housekeepingAt = now + 20
      openSome(now)
      if (options.keepaliveSeconds > 0) for (const connection of connections) connection.ping(now)
      const open = connections.filter(({ state }) => state === 'open').length
      // The load begins when everyone is there, so that signing in is not measured with it.
      if (startedAt === 0 && open === size) {
        startedAt = now
        startedAtEpoch = Date.now()
        cpu = process.cpuUsage()
        for (const connection of connections) connection.pump(now)
      }
      issued = connections.reduce((sum, connection) => sum + connection.issued, 0)
      const idle = connections.every((connection) => connection.idle)
      if (tally.acknowledged + tally.opened > progress || (idle && open === size)) progressAt = now
      progress = tally.acknowledged + tally.opened
      if (startedAt > 0 && options.seconds !== undefined && now - startedAt >= options.seconds * 1000)
        stopped = true
      if (idle && (stopped || (options.seconds === undefined && issued >= messages))) break
      if (now - progressAt >= options.patienceSeconds * 1000) break
    }
    const used = process.cpuUsage(cpu)
    const seconds = Math.max(0, tally.lastAckAt - startedAt) / 1000
    const pending = connections.map((connection) => connection.pending())
    await Promise.all(connections.map((connection) => connection.close()))
    const cpuSeconds = (used.user + used.system) / 1e6
    return {
      sent: issued,
      acknowledged: tally.acknowledged,
      resent: tally.resent,
      startedAt: startedAtEpoch,
      seconds,
      perSecond: seconds > 0 ? tally.acknowledged / seconds : 0,
      latency: tally.latency.quantiles(),
      connections: { opened: tally.opened, lost: tally.lost, refused: tally.refused },
      pings: tally.pings,
      pongs: tally.pongs,
      errors: Object.fromEntries(tally.errors),
      cpuSeconds,
      cpuMicrosecondsPerMessage: tally.acknowledged > 0 ? (cpuSeconds * 1e6) / tally.acknowledged : 0,
      ...{ firstObservedAt, stepMs, batch, pending },
      issued: connections.map((connection) => connection.issued),
    }
  }

  return {
    done: run(),
    stop: () => {
      stopped = true
    },
  }
}

/** The same load in a process of its own; `cpus` pins it, as `taskset -c` writes them (`1`, `0-1`). */
export function forkLoad(given: LoadOptions & { cpus?: string }): Load {
  const { cpus, ...options } = given
  const node = [process.execPath, fileURLToPath(import.meta.url)]
  const [command = '', ...args] = cpus === undefined ? node : ['taskset', '-c', cpus, ...node]
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const done = new Promise<LoadResult>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) =>
      reject(new Error(`the load generator ended early (${signal ?? code})`)),
    )
    child.once('message', (message) => resolve(loadResult.parse(message)))
  })
  child.send(options)
  return { done, stop: () => child.connected && child.send('stop') }
}

function serveParent(): void {
  let load: Load | undefined
  process.once('disconnect', () => process.exit(1))
  process.on('message', (message) => {
    if (message === 'stop') {
      load?.stop()
      return
    }
    load = startLoad(loadOptions.parse(message))
    void load.done.then((result) => process.send?.(result, () => process.exit(0)))
  })
}

if (import.meta.main) {
  if (process.send) {
    serveParent()
  } else {
    try {
      const load = startLoad(loadOptions.parse(JSON.parse(process.argv[2] ?? '{}')))
      process.once('SIGINT', () => load.stop())
      console.log(JSON.stringify(await load.done))
    } catch (thrown) {
      console.error(messageOf(thrown))
      process.exitCode = 2
    }
  }
}
