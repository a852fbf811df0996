/**
 * Runs the real `npm run grafana -- provision` as a process of its own, with two small dashboards: for the tests of
 * provisioning. Whatever a run prints is looked through for secrets.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { adminToken, admin as stubAdmin, viewerToken } from './grafana-provision-stub.ts'

const main = fileURLToPath(new URL('../../dashboards/grafana/provision/main.ts', import.meta.url))

export const influxToken = 'influx-token-of-the-tests=='
export const influxPassword = 'influx-password-of-the-tests'
const secrets = [adminToken, viewerToken, stubAdmin.password, influxToken, influxPassword]

export interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export async function runProvision(options: {
  args: readonly string[]
  env?: Record<string, string>
  /** Called with each piece of what it prints. */
  heard?: (piece: string) => void
}): Promise<Ran> {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('LANTERN_'))
  const child = spawn(process.execPath, [main, 'provision', ...options.args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...Object.fromEntries(inherited), ...options.env },
  })
  if (options.heard) child.stdout.on('data', (data) => options.heard?.(String(data)))
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), exited])
  for (const secret of secrets) expect(`${out}${err}`).not.toContain(secret)
  return { code, out, err }
}

/** Lines of a run without those around them: `folder Lantern created`. */
export const linesOf = ({ out }: Ran) =>
  out
    .split('\n')
    .filter((line) => /^(folder|data source|dashboard|contact point|alert rule) /.test(line))
    .map((line) => line.replaceAll(/ {2,}/g, ' '))

/** As dashboards/grafana/build/variables.ts makes it. */
const bucketVariable = {
  ...{ type: 'constant', name: 'bucket', query: 'lantern', hide: 2 },
  current: { selected: true, text: 'lantern', value: 'lantern' },
}
export const overview = {
  ...{ uid: 'sample-overview', title: 'Sample overview', schemaVersion: 39 },
  templating: { list: [bucketVariable, { type: 'textbox', name: 'note', query: 'lantern' }] },
  panels: [{ id: 1, title: 'Coverage' }],
}
export const platform = {
  ...{ uid: 'sample-platform', title: 'Sample platform', schemaVersion: 39 },
  panels: [{ id: 1, title: 'Lag' }],
}

/** A folder with the dashboards given. */
export function dashboardsIn(
  folder: string,
  dashboards: readonly ({ uid: string } & Record<string, unknown>)[],
): string {
  mkdirSync(folder, { recursive: true })
  for (const dashboard of dashboards)
    writeFileSync(join(folder, `${dashboard.uid}.json`), JSON.stringify(dashboard, null, 2))
  return folder
}

/** The usual options, for the Grafana at an address. */
export const usual = (url: string, dashboards: string) => [
  ...['--url', url, '--token', adminToken, '--dashboards', dashboards],
  ...['--influx-url', 'http://influx:8086', '--influx-token', influxToken],
  ...['--webhook', 'https://city.example/alerts', '--wait', '20s'],
]
