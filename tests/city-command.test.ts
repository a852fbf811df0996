/**
 * `npm run city` as a user meets it: what it prints and what it exits with, through the function that main.ts
 * calls, and once through the real command.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCity, usage } from '../city/command.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lantern-city-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function run(dataDir: string, ...args: string[]) {
  const printed: string[] = []
  const complained: string[] = []
  const code = await runCity({
    args,
    registryFile: join(folder, dataDir, 'registry.sqlite'),
    now: () => 1000,
    out: (line) => printed.push(line),
    err: (line) => complained.push(line),
  })
  return { code, out: printed.join('\n'), err: complained.join('\n') }
}
const example = (name: string) => join(folder, 'example', name)

test('without words, and when asked, it says what it can do', async () => {
  for (const args of [[], ['help'], ['--help'], ['-h']])
    expect(await run('none', ...args)).toEqual({ code: 0, out: usage, err: '' })
})

test.each([
  [['build'], 'there is no "build"'],
  [['import'], 'import needs at least one file'],
  [['import', 'a.csv', '--as', 'people'], '--as must be one of areas, places, devices'],
  [['import', 'a.csv', '--add', '--replace'], '--replace and --add contradict each other'],
  [['import', 'a.csv', '--force'], "Unknown option '--force'"],
  [['show', 'more'], "Unexpected argument 'more'"],
  [['example'], 'example needs one folder'],
])('%j is called wrongly: 2, and the help', async (args, complaint) => {
  const { code, out, err } = await run('none', ...args)
  expect([code, out]).toEqual([2, ''])
  expect(err).toContain(complaint)
  expect(err).toContain(usage)
})

test('example, import and show lead from nothing to a city', async () => {
  const written = await run('own', 'example', join(folder, 'example'))
  const files = written.out.split('\n')
  expect(files).toContain(example('devices.csv'))

  const tokens = join(folder, 'own-tokens.csv')
  expect(await run('own', 'import', ...files, '--dry-run')).toMatchObject({
    code: 0,
    out: 'Nothing is wrong with 3 areas, 5 places and 4 devices.',
  })
  expect(await run('own', 'import', ...files, '--tokens', tokens)).toEqual({
    code: 0,
    out: `Loaded 3 areas, 5 places and 4 devices.\nTheir tokens are in ${tokens}, and nowhere else: keep it safe.`,
    err: '',
  })
  expect((await readFile(tokens, 'utf8')).split('\n')).toHaveLength(6)
  const shown = (await run('own', 'show')).out.split('\n').map((line) => line.trim().split(/\s{2,}/))
  expect(shown).toEqual(
    expect.arrayContaining([
      ['areas', '3'],
      ['ward', '2'],
      ['places', '5'],
      ['market', '1'],
      ['devices', '4'],
      ['camera', '2'],
    ]),
  )
  expect(await run('own', 'example', join(folder, 'example'))).toMatchObject({ code: 1, out: '' })
})

test('refused: 1, every fault on a line of its own, and the remedy', async () => {
  const file = join(folder, 'places.csv')
  await writeFile(
    file,
    'id,name,type,area,longitude,latitude\np1,A,park,1,106,95\np2,,park,1,106,11\np3,A,park,1,106,11\n',
  )
  const { code, out, err } = await run('refused', 'import', file)
  expect([code, out]).toEqual([1, ''])
  expect(err.split('\n')).toEqual([
    '3 faults',
    `  ${file} row 2, column latitude: 95 — must be at most 90`,
    `  ${file} row 3, column name: is missing`,
    `  ${file} row 4, column area: 1 — there is no such area, neither in the files nor in the registry`,
    'Correct the rows that are named, then import it again.',
  ])
})

test('--as says what the files are, where their columns could be two things', async () => {
  const file = join(folder, 'both.csv')
  await writeFile(file, 'code,level,id,kind,place,name\nx,ward,d1,camera,p1,A\n')
  const dryRun = (...more: string[]) => run('as', 'import', file, '--dry-run', ...more)
  expect((await dryRun()).out).toContain('1 areas, 0 places and 0 devices')
  expect((await dryRun('--as', 'devices')).err).toContain('column place: p1 — there is no such place')
})

test('demo fills an empty registry, once; an import then wants to know what becomes of it', async () => {
  expect((await run('demo', 'demo')).code).toBe(0)
  expect(await run('demo', 'demo')).toMatchObject({
    code: 1,
    err: expect.stringContaining('holds a city already'),
  })
  const wantsToKnow = await run('demo', 'import', example('areas.csv'))
  expect(wantsToKnow).toMatchObject({ code: 1, err: expect.stringContaining('--replace') })
  expect((await run('demo', 'import', example('areas.csv'), '--replace')).code).toBe(0)
  expect((await run('demo', 'show')).out).toMatch(/^areas +3\n[\s\S]*places +0\n/)
})

test('the real command reads the settings, and names a wrong one', async () => {
  const main = join(import.meta.dirname, '../city/main.ts')
  const command = (environment: Record<string, string>) =>
    promisify(execFile)(process.execPath, [main, 'show'], { env: { ...process.env, ...environment } })
  const { stdout } = await command({ LANTERN_DATA_DIR: join(folder, 'own') })
  expect(stdout).toMatch(/^areas +3\n/)
  await expect(command({ LANTERN_CITY: 'atlantis' })).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('LANTERN_CITY'),
  })
})
