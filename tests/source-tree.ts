/**
 * The project as files: what the architecture test and the test of the documents read. Leaves out what is
 * installed or made while running.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../', import.meta.url))

const notOurs = new Set(['node_modules', 'data', 'coverage', '.git', 'dashboards/console/dist'])

function walk(folder: string): string[] {
  return readdirSync(posix.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(folder, entry.name)
    if (notOurs.has(path)) return []
    return entry.isDirectory() ? [`${path}/`, ...walk(path)] : [path]
  })
}

/** Every file, and every folder with a slash at its end, from the root of the project. */
export const tree: readonly string[] = walk('').sort()

export const read = (path: string) => readFileSync(posix.join(root, path), 'utf8')

/** Every TypeScript file with its text. */
export const sources: ReadonlyMap<string, string> = new Map(
  tree.filter((path) => /\.tsx?$/.test(path)).map((path) => [path, read(path)]),
)

/** What only those who change Lantern run: the tests, and how they are run. */
export const isTest = (path: string) =>
  path.startsWith('tests/') || path.endsWith('.test.ts') || path === 'vitest.config.ts'

export interface Import {
  /** What is imported: a file of ours from the root of the project, or a package's name. */
  readonly target: string
  readonly ours: boolean
  /** Whether only types come from it: then it is gone when the program runs. */
  readonly typeOnly: boolean
}

const statement =
  /^\s*(?:import|export)\s+(type\s)?[^'"`;]*?from\s*'([^']+)'|^\s*import\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)|new URL\(\s*'(\.[^']+\.tsx?)'\s*,\s*import\.meta\.url/gm

/** What a file imports: statically, dynamically, or as the address of a worker or child process. */
export function importsOf(path: string, text: string): Import[] {
  return [...text.matchAll(statement)].flatMap(([, type, from, bare, dynamic, address]) => {
    const written = from ?? bare ?? dynamic ?? address
    if (!written) return []
    const ours = written.startsWith('.')
    const packageName = written.split('/').slice(0, written.startsWith('@') ? 2 : 1)
    const target = ours ? posix.join(posix.dirname(path), written) : packageName.join('/')
    return [{ target, ours, typeOnly: type !== undefined }]
  })
}
