/**
 * The telemetry port across a process boundary: the ingest worker owns the DuckDB file, the API asks for it
 * over the channel between parent and child. Both ends are here; what crosses is checked on arrival.
 */
import { z } from 'zod'
import { errorCodes, LanternError, messageOf } from '../../model/errors.ts'
import { kindNames } from '../../model/kinds.ts'
import { aggregates, type TelemetryQueries } from './port.ts'

/** What carries messages to the other process; `child_process` IPC fits it. */
export interface Channel {
  send(message: object): void
  onMessage(handler: (message: unknown) => void): void
}

const value = z.union([z.number(), z.boolean()])
const requests = {
  series: z.object({
    kind: z.enum(kindNames),
    field: z.string(),
    aggregate: z.enum(aggregates),
    window: z.number(),
    offset: z.number(),
    from: z.number(),
    to: z.number(),
    area: z.string().optional(),
    place: z.string().optional(),
    device: z.string().optional(),
    groupBy: z.union([z.literal('place'), z.literal('device'), z.object({ level: z.string() })]).optional(),
    maxPoints: z.number(),
  }),
  latest: z.object({
    kind: z.enum(kindNames),
    serial: z.number(),
    limit: z.number(),
    before: z.number().optional(),
    from: z.number().optional(),
  }),
  stats: z.undefined(),
}
const answers = {
  series: z.object({
    source: z.enum(['raw', '5m']),
    series: z.array(
      z.object({
        group: z.string().nullable(),
        points: z.array(z.object({ time: z.number(), value: z.number(), count: z.number() })),
      }),
    ),
  }),
  latest: z.array(
    z.object({
      kind: z.enum(kindNames),
      serial: z.number(),
      observedAt: z.number(),
      receivedAt: z.number(),
      values: z.record(z.string(), value.optional()),
    }),
  ),
  stats: z.object({ readings: z.number(), bytes: z.number(), oldest: z.number().nullable() }),
}

const id = z.number().int()
const request = z.discriminatedUnion('method', [
  z.object({ type: z.literal('telemetry'), id, method: z.literal('series'), request: requests.series }),
  z.object({ type: z.literal('telemetry'), id, method: z.literal('latest'), request: requests.latest }),
  z.object({ type: z.literal('telemetry'), id, method: z.literal('stats') }),
])
const answer = z.object({
  type: z.literal('telemetry-answer'),
  id,
  result: z.unknown(),
  error: z
    .object({
      code: z.enum(errorCodes),
      message: z.string(),
      faults: z.array(z.object({ field: z.string(), message: z.string() })),
      remedy: z.string(),
    })
    .optional(),
})

/** The worker's end: answers every telemetry request that comes over the channel. */
export function serveTelemetry(options: { channel: Channel; telemetry: TelemetryQueries }): void {
  const { channel, telemetry } = options
  channel.onMessage((message) => {
    const parsed = request.safeParse(message)
    if (!parsed.success) return
    const asked = parsed.data
    const work: Promise<unknown> =
      asked.method === 'series'
        ? telemetry.series(asked.request)
        : asked.method === 'latest'
          ? telemetry.latest(asked.request)
          : telemetry.stats()
    void work.then(
      (result) => channel.send({ type: 'telemetry-answer', id: asked.id, result }),
      (thrown) => channel.send({ type: 'telemetry-answer', id: asked.id, error: describe(thrown) }),
    )
  })
}

function describe(thrown: unknown): z.input<typeof answer>['error'] {
  const error = thrown instanceof LanternError ? thrown : new LanternError('internal', messageOf(thrown))
  return { code: error.code, message: error.message, faults: [...error.faults], remedy: error.remedy }
}

export interface RemoteTelemetry extends TelemetryQueries {
  /** Asks over this channel from now on. */
  connect(channel: Channel): void
  /** The other process is gone: what is under way fails, and new questions fail at once. */
  disconnect(): void
}

interface Pending {
  settle(found: z.output<typeof answer>): void
  fail(error: LanternError): void
}

/**
 * The asking end. Raises `store-unavailable` while there is no other process, `store-timeout` after
 * `timeoutMs`, and `too-many-requests` above `maxPending` questions under way.
 */
export function createRemoteTelemetry(options: { timeoutMs: number; maxPending: number }): RemoteTelemetry {
  const { timeoutMs, maxPending } = options
  const pending = new Map<number, Pending>()
  let channel: Channel | undefined
  let lastId = 0

  function ask<T>(method: keyof typeof requests, schema: z.ZodType<T>, question?: object): Promise<T> {
    const to = channel
    if (!to)
      return Promise.reject(
        new LanternError('store-unavailable', 'the telemetry store is being started again'),
      )
    if (pending.size >= maxPending)
      return Promise.reject(new LanternError('too-many-requests', `${maxPending} queries are under way`))
    const questionId = ++lastId
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => {
        pending.delete(questionId)
        reject(new LanternError('store-timeout', `the telemetry store did not answer within ${timeoutMs} ms`))
      }, timeoutMs)
      const end = () => {
        clearTimeout(timer)
        pending.delete(questionId)
      }
      pending.set(questionId, {
        settle({ result, error }) {
          end()
          if (error) reject(new LanternError(error.code, error.message, error))
          else {
            const checked = schema.safeParse(result)
            if (checked.success) resolve(checked.data)
            else
              reject(
                new LanternError(
                  'internal',
                  `the telemetry store's answer is not of its form: ${checked.error.message}`,
                ),
              )
          }
        },
        fail(error) {
          end()
          reject(error)
        },
      })
      to.send({ type: 'telemetry', id: questionId, method, ...(question ? { request: question } : {}) })
    })
  }

  return {
    series: (query) => ask('series', answers.series, query),
    latest: (query) => ask('latest', answers.latest, query),
    stats: () => ask('stats', answers.stats),
    connect(to) {
      channel = to
      to.onMessage((message) => {
        const parsed = answer.safeParse(message)
        if (parsed.success) pending.get(parsed.data.id)?.settle(parsed.data)
      })
    },
    disconnect() {
      channel = undefined
      for (const { fail } of [...pending.values()])
        fail(new LanternError('store-unavailable', 'the telemetry store ended while it was asked'))
    },
  }
}
