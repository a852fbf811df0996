/**
 * What the tests of the importer share: a folder with the example files, a new registry for each test, and
 * short words to write files, load them, and read the faults.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { writeExample } from '../city/example.ts'
import { type ImportOptions, importCity } from '../city/import.ts'
import { LanternError } from '../model/errors.ts'
import { createSqliteRegistry } from '../stores/registry/sqlite.ts'

export const header = 'id,name,type,area,longitude,latitude\n'

/** Call it at the top of a test file; what it returns is filled before each test. */
export function importBench() {
  const bench = {
    folder: '',
    /** The paths of the example files: areas, places, more places, devices. */
    example: [] as string[],
    registry: createSqliteRegistry({ file: '' }),

    async write(name: string, content: string | Uint8Array): Promise<string> {
      const file = join(bench.folder, name)
      await writeFile(file, content)
      return file
    },
    /** A CSV of places. */
    csv: (name: string, ...rows: string[]) =>
      bench.write(name, header + rows.map((row) => `${row}\n`).join('')),
    /** Area 1 with one part, 2. */
    areas: () => bench.write('areas.csv', 'code,name,level,parent\n1,Top,city,\n2,Part,ward,1\n'),
    load: (files: string[], options: Partial<ImportOptions> = {}) =>
      importCity({
        registry: bench.registry,
        files,
        now: 1000,
        tokensFile: join(bench.folder, `tokens-${crypto.randomUUID()}`),
        ...options,
      }),
    /** The faults of files that are refused, each as "file row, column: message", with the file's bare name. */
    async faultsOf(files: string[], options: Partial<ImportOptions> = {}): Promise<string[]> {
      const error = await bench.load(files, options).then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
      if (!(error instanceof LanternError)) throw new Error('the files were not refused', { cause: error })
      expect(error.code).toBe('invalid-city-file')
      expect(error.faults.length).toBeGreaterThan(0)
      return error.faults.map(({ field, message }) =>
        `${field}: ${message}`.replaceAll(`${bench.folder}/`, ''),
      )
    },
  }

  beforeAll(async () => {
    bench.folder = await mkdtemp(join(tmpdir(), 'lantern-city-'))
    bench.example = await writeExample(join(bench.folder, 'example'))
  })
  afterAll(() => rm(bench.folder, { recursive: true }))
  beforeEach(async () => {
    const folder = await mkdtemp(join(bench.folder, 'registry-'))
    bench.registry = createSqliteRegistry({ file: join(folder, 'registry.sqlite') })
    await bench.registry.start()
  })
  afterEach(() => bench.registry.stop())
  return bench
}
