/**
 * `npm run city`: the command's words, its help and its answers. Called by main.ts with the real settings, and
 * by the tests with a folder of their own.
 */
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { LanternError, messageOf } from '../model/errors.ts'
import type { Registry } from '../stores/registry/port.ts'
import { createSqliteRegistry } from '../stores/registry/sqlite.ts'
import { demonstrationCity } from './demonstration.ts'
import { writeExample } from './example.ts'
import { tableNames } from './import/tables.ts'
import { importCity } from './import.ts'
import { seedCity } from './seed.ts'
import { describeCity } from './show.ts'

export const usage = `npm run city -- <what to do>

  import <files…>     loads areas, places and devices from CSV or GeoJSON: all of it, or nothing
    --as <what>         what the files are (areas, places or devices), where their columns do not tell
    --tokens <file>     where the new devices' tokens are written, once; required for devices
    --replace           removes the city that is there, with its devices, in the same step
    --add               puts the files' city beside the demonstration city
    --dry-run           checks everything and loads nothing
  show                counts what the registry holds
  demo                fills an empty registry with the demonstration city
  example <folder>    writes small example files to begin with

Columns (a CSV's first row, or a GeoJSON feature's properties with its geometry):
  areas     code, name, level, parent, population; GeoJSON: an outline, or null
  places    id, name, type, area, longitude, latitude
  devices   id, kind, place; as you like: name, status, reportingIntervalSeconds, longitude, latitude
The registry is in the data folder (LANTERN_DATA_DIR). A Lantern that is running sees the change by itself.`

export interface CommandOptions {
  readonly args: readonly string[]
  /** The file of the registry; it is made where there is none. */
  readonly registryFile: string
  readonly now: () => number
  /** Says a line to the user; complaints go to `err`. */
  readonly out: (line: string) => void
  readonly err: (line: string) => void
}

/** Runs the command; 0: done, 1: refused, with the reason said, 2: called wrongly. */
export async function runCity(options: CommandOptions): Promise<0 | 1 | 2> {
  const { out, err } = options
  const call = parseCall(options.args)
  if (typeof call === 'string') {
    err(`${call}\n\n${usage}`)
    return 2
  }
  try {
    if (call.command === 'help') out(usage)
    else if (call.command === 'example') {
      for (const path of await writeExample(call.folder)) out(path)
    } else await withRegistry(options.registryFile, (registry) => act(call, registry, options))
    return 0
  } catch (thrown) {
    if (!(thrown instanceof LanternError) && !isFileError(thrown)) throw thrown
    err(messageOf(thrown))
    if (!(thrown instanceof LanternError)) return 1
    for (const { field, message } of thrown.faults) err(`  ${field}: ${message}`)
    err(thrown.remedy)
    return 1
  }
}

type Call =
  | { command: 'help' | 'show' | 'demo' }
  | { command: 'example'; folder: string }
  | {
      command: 'import'
      files: string[]
      as: (typeof tableNames)[number] | undefined
      tokensFile: string | undefined
      present: 'replace' | 'add' | undefined
      dryRun: boolean
    }

const optionsOfImport = {
  as: { type: 'string' },
  tokens: { type: 'string' },
  replace: { type: 'boolean', default: false },
  add: { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
} as const satisfies ParseArgsOptionsConfig

/** The call, or what is wrong with it. */
function parseCall(args: readonly string[]): Call | string {
  const [command = 'help', ...rest] = args
  try {
    if (command === 'import') return parseImport(rest)
    const { positionals } = parseArgs({ args: rest, allowPositionals: command === 'example' })
    if (command === 'show' || command === 'demo') return { command }
    if (command === 'help' || command === '--help' || command === '-h') return { command: 'help' }
    if (command !== 'example') return `there is no "${command}"`
    const [folder, ...more] = positionals
    return folder && more.length === 0 ? { command, folder } : 'example needs one folder'
  } catch (thrown) {
    return messageOf(thrown)
  }
}

function parseImport(args: string[]): Call | string {
  const { values, positionals: files } = parseArgs({ args, options: optionsOfImport, allowPositionals: true })
  if (files.length === 0) return 'import needs at least one file'
  const as = tableNames.find((name) => name === values.as)
  if (values.as !== undefined && !as) return `--as must be one of ${tableNames.join(', ')}`
  if (values.replace && values.add) return '--replace and --add contradict each other'
  return {
    command: 'import',
    files,
    as,
    tokensFile: values.tokens,
    present: values.replace ? 'replace' : values.add ? 'add' : undefined,
    dryRun: values['dry-run'],
  }
}

async function act(
  call: Exclude<Call, { command: 'help' | 'example' }>,
  registry: Registry,
  { out, now }: CommandOptions,
): Promise<void> {
  if (call.command === 'show') {
    for (const line of await describeCity(registry)) out(line)
  } else if (call.command === 'demo') {
    if (!(await seedCity({ registry, city: demonstrationCity(), now: now() })))
      throw new LanternError('conflict', 'the registry holds a city already', {
        remedy: 'Use another data folder (LANTERN_DATA_DIR), or import with --replace.',
      })
    out('The demonstration city is in the registry.')
  } else if (call.command === 'import') {
    const { areas, places, devices, ignored } = await importCity({ ...call, registry, now: now() })
    for (const columns of ignored) out(`not read, because no part of a city: ${columns}`)
    out(
      `${call.dryRun ? 'Nothing is wrong with' : 'Loaded'} ${areas} areas, ${places} places and ${devices} devices.`,
    )
    if (devices > 0 && !call.dryRun)
      out(`Their tokens are in ${call.tokensFile}, and nowhere else: keep it safe.`)
  }
}

async function withRegistry(file: string, use: (registry: Registry) => Promise<void>): Promise<void> {
  const registry = createSqliteRegistry({ file })
  await registry.start()
  try {
    await use(registry)
  } finally {
    await registry.stop()
  }
}

/** Trouble with a file that the user named, such as one that exists already. */
const isFileError = (thrown: unknown) => thrown instanceof Error && 'code' in thrown && 'path' in thrown
