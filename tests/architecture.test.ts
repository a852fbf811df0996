/**
 * The rooms of the house: who may import whom, who may read the environment, and how large a file may be.
 * A room that is not in the table fails, so that a new one is a decision.
 */
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { importsOf, isTest, read, sources, tree } from './source-tree.ts'

/** What each room may import besides itself. `.` is the root (lantern.ts, config.ts and what stands there). */
const mayImport: Readonly<Record<string, readonly string[] | 'everything'>> = {
  model: [],
  stores: ['model'],
  broker: ['model', 'stores'],
  ingest: ['model', 'stores'],
  alerts: ['model', 'stores'],
  api: ['model', 'stores'],
  city: ['model', 'stores'],
  simulators: ['model'],
  dashboards: ['model'],
  docker: ['model'],
  docs: 'everything',
  tests: 'everything',
  '.': 'everything',
}

const roomOf = (path: string) =>
  isTest(path) ? 'tests' : path.includes('/') ? path.slice(0, path.indexOf('/')) : '.'

/** An entry file inside a room is where its settings and its log come in, from the root. */
const isEntry = (path: string) => path === 'lantern.ts' || path.endsWith('/main.ts')

/** Makes files that others serve: the dashboards that are committed, and the console, which is bundled. */
const isMaker = (path: string) =>
  (path.startsWith('dashboards/grafana/') && !path.startsWith('dashboards/grafana/provision/')) ||
  path.startsWith('dashboards/console/')

const allImports = [...sources].flatMap(([path, text]) =>
  importsOf(path, text).map((imported) => ({ path, ...imported })),
)

describe('who may import whom', () => {
  test('each import of ours leads to a file', () => {
    const there = new Set(tree)
    expect(allImports.filter(({ ours, target }) => ours && !there.has(target)).map(line)).toEqual([])
  })

  test('each room imports only what the table allows', () => {
    const forbidden = allImports.filter(({ path, target, ours }) => {
      const [from, to] = [roomOf(path), roomOf(target)]
      const allowed = mayImport[from]
      if (!ours || from === to || allowed === 'everything') return false
      if (to === '.') return !isEntry(path)
      return !allowed?.includes(to)
    })
    expect(forbidden.map(line)).toEqual([])
  })

  test('no program code imports a test', () => {
    const forbidden = allImports.filter(({ path, target, ours }) => ours && !isTest(path) && isTest(target))
    expect(forbidden.map(line)).toEqual([])
  })

  test('the scan sees imports of every form, and the rule would refuse them', () => {
    // Written with double quotes, so that this file is not taken to import them.
    const text = [
      'import { a } from "./a.ts"',
      'import type {\n  B,\n} from "../broker/b.ts"',
      'export { c } from "../c/c.ts"',
      'const d = await import("../d.ts")',
      'fork(new URL("../e/main.ts", import.meta.url))',
      'import "side-effect"',
      'import { z } from "@scope/name/sub"',
    ]
      .join('\n')
      .replaceAll('"', "'")
    expect(importsOf('api/x.ts', text)).toEqual([
      { target: 'api/a.ts', ours: true, typeOnly: false },
      { target: 'broker/b.ts', ours: true, typeOnly: true },
      { target: 'c/c.ts', ours: true, typeOnly: false },
      { target: 'd.ts', ours: true, typeOnly: false },
      { target: 'e/main.ts', ours: true, typeOnly: false },
      { target: 'side-effect', ours: false, typeOnly: false },
      { target: '@scope/name', ours: false, typeOnly: false },
    ])
    expect(allImports.length).toBeGreaterThan(100)
  })
})

test('no two rooms import each other, not even around a corner', () => {
  const rooms = Map.groupBy(
    allImports.filter(({ ours }) => ours),
    ({ path }) => roomOf(path),
  )
  const next = (room: string) => [...new Set((rooms.get(room) ?? []).map(({ target }) => roomOf(target)))]
  const withoutEntries = [...rooms.keys()].filter((room) => mayImport[room] !== 'everything')
  expect(cycles(withoutEntries, (room) => next(room).filter((to) => to !== room && to !== '.'))).toEqual([])
})

test('no file needs itself to be loaded', () => {
  const needs = Map.groupBy(
    allImports.filter(({ ours, typeOnly }) => ours && !typeOnly),
    ({ path }) => path,
  )
  expect(cycles([...sources.keys()], (path) => (needs.get(path) ?? []).map(({ target }) => target))).toEqual(
    [],
  )
  const [a, b, c] = ['a', 'b', 'c']
  expect(cycles([a, b, c], (node) => (node === a ? [b] : node === b ? [c] : [a]))).toEqual(['a → b → c → a'])
})

test('what the API answers can be read in a browser: its schemas need zod and nothing of node', () => {
  const begin = [...sources.keys()].filter((path) => path.startsWith('model/answers/'))
  expect(begin.length).toBeGreaterThan(5)
  const reached = new Set(begin)
  // A set goes on to what is added to it on the way.
  for (const path of reached)
    for (const { path: from, ours, target } of allImports) if (ours && from === path) reached.add(target)
  const packages = allImports.filter(({ path, ours, typeOnly }) => reached.has(path) && !ours && !typeOnly)
  expect([...new Set(packages.map(({ target }) => target))]).toEqual(['zod'])
})

test('every package that is imported is declared, and what runs needs no dev dependency', () => {
  const names = z.record(z.string(), z.string())
  const { dependencies, devDependencies } = z
    .object({ dependencies: names, devDependencies: names })
    .parse(JSON.parse(read('package.json')))
  const undeclared = allImports.filter(({ path, target, ours }) => {
    if (ours || target.startsWith('node:')) return false
    return !(target in dependencies) && !((isTest(path) || isMaker(path)) && target in devDependencies)
  })
  expect(undeclared.map(line)).toEqual([])
})

test('only config.ts knows the environment; entry files hand it to readConfig or to a child', () => {
  const readers = [...sources].filter(([path, text]) => {
    if (isTest(path) || path === 'config.ts') return false
    const code = isEntry(path) ? text.replaceAll(/readConfig\(process\.env\)|env: process\.env/g, '') : text
    return code.includes('process.env')
  })
  expect(readers.map(([path]) => path)).toEqual([])
})

describe('files', () => {
  const lengths = [...sources].map(([path, text]) => ({ path, lines: text.split('\n').length - 1 }))

  test('every file begins with what it is', () => {
    const bare = [...sources].filter(
      ([, text]) => !/^\/\*\*[\s\S]{40,900}?\*\//.test(text.replace(/^#!.*\n/, '')),
    )
    expect(bare.map(([path]) => path)).toEqual([])
  })

  test('no file is over 400 lines, and half of them are short', () => {
    expect(lengths.filter(({ lines }) => lines > 400)).toEqual([])
    const median = lengths.map(({ lines }) => lines).sort((a, b) => a - b)[Math.floor(lengths.length / 2)]
    expect(median, 'the median length of a file, lines').toBeLessThanOrEqual(120)
  })

  test('nothing is left to be done later', () => {
    const marks = new RegExp(
      `\\b(${['TO', 'FIX', 'XX'].map((half, i) => half + ['DO', 'ME', 'X'][i]).join('|')})\\b`,
    )
    expect([...sources].filter(([, text]) => marks.test(text)).map(([path]) => path)).toEqual([])
  })
})

function line({ path, target }: { path: string; target: string }): string {
  return `${path} imports ${target}`
}

/** The cycles of a graph, each as "a → b → a", by depth-first search. */
function cycles(nodes: readonly string[], next: (node: string) => readonly string[]): string[] {
  const found: string[] = []
  const done = new Set<string>()
  const visit = (node: string, trail: readonly string[]) => {
    const at = trail.indexOf(node)
    if (at >= 0) found.push([...trail.slice(at), node].join(' → '))
    if (at >= 0 || done.has(node)) return
    for (const to of next(node)) visit(to, [...trail, node])
    done.add(node)
  }
  for (const node of nodes) visit(node, [])
  return found
}
