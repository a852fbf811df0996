/**
 * The Dockerfile without an engine: pinned, without privileges or secrets, and whole. Every file that the composed
 * commands need is among those it copies, and what is not needed to run is not.
 */
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { importsOf, isTest, read, sources } from './source-tree.ts'
import { composed, exampleVariables } from './support/compose-file.ts'
import { imageStages, readDockerfile, stepsOf } from './support/dockerfile.ts'
import { buildContext, copied } from './support/image.ts'

const { dependencies, page, image } = imageStages()
const context = buildContext()
const files = stepsOf(image, 'copy').flatMap(({ from, sources, to }) =>
  from === null
    ? copied(sources, context).map((file) => ({
        ...file,
        to: `${to.replaceAll(/^\.\/?|\/$/g, '')}/${file.to}`.replace(/^\//, ''),
      }))
    : [],
)

describe('the Dockerfile', () => {
  test("begins with the Node that package.json pins, on Debian's glibc, with an exact version", () => {
    const { devDependencies } = z
      .object({ devDependencies: z.object({ node: z.string() }) })
      .parse(JSON.parse(read('package.json')))
    for (const stage of [dependencies, page, image])
      expect(stage.image).toBe(`node:${devDependencies.node}-bookworm-slim`)
  })

  test('installs what package-lock.json says, without what only those who change Lantern need', () => {
    expect(stepsOf(dependencies, 'run').map(({ command }) => command)).toEqual(['npm ci --omit=dev'])
    expect(stepsOf(dependencies, 'copy').flatMap((step) => step.sources)).toEqual([
      'package.json',
      'package-lock.json',
      '.npmrc',
    ])
  })

  test('makes the page apart, and takes nothing of it along but what is served', () => {
    expect(stepsOf(page, 'run').map(({ command }) => command)).toEqual([
      'npm ci',
      'node dashboards/console/main.ts',
    ])
    const taken = stepsOf(image, 'copy').filter(({ from }) => from === page.name)
    expect(taken.flatMap((step) => step.sources)).toEqual(['/app/dashboards/console/dist'])
    const sources = stepsOf(page, 'copy').flatMap((step) => copied(step.sources, context))
    expect(sources.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['dashboards/console/page/main.tsx', 'model/pages.ts', 'package-lock.json']),
    )
  })

  test('runs as a user without rights, who owns nothing but the two folders of the volumes', () => {
    expect(stepsOf(image, 'user')).toEqual([{ does: 'user', name: 'node' }])
    const kinds = image.steps.map(({ does }) => does)
    expect(kinds.indexOf('user')).toBeLessThan(kinds.indexOf('cmd'))
    expect(kinds.lastIndexOf('run')).toBeLessThan(kinds.indexOf('user'))
    const targets = Object.values(composed(exampleVariables().full).services)
      .filter(({ build }) => build)
      .flatMap(({ volumes }) => volumes.map((volume) => volume.split(':')[1] ?? ''))
    const [made] = stepsOf(image, 'run')
    expect(made?.command).toBe(`install -d -o node -g node -m 0700 ${[...new Set(targets)].sort().join(' ')}`)
  })

  test('says how it is, at an address that the API has', () => {
    const [check] = stepsOf(image, 'healthcheck')
    const url = new URL(/http:[^']+/.exec(check?.command.join(' ') ?? '')?.[0] ?? '')
    const { paths } = z
      .object({ paths: z.record(z.string(), z.unknown()) })
      .parse(JSON.parse(read('docs/openapi.json')))
    expect(Object.keys(paths)).toContain(url.pathname)
    expect(stepsOf(image, 'expose').flatMap(({ ports }) => ports)).toContain(Number(url.port))
  })

  test('holds no secret', () => {
    const names = stepsOf(image, 'env').flatMap(({ values }) => Object.keys(values))
    expect(names.filter((name) => /PASSWORD|TOKEN|SECRET|KEY/.test(name))).toEqual([])
  })

  test('is read strictly: what fetches, what takes arguments and what hides behind a shell is refused', () => {
    const first = 'FROM node:24.21.0-bookworm-slim\n'
    expect(() => readDockerfile(`${first}ADD https://example.org/x /x\n`)).toThrow('ADD')
    expect(() => readDockerfile(`${first}ARG TOKEN\n`)).toThrow('ARG')
    expect(() => readDockerfile(`${first}CMD node lantern.ts\n`)).toThrow('JSON')
    expect(() => readDockerfile(`${first}COPY --chmod=777 a b\n`)).toThrow('flag')
  })
})

describe('the image', () => {
  const inside = new Set(files.map(({ to }) => to))
  /** What is started in it: by its own command, by docker-compose.yml, and by the commands that the README has for it. */
  const started = [
    'lantern.ts',
    'simulators/main.ts',
    'docker/fleet-key.ts',
    'city/main.ts',
    'stores/telemetry/transfer/main.ts',
    'dashboards/console/main.ts',
  ]

  test('has every file that is needed, however far down', () => {
    const needed = new Set(started)
    for (const path of needed)
      for (const { target, ours, typeOnly } of importsOf(path, sources.get(path) ?? ''))
        if (ours && !typeOnly) needed.add(target)
    expect(needed.size).toBeGreaterThan(100)
    expect([...needed].filter((path) => !inside.has(path))).toEqual([])
  })

  test('has the files that are read by their name, and each where it is in the project', () => {
    expect(inside).toContain('city/binh-duong-communes.csv')
    expect(files.filter(({ path, to }) => path !== to)).toEqual([])
  })

  test('has no test, no document and nothing of git', () => {
    expect(
      [...inside].filter(
        (path) => isTest(path) || /\.md$|^\.|^docs\/|\/page\/|^dashboards\/grafana/.test(path),
      ),
    ).toEqual([])
    expect(copied(['.dockerignore', 'docker'], ['.dockerignore', 'docker/a.ts'])).toHaveLength(2)
    expect(() => copied(['nowhere'], context)).toThrow('no such file')
  })
})
