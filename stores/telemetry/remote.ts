/**
 * The query side of the telemetry port, spoken across a process boundary: one process owns the DuckDB file,
 * and the API asks it from another. `serveTelemetry` runs beside the store, `createRemoteTelemetry` where the
 * questions are; the IPC of child_process (serialization 'advanced') is a fitting channel.
 */
import type { z } from 'zod'
import { LanternError, messageOf } from '../../model/errors.ts'
import type { TelemetryQueries } from './port.ts'
import {
  type Answer,
  answerSchema,
  envelopeSchema,
  type Query,
  querySchema,
  resultSchemas,
} from './remote-messages.ts'

/** Carries messages both ways, in order; other traffic on it is left alone. */
export interface Channel {
  send(message: object): unknown
  onMessage(handler: (message: unknown) => void): unknown
}

export interface RemoteTelemetry extends TelemetryQueries {
  /** Asks over this channel from now on; what is pending on another fails with `store-unavailable`. */
  connect(channel: Channel): void
  /** The other side is gone: what is pending and what is asked until the next `connect` fails at once. */
  disconnect(): void
}

/** Answers the questions that come over the channel. */
export function serveTelemetry(options: { channel: Channel; telemetry: TelemetryQueries }): void {
  const { channel, telemetry } = options
  channel.onMessage((message) => {
    const envelope = envelopeSchema.safeParse(message)
    if (!envelope.success) return
    const { id, query } = envelope.data
    answer(telemetry, query)
      .then(
        (result): Answer => ({ telemetry: 'answer', id, result }),
        (thrown): Answer => ({ telemetry: 'answer', id, error: describeError(thrown) }),
      )
      .then((reply) => channel.send(reply))
      // The channel is closed: the asker is gone, or has been told so.
      .catch(() => undefined)
  })
}

async function answer(telemetry: TelemetryQueries, message: unknown): Promise<unknown> {
  const query = querySchema.safeParse(message)
  if (!query.success)
    throw new LanternError('invalid-request', 'the telemetry query is not of its form', {
      faults: query.error.issues.map(({ path, message }) => ({ field: path.join('.'), message })),
    })
  switch (query.data.method) {
    case 'series':
      return telemetry.series(query.data)
    case 'readings':
      return telemetry.readings(query.data)
    case 'latest':
      return telemetry.latest(query.data)
    case 'coverageHistory':
      return telemetry.coverageHistory(query.data)
    case 'stats':
      return telemetry.stats()
  }
}

function describeError(thrown: unknown): Answer['error'] {
  if (!(thrown instanceof LanternError)) return { detail: messageOf(thrown) }
  const { code, message, remedy, faults } = thrown
  return { code, detail: message, remedy, faults: [...faults] }
}

/** An error on purpose keeps its code; anything else stays what it is, a bug. */
function recreateError({
  code,
  detail,
  remedy,
  faults,
}: NonNullable<z.output<typeof answerSchema>['error']>): Error {
  if (!code) return new Error(`the telemetry store failed: ${detail}`)
  return new LanternError(code, detail, { faults, ...(remedy !== undefined && { remedy }) })
}

interface Pending {
  readonly timer: NodeJS.Timeout
  accept(result: unknown): void
  reject(error: Error): void
}

/**
 * Asks a store in another process. Raises what the store raises, and `store-timeout` after `timeoutMs`,
 * `too-many-requests` beyond `maxPending`, `store-unavailable` while there is no channel.
 */
export function createRemoteTelemetry(options: { timeoutMs: number; maxPending: number }): RemoteTelemetry {
  const { timeoutMs, maxPending } = options
  const pending = new Map<number, Pending>()
  let channel: Channel | undefined
  let lastId = 0

  function settle(id: number): Pending | undefined {
    const entry = pending.get(id)
    clearTimeout(entry?.timer)
    pending.delete(id)
    return entry
  }

  function failPending(): void {
    for (const id of [...pending.keys()]) settle(id)?.reject(away())
  }

  function receive(message: unknown): void {
    const reply = answerSchema.safeParse(message)
    if (!reply.success) return
    const { id, error, result } = reply.data
    const entry = settle(id)
    if (error) entry?.reject(recreateError(error))
    else entry?.accept(result)
  }

  function ask<Result>(query: Query, schema: z.ZodType<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (!channel) return reject(away())
      if (pending.size >= maxPending)
        return reject(
          new LanternError('too-many-requests', `${pending.size} telemetry queries are pending already`),
        )
      const id = ++lastId
      const timer = setTimeout(() => settle(id)?.reject(late(timeoutMs)), timeoutMs)
      const accept = (message: unknown) => {
        const result = schema.safeParse(message)
        if (result.success) resolve(result.data)
        else reject(new Error(`the telemetry store's answer to ${query.method} is not of its form`))
      }
      pending.set(id, { timer, accept, reject })
      try {
        channel.send({ telemetry: 'question', id, query })
      } catch {
        settle(id)?.reject(away())
      }
    })
  }

  return {
    connect(next) {
      failPending()
      channel = next
      next.onMessage((message) => {
        if (channel === next) receive(message)
      })
    },
    disconnect() {
      channel = undefined
      failPending()
    },
    series: (query) => ask({ method: 'series', ...query }, resultSchemas.series),
    readings: (request) => ask({ method: 'readings', ...request }, resultSchemas.readings),
    latest: (request) => ask({ method: 'latest', ...request }, resultSchemas.latest),
    coverageHistory: (query) => ask({ method: 'coverageHistory', ...query }, resultSchemas.coverageHistory),
    stats: () => ask({ method: 'stats' }, resultSchemas.stats),
  }
}

function away(): LanternError {
  return new LanternError('store-unavailable', 'the process of the telemetry store is being started again')
}

function late(timeoutMs: number): LanternError {
  return new LanternError('store-timeout', `the telemetry store did not answer within ${timeoutMs / 1000} s`)
}
