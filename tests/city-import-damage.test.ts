/**
 * Whatever is done to the files of a city, all of it is loaded or nothing, and what is refused names its row.
 */
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { allDevices } from '../city/present.ts'
import { LanternError } from '../model/errors.ts'
import { importBench } from './city-import-bench.ts'

const bench = importBench()

describe('whatever is done to a file', () => {
  const position = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  const damage = fc.oneof(
    fc.record({ how: fc.constant('cut' as const), at: position, length: fc.integer({ min: 1, max: 40 }) }),
    fc.record({
      how: fc.constant('insert' as const),
      at: position,
      text: fc.oneof(
        fc.constantFrom(
          ',',
          ';',
          '"',
          '\n',
          '-',
          '9',
          'x',
          '\0',
          ' ',
          '.',
          '{',
          ']',
          'é',
          '\uFEFF',
          '900',
          ',,',
        ),
        fc.string({ minLength: 1, maxLength: 5, unit: 'binary' }),
      ),
    }),
    fc.record({ how: fc.constant('byte' as const), at: position, value: fc.integer({ min: 0, max: 255 }) }),
    fc.record({ how: fc.constant('repeat line' as const), at: position }),
    fc.record({ how: fc.constant('drop line' as const), at: position }),
  )

  type Harm = typeof damage extends fc.Arbitrary<infer T> ? T : never

  function damaged(text: string, harm: Harm): Buffer {
    const at = Math.floor(harm.at * text.length)
    const lines = text.split('\n')
    const line = Math.floor(harm.at * lines.length)
    if (harm.how === 'cut') return Buffer.from(text.slice(0, at) + text.slice(at + harm.length))
    if (harm.how === 'insert') return Buffer.from(text.slice(0, at) + harm.text + text.slice(at))
    if (harm.how === 'repeat line') return Buffer.from(lines.toSpliced(line, 0, lines[line] ?? '').join('\n'))
    if (harm.how === 'drop line') return Buffer.from(lines.toSpliced(line, 1).join('\n'))
    const bytes = Buffer.from(text)
    bytes[Math.floor(harm.at * bytes.length)] = harm.value
    return bytes
  }

  /** How many rows the example files have: 12 together. */
  const rowsOf = [3, 3, 2, 4]
  /** Counted another way than the importer does; a row of separators only is none. */
  function rowsIn(file: string, text: string): number {
    if (file.endsWith('.geojson')) return JSON.parse(text.replace(/^\uFEFF/, '')).features.length
    const [, ...lines] = text.replaceAll(/"[^"]*"/g, 'quoted').split(/\r\n|\n|\r/)
    return lines.filter((line) => !/^[\s,;]*$/.test(line)).length
  }

  test('all of it is loaded, or nothing with the row named', async () => {
    let refused = 0
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 3 }),
        fc.array(damage, { minLength: 1, maxLength: 3 }),
        async (which, harms) => {
          const original = bench.example[which] ?? ''
          let bytes: Uint8Array = await readFile(original)
          for (const harm of harms) bytes = damaged(Buffer.from(bytes).toString(), harm)
          const file = await bench.write(basename(original), bytes)
          const files = bench.example.map((path, index) => (index === which ? file : path))
          await bench.registry.clearCity(9)
          const before = await bench.registry.versions()
          const outcome = await bench.load(files).catch((thrown: unknown) => thrown)

          const [inAreas, inPlaces] = [await bench.registry.areas(), await bench.registry.places()]
          const inDevices = await allDevices(bench.registry)
          const loaded = { areas: inAreas.length, places: inPlaces.length, devices: inDevices.length }
          if (outcome instanceof Error) {
            refused++
            if (!(outcome instanceof LanternError)) throw outcome
            expect(outcome.code).toBe('invalid-city-file')
            for (const { field } of outcome.faults) expect(field).toMatch(/ (row|feature) [1-9]\d*(, |$)/)
            expect(loaded).toEqual({ areas: 0, places: 0, devices: 0 })
            expect(await bench.registry.versions()).toEqual(before)
          } else {
            expect(outcome).toMatchObject(loaded)
            const total = loaded.areas + loaded.places + loaded.devices
            expect(total).toBe(12 - (rowsOf[which] ?? 0) + rowsIn(original, Buffer.from(bytes).toString()))
          }
        },
      ),
      { numRuns: 150 },
    )
    expect(refused).toBeGreaterThan(20)
  })
})
