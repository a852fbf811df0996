/**
 * The real thing for tests, the torture and the bench: `lantern.ts` as its own process group on free ports and a
 * data folder of its own, which can be stopped, killed with everything it started, and begun again.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { KindName } from '../../model/kinds.ts'
import type { Registry } from '../../stores/registry/port.ts'
import { createSqliteRegistry } from '../../stores/registry/sqlite.ts'
import { createDuckDbTelemetry } from '../../stores/telemetry/duckdb.ts'
import type { Telemetry } from '../../stores/telemetry/port.ts'
import { areas, places, type SignedUp, signUp } from './small-city.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const logLine = z.looseObject({ msg: z.string().default(''), level: z.number().default(0) })

export interface RunningLantern {
  readonly httpUrl: string
  readonly mqttPort: number
  /** Every line of the log so far. */
  readonly log: z.output<typeof logLine>[]
  readonly pid: number
  /** What it ended with, and its last words; empty while it runs. */
  epitaph(): string
  /** The processes it has started, such as ingest. */
  children(): number[]
  /** SIGINT, as Ctrl-C does; resolves to the exit code. */
  stop(): Promise<number | null>
  /** kill -9 of it and of all it started. */
  kill(): Promise<void>
}

/** A port that is free now, for servers that must come back on the same one. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** Starts it and waits (60 s at most) until it says that it is ready. */
export async function startLantern(options: {
  dataDir: string
  mqttPort?: number
  httpPort?: number
  env?: Record<string, string>
}): Promise<RunningLantern> {
  const { dataDir, mqttPort = 0, httpPort = 0, env = {} } = options
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('LANTERN_'))
  const child = spawn(process.execPath, ['lantern.ts'], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...Object.fromEntries(inherited),
      LANTERN_DATA_DIR: dataDir,
      LANTERN_MQTT_PORT: String(mqttPort),
      LANTERN_HTTP_PORT: String(httpPort),
      LANTERN_CITY: 'none',
      LANTERN_FLEET: 'off',
      ...env,
    },
  })
  const log: RunningLantern['log'] = []
  const errors: string[] = []
  let ended = ''
  const exited = new Promise<number | null>((resolve) =>
    child.once('exit', (code, signal) => {
      ended = `ended with ${signal ?? code}`
      resolve(code)
    }),
  )
  await ready({ child, log, errors, exited })
  const urlOf = (msg: string) => z.object({ url: z.string() }).parse(log.find((line) => line.msg === msg)).url
  const pid = child.pid ?? 0
  return {
    httpUrl: urlOf('HTTP is open'),
    mqttPort: Number(new URL(urlOf('MQTT is open')).port),
    log,
    pid,
    epitaph: () => (ended ? [ended, ...errors].join('\n') : ''),
    children: () => childrenOf(pid),
    async stop() {
      child.kill('SIGINT')
      return exited
    },
    async kill() {
      // A negative id names the whole process group.
      process.kill(-pid, 'SIGKILL')
      await exited
    },
  }
}

async function ready(options: {
  child: ChildProcess
  log: RunningLantern['log']
  errors: string[]
  exited: Promise<number | null>
}): Promise<void> {
  const { child, log, errors, exited } = options
  const { stdout, stderr } = child
  if (!stdout || !stderr) throw new Error('the process has no output')
  createInterface(stderr).on('line', (line) => {
    errors.push(line)
    if (errors.length > 100) errors.shift()
  })
  await new Promise<void>((resolve, reject) => {
    const fail = (what: string) =>
      reject(
        new Error(`${what}\n${errors.join('\n')}\n${log.map((line) => JSON.stringify(line)).join('\n')}`),
      )
    const timer = setTimeout(() => fail('Lantern did not become ready in 60 s'), 60_000)
    createInterface(stdout).on('line', (line) => {
      const parsed = logLine.safeParse(asJson(line))
      if (!parsed.success) return
      log.push(parsed.data)
      if (parsed.data.msg !== 'Lantern is ready') return
      clearTimeout(timer)
      resolve()
    })
    void exited.then((code) => {
      clearTimeout(timer)
      fail(`Lantern ended with ${code}`)
    })
  })
}

function asJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
}

/** Opens the registry of a data folder; it may be running, or not yet exist. */
export async function withRegistry<T>(dataDir: string, use: (registry: Registry) => Promise<T>): Promise<T> {
  const registry = createSqliteRegistry({ file: join(dataDir, 'registry.sqlite') })
  await registry.start()
  try {
    return await use(registry)
  } finally {
    await registry.stop()
  }
}

/** Opens the telemetry of a data folder, which must not be running; `telemetry`: another store, not started. */
export async function withTelemetry<T>(
  dataDir: string,
  use: (telemetry: Telemetry) => Promise<T>,
  telemetry: Telemetry = createDuckDbTelemetry({
    file: join(dataDir, 'telemetry.duckdb'),
    retentionDays: 30,
    rollupRetentionDays: 730,
  }),
): Promise<T> {
  await telemetry.start()
  try {
    return await use(telemetry)
  } finally {
    await telemetry.stop()
  }
}

/** Puts the small city and `count` devices of all kinds in turn into a data folder. */
export function seedDevices(dataDir: string, count: number): Promise<SignedUp[]> {
  const kinds: KindName[] = ['camera', 'traffic_counter', 'street_sensor']
  return withRegistry(dataDir, async (registry) => {
    await registry.putCity({ areas, places })
    const devices = Array.from({ length: count }, (_, index) => ({
      id: `dev-${index}`,
      kind: kinds[index % kinds.length] ?? 'camera',
    }))
    return signUp(registry, devices)
  })
}

/** What the administrator's key is. */
export function adminKeyOf(dataDir: string): string {
  return readFileSync(join(dataDir, 'admin.key'), 'utf8').trim()
}

const readiness = z.object({
  components: z.array(
    z.object({ name: z.string(), ok: z.boolean(), figures: z.record(z.string(), z.number()) }),
  ),
})

/** The figures of a part of a running Lantern, from /readyz. */
export async function figuresOf(
  httpUrl: string,
  part: string,
): Promise<Record<string, number> & { ok: number }> {
  const response = await fetch(`${httpUrl}/readyz`, { signal: AbortSignal.timeout(5000) })
  const { components } = readiness.parse(await response.json())
  const found = components.find((component) => component.name === part)
  if (!found) throw new Error(`/readyz has no part ${part}`)
  return { ...found.figures, ok: found.ok ? 1 : 0 }
}

/** Waits until everything that was acknowledged is stored. */
export async function stored(httpUrl: string, timeoutMs = 60_000): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (performance.now() < deadline) {
    const journal = await figuresOf(httpUrl, 'journal').catch(() => undefined)
    const telemetry = await figuresOf(httpUrl, 'telemetry').catch(() => undefined)
    if (journal && telemetry && telemetry.position === journal.newestPosition) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`not all was stored within ${timeoutMs} ms`)
}
