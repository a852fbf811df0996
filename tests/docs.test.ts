/**
 * Documents that cannot drift: what README.md and docs/ name (settings, routes, topics, error codes, paths,
 * commands) is in the code, and what the code has that a reader needs is named. Either way round, the list of
 * what is missing is the failure.
 */
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { describeSettings } from '../config.ts'
import { generatedFiles, withTables } from '../docs/generated.ts'
import { errorCodes } from '../model/errors.ts'
import { pages } from '../model/pages.ts'
import { rejectionReasonNames } from '../model/rejection.ts'
import { topics } from '../model/topics.ts'
import { documentedPath } from './api-answers.ts'
import { isTest, read, sources, tree } from './source-tree.ts'

const readme = read('README.md')
const documents = tree.filter((path) => path.endsWith('.md') && !path.includes('/.'))
const prose = documents.map((path) => [path, read(path)] as const)
const program = [...sources].filter(([path]) => !isTest(path))

/** Each different match of a pattern's first group, or of the whole. */
const named = (text: string, pattern: RegExp) => [
  ...new Set([...text.matchAll(pattern)].map((match) => match[1] ?? match[0])),
]
/** What of a list is not in the other. */
const missing = (list: readonly string[], from: Iterable<string>) => {
  const there = new Set(from)
  return list.filter((item) => !there.has(item))
}

describe('what is generated', () => {
  test('is up to date: else run `npm run docs`', async () => {
    const files = await generatedFiles(new URL('../', import.meta.url))
    expect(files.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['docs/asyncapi.json', 'docs/openapi.json', 'README.md']),
    )
    for (const { path, text } of files) expect(read(path) === text, `${path} is up to date`).toBe(true)
  })

  test('keeps the text around the markers, and refuses a marker that it does not know', () => {
    const made = withTables('before\n<!-- errors -->\nold\n<!-- /errors -->\nafter\n')
    expect(made).toMatch(/^before\n<!-- errors -->\n\n\| code /)
    expect(made).toMatch(/\n<!-- \/errors -->\nafter\n$/)
    expect(made).not.toContain('old')
    expect(withTables(made)).toBe(made)
    expect(() => withTables('<!-- nonsense -->\n')).toThrow('nonsense')
    expect(() => withTables('<!-- errors -->\n')).toThrow('not closed')
  })
})

test('settings: README has all of them, and no text names one that is not', () => {
  const settings = describeSettings().map(({ name }) => name)
  expect(missing(settings, named(readme, /`(LANTERN_[A-Z_]+)`/g))).toEqual([])
  // That test names wrong settings on purpose.
  const texts = [...prose, ...sources]
    .filter(([path]) => path !== 'tests/journeys/settings-and-stop.test.ts')
    .map(([, text]) => text)
    .join('\n')
  // A name that ends in _ is a prefix in a sentence, such as LANTERN_….
  const used = named(texts, /LANTERN_[A-Z_]+/g).filter((name) => !name.endsWith('_'))
  expect(missing(used, settings)).toEqual([])
})

describe('routes', () => {
  const paths = z
    .object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) })
    .parse(JSON.parse(read('docs/openapi.json'))).paths
  /** Served, but no operation of the API: the console, the documents, and the door of MQTT over WebSocket. */
  const besides = [...Object.values(pages).map(documentedPath), '/docs', '/mqtt']
  const routes = [...Object.keys(paths), ...besides].map((path) => ({
    methods: Object.keys(paths[path] ?? { get: true }),
    pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
  }))
  const exists = (path: string, method?: string) =>
    routes.some(
      ({ methods, pattern }) => pattern.test(path) && (!method || methods.includes(method.toLowerCase())),
    )

  test('every route that a document names is in the OpenAPI document', () => {
    const lost = prose.flatMap(([document, text]) => [
      ...[...text.matchAll(/\b(GET|POST|PUT|PATCH|DELETE) (\/[\w./{}-]*(?::[a-z]+)?)/g)]
        .filter(([, method, path = '']) => !exists(path, method))
        .map(([call]) => `${document}: ${call}`),
      ...named(text, /(?:https?:\/\/(?:127\.0\.0\.1|localhost|\$\w+)(?::\d+)?)(\/[\w./{}-]*)/g)
        .concat(named(text, /`(\/(?:v1\/[\w./{}-]*|healthz|readyz|metrics|docs|openapi\.json))/g))
        .filter((path) => !exists(path))
        .map((path) => `${document}: ${path}`),
    ])
    expect(lost).toEqual([])
  })

  test('the API has the routes that the journey needs, and the check sees one that is not there', () => {
    for (const path of ['/v1/coverage', '/v1/places', '/v1/devices/cam-1/readings', '/healthz'])
      expect(exists(path, 'GET'), path).toBe(true)
    expect(exists('/v1/nothing')).toBe(false)
    expect(exists('/v1/coverage', 'DELETE')).toBe(false)
  })
})

test('topics: each is in README and in the AsyncAPI document, and no document names another', () => {
  const asyncApi = read('docs/asyncapi.json')
  for (const topic of Object.values(topics)) {
    expect(asyncApi).toContain(`"address": "${topic}"`)
    const written = topic.replace(/\{\w+\}/, '[^/\\s`]+').replace(/\{\w+\}/, '[^\\s`]+')
    expect(readme).toMatch(new RegExp(written))
  }
  const channels = Object.values(topics).map((topic) => topic.split('/')[2] ?? '')
  const used = prose.flatMap(([, text]) => named(text, /\bdevices\/(?:\{\w+\}|<[^>]+>|\+)\/([a-z]+)/g))
  expect(used.length).toBeGreaterThan(0)
  expect(missing(used, channels)).toEqual([])
})

describe('error codes', () => {
  test('each of the catalogue is used somewhere in the program', () => {
    const code = program.filter(([path]) => path !== 'model/errors.ts').map(([, text]) => text)
    expect(errorCodes.filter((name) => !code.some((text) => text.includes(`'${name}'`)))).toEqual([])
  })

  test('each that the program raises or a document names is in the catalogue', () => {
    const raised = program.flatMap(([, text]) => named(text, /new LanternError\(\s*'([a-z-]+)'/g))
    expect(raised.length).toBeGreaterThan(0)
    expect(missing(raised, errorCodes)).toEqual([])
    const inProse = prose.flatMap(([, text]) => named(text, /"code":\s*"([a-z-]+)"/g))
    expect(missing(inProse, errorCodes)).toEqual([])
  })

  test('each reason of rejection can happen', () => {
    const code = program.filter(([path]) => path !== 'model/rejection.ts').map(([, text]) => text)
    const unused = rejectionReasonNames.filter((name) => !code.some((text) => text.includes(`'${name}'`)))
    expect(unused).toEqual([])
  })
})

describe('paths', () => {
  const there = new Set(tree.map((path) => path.replace(/\/$/, '')))
  const topLevel = new Set(tree.map((path) => path.split('/')[0]))
  const exists = (path: string) => there.has(path.replace(/^\.\//, '').replace(/\/$/, ''))
  /** A bare name stands for every file of that name: "each room has a `main.ts`". */
  const existsAnywhere = (name: string) =>
    !name.includes('/') && tree.some((path) => path.endsWith(`/${name}`))

  test('every file and folder that a document names is there', () => {
    const lost = prose.flatMap(([document, text]) => {
      const folder = document.includes('/') ? document.slice(0, document.lastIndexOf('/') + 1) : ''
      const links = named(text, /\]\((?!https?:|#|mailto:)([^)#\s]+)/g).filter(
        (link) => !exists(new URL(link, `file:///${folder}`).pathname.slice(1)),
      )
      const quoted = named(text, /`(\.?[\w-]+(?:\/[\w.-]+)*(?:\.(?:ts|md|json|csv|yml)|\/))`/g)
        .concat(named(text, /`([\w-]+\/[\w./-]+)`/g))
        // What a user makes, or what only looks like a path (application/json), begins with no folder of ours.
        .filter((path) => (path.includes('/') ? topLevel.has(path.split('/')[0]) : /\.(ts|md)$/.test(path)))
        .filter((path) => !exists(path) && !exists(folder + path) && !existsAnywhere(path))
      return [...new Set([...links, ...quoted])].map((path) => `${document}: ${path}`)
    })
    expect(lost).toEqual([])
  })

  test('every source file that a comment names is there', () => {
    const rooms = 'model|stores|broker|ingest|alerts|api|city|simulators|dashboards|docs|tests'
    const pattern = new RegExp(`\\b((?:${rooms})/[\\w./-]+\\.(?:ts|json|md|csv))\\b`, 'g')
    const lost = [...sources].flatMap(([path, text]) =>
      named([...text.matchAll(/\/\*\*[\s\S]*?\*\/|\/\/ .*/g)].join('\n'), pattern)
        .filter((target) => !exists(target))
        .map((target) => `${path}: ${target}`),
    )
    expect(lost).toEqual([])
  })
})

test('commands: README names every script of package.json, and no other', () => {
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(read('package.json')))
  const ofNpm = ['start', 'test']
  const pattern = /\bnpm (?:run ([\w:-]+)|(start|test)\b)/g
  const used = (text: string) => [...text.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? '')
  expect(missing(Object.keys(scripts), used(readme))).toEqual([])
  for (const [path, text] of [...prose, ...sources])
    expect(missing(used(text), [...Object.keys(scripts), ...ofNpm]), path).toEqual([])
  for (const command of Object.values(scripts))
    for (const file of named(command, /\bnode ([\w/.-]+)/g)) expect(tree, command).toContain(file)
})

test('decisions are numbered one after another', () => {
  const numbers = named(read('docs/decisions.md'), /^## (\d+)\. \S/gm).map(Number)
  expect(numbers.length).toBeGreaterThan(10)
  expect(numbers).toEqual(numbers.map((_, index) => index + 1))
})
