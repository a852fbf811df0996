/**
 * `npm run influx`: the command's words, its help and its answers. Called by main.ts with the real settings.
 */
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { LanternError, messageOf } from '../../../model/errors.ts'
import { type Clock, duration, parseDuration, second } from '../../../model/time.ts'
import { createDuckDbTarget } from '../duckdb/intake.ts'
import { createDuckDbSource } from '../duckdb/scan.ts'
import { createInfluxTarget } from '../influx/intake.ts'
import { createInfluxSource } from '../influx/scan.ts'
import type { ServerOptions } from '../influx/server.ts'
import { assertSameCity, readCity } from './city.ts'
import { createPatience } from './patience.ts'
import { createProgress } from './progress.ts'
import { setUp } from './setup.ts'
import { type Outcome, transfer } from './transfer.ts'

export const usage = `npm run influx -- <what to do>

  setup     makes what Lantern needs on the InfluxDB server and is not there yet
  export    copies the city's telemetry from the DuckDB file of the data folder to InfluxDB
  import    copies the city's telemetry from InfluxDB to the DuckDB file of the data folder
    --wait <duration>   how long to wait for a server that is away, such as 30s (5m)

Lantern must not be running on the data folder, nor write to that InfluxDB. The store that is copied stays as it is, the
other one must be empty. Broken off at any moment, the same command goes on where it was. At the end both sides are
counted, by kind and day; 1 is the exit code when they differ. Settings: LANTERN_DATA_DIR and LANTERN_INFLUX_*.`

export interface CommandOptions {
  readonly args: readonly string[]
  readonly server: ServerOptions
  /** Of the data folder. */
  readonly files: { readonly telemetry: string; readonly registry: string }
  /** Makes sure that no Lantern uses the data folder until `release`; raises `conflict`. */
  readonly takeFolder: () => Promise<{ release(): void }>
  readonly clock: Clock
  /** Says a line to the user; complaints go to `err`. */
  readonly out: (line: string) => void
  readonly err: (line: string) => void
  /** Where the progress bar may be. */
  readonly terminal: NodeJS.WriteStream
}

type Call =
  | { readonly command: 'help' }
  | { readonly command: 'setup' }
  | { readonly command: 'export' | 'import'; readonly waitMs: number }

/** Runs the command; 0: done, 1: refused, failed or different, with the reason said, 2: called wrongly. */
export async function runInflux(options: CommandOptions): Promise<0 | 1 | 2> {
  const { out, err, server } = options
  const call = parseCall(options.args)
  if (typeof call === 'string') {
    err(`${call}\n\n${usage}`)
    return 2
  }
  try {
    if (call.command === 'help') {
      out(usage)
      return 0
    }
    if (server.url === '')
      throw new LanternError('invalid-settings', 'LANTERN_INFLUX_URL is not set', {
        remedy: 'Set it to the address of the InfluxDB, such as http://influx:8086.',
      })
    if (call.command === 'setup') {
      await setUp({ server, say: out })
      return 0
    }
    return await copy(call.command, call.waitMs, options)
  } catch (thrown) {
    if (!(thrown instanceof LanternError)) throw thrown
    err(messageOf(thrown))
    err(thrown.remedy)
    return 1
  }
}

const optionsOfCopy = { wait: { type: 'string' } } satisfies ParseArgsOptionsConfig

/** What is asked, or what is wrong about it. */
function parseCall(args: readonly string[]): Call | string {
  const [command = 'help', ...rest] = args
  if (command === 'help' || command === '--help' || command === '-h') return { command: 'help' }
  if (command !== 'setup' && command !== 'export' && command !== 'import') return `there is no "${command}"`
  try {
    if (command === 'setup') {
      parseArgs({ args: rest, options: {}, strict: true })
      return { command }
    }
    const { wait = '5m' } = parseArgs({ args: rest, options: optionsOfCopy, strict: true }).values
    if (!duration.safeParse(wait).success) return '--wait takes a duration from 1s on, such as 30s or 5m'
    return { command, waitMs: parseDuration(wait) }
  } catch (thrown) {
    return messageOf(thrown)
  }
}

async function copy(direction: 'export' | 'import', waitMs: number, options: CommandOptions): Promise<0 | 1> {
  const { server, files, clock, out, err, terminal } = options
  const isExport = direction === 'export'
  const sides = [`DuckDB (${files.telemetry})`, `InfluxDB (${server.url}, ${server.bucket})`]
  const [from, to] = isExport ? sides : sides.toReversed()
  out(`Copies the city's telemetry from ${from} to ${to}.`)
  const city = await readCity(files.registry)
  const folder = await options.takeFolder()
  const source = isExport
    ? createDuckDbSource({ file: files.telemetry, areas: city.areas })
    : createInfluxSource(server)
  const target = isExport
    ? createInfluxTarget({ ...server, now: clock })
    : createDuckDbTarget({ file: files.telemetry })
  try {
    await source.start()
    assertSameCity(city, await source.ledger(), source.name)
    await target.start()
    const outcome = await transfer({
      ...{ source, target, sites: city.sites },
      insist: createPatience({ limitMs: waitMs, say: out }),
      progress: createProgress({ say: out, stream: terminal }),
      say: out,
    })
    if (outcome.differences.length > 0) {
      for (const line of differing(outcome)) err(line)
      return 1
    }
    for (const line of equal(outcome)) out(line)
    out(
      isExport
        ? 'Start Lantern with LANTERN_TELEMETRY=influxdb from now on.'
        : 'Start Lantern with LANTERN_TELEMETRY=duckdb (or without that setting) from now on.',
    )
    return 0
  } finally {
    await target.stop()
    await source.stop()
    folder.release()
  }
}

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
/** More differences than this are only counted. */
const mostDifferences = 20

const wordsFor: Readonly<Record<string, string>> = {
  readings: 'readings',
  rollups: 'readings in roll-ups',
  coverage: 'counts of coverage',
}

function equal({ totals, position, rows, took }: Outcome): string[] {
  const list = totals.map(
    ({ shelf, kind, days, items }) =>
      `  ${kind ?? 'city'}: ${whole.format(items)} ${wordsFor[shelf]}, over ${days} days`,
  )
  const rate = whole.format(rows / Math.max(took / second, 0.001))
  return [
    'Both sides have the same, by kind and day:',
    ...list,
    `${whole.format(rows)} rows in ${(took / second).toFixed(1)} s (${rate}/s). Lantern goes on at journal position ${position}.`,
  ]
}

function differing({ differences }: Outcome): string[] {
  const list = differences
    .slice(0, mostDifferences)
    .map(
      ({ shelf, kind, day, there, here }) =>
        `  ${day} ${kind ?? 'city'}: ${whole.format(there)} ${wordsFor[shelf]} to copy, ${whole.format(here)} there`,
    )
  const more = differences.length - list.length
  return [
    'The two sides differ, so the copy must not be used:',
    ...list,
    ...(more > 0 ? [`  and on ${more} more`] : []),
    'Run the same command again: it begins anew. Check that nothing else writes to either side.',
  ]
}
