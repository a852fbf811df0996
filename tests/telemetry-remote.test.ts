/** The telemetry port across a process boundary: the contract, a real child process, and what goes wrong. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { deserialize, serialize } from 'node:v8'
import { describe, expect, it, onTestFinished } from 'vitest'
import { LanternError } from '../model/errors.ts'
import type { SeriesQuery, Telemetry, TelemetryQueries } from '../stores/telemetry/port.ts'
import { type Channel, createRemoteTelemetry, serveTelemetry } from '../stores/telemetry/remote.ts'
import { telemetryQueriesContract } from './contracts/telemetry.ts'
import { prepareDuckDb, temporaryFile } from './support/telemetry-files.ts'
import { appendMessage, batchSize, historyBegin, processMessage } from './support/telemetry-process.ts'

/** Two ends of a channel; messages cross as they do between processes, and not at once. */
function channelPair(): [Channel, Channel] {
  const handlers: ((message: unknown) => void)[][] = [[], []]
  const end = (own: number): Channel => ({
    send(message) {
      const crossed: unknown = deserialize(serialize(message))
      setImmediate(() => {
        for (const handler of handlers[1 - own] ?? []) handler(crossed)
      })
    },
    onMessage: (handler) => handlers[own]?.push(handler),
  })
  return [end(0), end(1)]
}

function ask(telemetry: TelemetryQueries, options: { timeoutMs?: number; maxPending?: number } = {}) {
  const [near, far] = channelPair()
  serveTelemetry({ channel: far, telemetry })
  const remote = createRemoteTelemetry({ timeoutMs: 5000, maxPending: 10, ...options })
  remote.connect(near)
  return { remote, near, far }
}

telemetryQueriesContract('remote over DuckDB', prepareDuckDb, (telemetry: Telemetry) => ask(telemetry).remote)

const query: SeriesQuery = {
  kind: 'camera',
  field: 'fps',
  aggregate: 'count',
  window: 3_600_000,
  offset: 0,
  from: historyBegin,
  to: historyBegin + 86_400_000,
  maxPoints: 100,
}
const never = () => new Promise<never>(() => undefined)
const silent: TelemetryQueries = {
  series: never,
  latest: never,
  readings: never,
  coverageHistory: never,
  stats: never,
}

describe('remote telemetry', () => {
  it('hands an error on with its code, remedy and faults', async () => {
    const refusal = new LanternError('query-too-large', 'the answer has more than 2 points', {
      faults: [{ field: 'window', message: 'must be wider' }],
      remedy: 'Ask for less.',
    })
    const { remote } = ask({ ...silent, series: () => Promise.reject(refusal) })
    const error: unknown = await remote.series(query).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(LanternError)
    expect(error).toMatchObject({
      code: 'query-too-large',
      status: 422,
      message: 'the answer has more than 2 points',
      remedy: 'Ask for less.',
      faults: [{ field: 'window', message: 'must be wider' }],
    })
  })

  it('hands a bug on as one, not as an error on purpose', async () => {
    const { remote } = ask({ ...silent, stats: () => Promise.reject(new TypeError('x is undefined')) })
    const error: unknown = await remote.stats().catch((thrown: unknown) => thrown)
    expect(error).not.toBeInstanceOf(LanternError)
    expect(error).toMatchObject({ message: expect.stringContaining('x is undefined') })
  })

  it('refuses a query that is not of its form, on the other side', async () => {
    const { remote } = ask(silent)
    await expect(remote.series({ ...query, maxPoints: 0.5 })).rejects.toMatchObject({
      code: 'invalid-request',
      faults: [expect.objectContaining({ field: 'maxPoints' })],
    })
  })

  it('takes no answer that is not of its form', async () => {
    const { remote } = ask({
      ...silent,
      stats: async () => ({ readings: 1, bytes: Number.NaN, oldest: null }),
    })
    await expect(remote.stats()).rejects.toThrow('not of its form')
  })

  it('leaves other traffic alone, and answers that nobody waits for', async () => {
    const { remote, near, far } = ask({
      ...silent,
      stats: async () => ({ readings: 1, bytes: 2, oldest: 3 }),
    })
    const seen: unknown[] = []
    near.onMessage((message) => seen.push(message))
    far.send({ type: 'progress', id: 1, telemetry: 5 })
    far.send({ telemetry: 'answer', id: 77, result: { readings: 9, bytes: 9, oldest: 9 } })
    near.send({ type: 'stop' })
    near.send({ telemetry: 'question', id: 'one', query: {} })
    expect(await remote.stats()).toEqual({ readings: 1, bytes: 2, oldest: 3 })
    expect(seen).toHaveLength(3)
  })

  it('gives up after its time limit, and takes no more than maxPending at once', async () => {
    const { remote } = ask(silent, { timeoutMs: 50, maxPending: 2 })
    const first = [remote.stats(), remote.series(query)]
    await expect(remote.stats()).rejects.toMatchObject({ code: 'too-many-requests' })
    for (const pending of await Promise.allSettled(first))
      expect(pending).toMatchObject({ status: 'rejected', reason: { code: 'store-timeout' } })
    await expect(remote.stats()).rejects.toMatchObject({ code: 'store-timeout' })
  })

  it('fails what is pending when the channel changes, and asks over the new one', async () => {
    const { remote, near } = ask(silent)
    const pending = remote.stats()
    const [newNear, newFar] = channelPair()
    serveTelemetry({ channel: newFar, telemetry: { ...silent, latest: async () => [] } })
    remote.connect(newNear)
    await expect(pending).rejects.toMatchObject({ code: 'store-unavailable' })
    const answer = remote.latest({ kind: 'camera', serial: 1, limit: 1 })
    near.send({ type: 'the old channel is not listened to' })
    expect(await answer).toEqual([])
    remote.disconnect()
    await expect(remote.stats()).rejects.toMatchObject({ code: 'store-unavailable' })
  })

  it('outlives the process of the store', async () => {
    const file = temporaryFile()
    const remote = createRemoteTelemetry({ timeoutMs: 10_000, maxPending: 10 })
    await expect(remote.stats()).rejects.toMatchObject({ code: 'store-unavailable' })
    const first = await startProcess(file)
    remote.connect(first.channel)
    first.child.send(appendMessage.parse({ type: 'append' }))
    await first.position(20)
    expect((await remote.series({ ...query, window: 300_000 })).series[0]?.points.length).toBeGreaterThan(15)
    first.child.kill('SIGSTOP')
    const pending = remote.stats()
    first.child.kill('SIGKILL')
    await once(first.child, 'exit')
    remote.disconnect()
    await expect(pending).rejects.toMatchObject({ code: 'store-unavailable' })
    const second = await startProcess(file)
    remote.connect(second.channel)
    const { readings } = await remote.stats()
    expect(readings).toBeGreaterThanOrEqual(
      Array.from({ length: 20 }, (_, index) => batchSize(index + 1)).reduce((a, b) => a + b),
    )
  })
})

async function startProcess(file: string) {
  const script = fileURLToPath(new URL('support/telemetry-process.ts', import.meta.url))
  const child: ChildProcess = fork(script, [file], { serialization: 'advanced' })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const until = (wanted: (message: unknown) => boolean) =>
    new Promise<void>((resolve, reject) => {
      child.on('message', (message) => {
        if (wanted(message)) resolve()
      })
      child.once('exit', () => reject(new Error('the process of the store ended')))
    })
  await until((message) => processMessage.safeParse(message).data?.type === 'ready')
  const channel: Channel = {
    send: (message) => child.send(message),
    onMessage: (handler) => child.on('message', handler),
  }
  return {
    child,
    channel,
    position: (position: number) =>
      until((message) => {
        const parsed = processMessage.safeParse(message).data
        return parsed?.type === 'position' && parsed.position >= position
      }),
  }
}
