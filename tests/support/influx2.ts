/**
 * An InfluxDB 2.x for tests: the real program that INFLUXD2 names (the path of an `influxd` 2.x), on loopback and a
 * temporary folder; without one, the stand-in in front of a real 1.x. Tests say in their names which it is.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { createInflux2StandIn } from './influx2-stand-in.ts'
import { startInfluxd } from './influxd.ts'
import { freePort } from './lantern.ts'

const program = process.env.INFLUXD2
/** Whether the real program is there. */
export const hasInflux2 = program !== undefined
/** What stands in the names of the tests. */
export const influx2Name = program
  ? 'InfluxDB 2.x'
  : 'a stand-in for the API of InfluxDB 2.x, before a real 1.x'

export interface Influx2 {
  readonly url: string
  readonly port: number
  readonly org: string
  /** An administrator's. */
  readonly token: string
  /** A call of the API with that token; raises for any other answer than a good one. */
  call(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object | string): Promise<unknown>
  /** Begins the program again after `kill`; of the stand-in both are an error. */
  start(): Promise<void>
  /** kill -9. */
  kill(): Promise<void>
  /** Removes a bucket with everything in it, if it is there. */
  removeBucket(name: string): Promise<void>
  remove(): Promise<void>
}

const org = 'city'
const token = 'a-token-for-tests'

export async function startInflux2(): Promise<Influx2> {
  const { url, start, kill, remove } = program ? await startReal(program) : await startStandIn()

  async function call(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: object | string,
  ): Promise<unknown> {
    const response = await fetch(url + path, {
      method,
      headers: {
        authorization: `Token ${token}`,
        ...(typeof body === 'object' && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return text ? JSON.parse(text) : undefined
  }

  return {
    ...{ url, org, token, call, start, kill, remove },
    port: Number(new URL(url).port),
    async removeBucket(name) {
      const query = new URLSearchParams({ org, name })
      const listed = await call('GET', `/api/v2/buckets?${query}`).catch(() => ({ buckets: [] }))
      const { buckets } = z.object({ buckets: z.array(z.object({ id: z.string() })) }).parse(listed)
      for (const { id } of buckets) await call('DELETE', `/api/v2/buckets/${id}`)
    },
  }
}

async function startStandIn() {
  const influxd = await startInfluxd()
  const app = createInflux2StandIn({ url: influxd.url, org, token })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const cannot = () => Promise.reject(new Error('the stand-in is neither killed nor begun again'))
  return {
    ...{ url, start: cannot, kill: cannot },
    async remove() {
      await app.close()
      await influxd.remove()
    },
  }
}

async function startReal(influxd: string) {
  const folder = await mkdtemp(join(tmpdir(), 'lantern-influx2-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const paths = ['bolt', 'engine', 'sqlite'].flatMap((name) => [`--${name}-path`, join(folder, name)])
  const flags = ['--http-bind-address', `127.0.0.1:${port}`, '--reporting-disabled', '--ui-disabled']
  let child: ChildProcess | undefined
  let exited: Promise<unknown> = Promise.resolve()

  async function until(what: string, ask: () => Promise<Response>): Promise<void> {
    for (let tries = 1; tries <= 300; tries++) {
      const isGood = await ask().then(
        ({ ok }) => ok,
        () => false,
      )
      if (isGood) return
      await sleep(100)
    }
    throw new Error(`${influxd} was not ${what} within 30 s`)
  }
  async function start(): Promise<void> {
    const running = spawn(influxd, ['run', ...flags, ...paths, '--log-level', 'error'], { stdio: 'ignore' })
    child = running
    exited = new Promise((resolve) => running.once('exit', resolve))
    await until('up', () => fetch(`${url}/health`, { signal: AbortSignal.timeout(1000) }))
  }
  async function kill(): Promise<void> {
    child?.kill('SIGKILL')
    await exited
    child = undefined
  }

  await start()
  const body = JSON.stringify({ username: 'admin', password: 'secret-secret', org, bucket: 'first', token })
  const signal = () => AbortSignal.timeout(5000)
  await until('set up', () => fetch(`${url}/api/v2/setup`, { method: 'POST', body, signal: signal() }))
  return {
    ...{ url, start, kill },
    async remove() {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
