/**
 * A real InfluxDB 1.x for tests: Debian's `influxd` on free loopback ports and a temporary folder of its own, which can
 * be killed and begun again on the same data. Where the program is missing, the tests that need it show as skipped.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './lantern.ts'

export const hasInfluxd = isThere()
/** What stands in the name of a skipped test. */
export const needsInfluxd = 'needs a real InfluxDB: apt-get install influxdb'

function isThere(): boolean {
  try {
    return execFileSync('influxd', ['version'], { encoding: 'utf8' }).includes('InfluxDB')
  } catch {
    return false
  }
}

export interface Influxd {
  readonly url: string
  readonly port: number
  /** Of the running process. */
  pid(): number
  /** Runs a statement of InfluxQL and returns the parsed answer as text. */
  query(statement: string): Promise<string>
  /** Begins it again after `kill`. */
  start(): Promise<void>
  /** kill -9. */
  kill(): Promise<void>
  /** Ends it and removes its folder. */
  remove(): Promise<void>
}

/** `users`: it asks for user and password; `admin` / `secret` is made. */
export async function startInfluxd(options: { users?: boolean } = {}): Promise<Influxd> {
  const { users = false } = options
  const folder = await mkdtemp(join(tmpdir(), 'lantern-influx-'))
  const [port, rpcPort] = [await freePort(), await freePort()]
  const url = `http://127.0.0.1:${port}`
  const config = join(folder, 'influxdb.conf')
  const settings = (withUsers: boolean) => `
reporting-disabled = true
bind-address = "127.0.0.1:${rpcPort}"
[meta]
dir = "${folder}/meta"
[data]
dir = "${folder}/data"
wal-dir = "${folder}/wal"
query-log-enabled = false
[http]
bind-address = "127.0.0.1:${port}"
log-enabled = false
auth-enabled = ${withUsers}
[monitor]
store-enabled = false
[logging]
level = "error"
`
  let child: ChildProcess | undefined
  let exited: Promise<unknown> = Promise.resolve()

  async function start(): Promise<void> {
    const running = spawn('influxd', ['-config', config], { stdio: 'ignore' })
    child = running
    exited = new Promise((resolve) => running.once('exit', resolve))
    const deadline = performance.now() + 60_000
    while (performance.now() < deadline) {
      const isUp = await fetch(`${url}/ping`, { signal: AbortSignal.timeout(1000) }).then(
        ({ ok }) => ok,
        () => false,
      )
      if (isUp) return
      await sleep(50)
    }
    throw new Error('influxd did not start within 60 s')
  }

  async function kill(): Promise<void> {
    child?.kill('SIGKILL')
    await exited
    child = undefined
  }

  async function query(statement: string): Promise<string> {
    const authorization = `Basic ${Buffer.from('admin:secret').toString('base64')}`
    const response = await fetch(`${url}/query`, {
      method: 'POST',
      body: new URLSearchParams({ q: statement }),
      headers: users ? { authorization } : {},
      signal: AbortSignal.timeout(30_000),
    })
    return response.text()
  }

  await writeFile(config, settings(users))
  await start()
  if (users) await query("CREATE USER admin WITH PASSWORD 'secret' WITH ALL PRIVILEGES")
  return {
    url,
    port,
    pid: () => child?.pid ?? 0,
    query,
    start,
    kill,
    async remove() {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
