/**
 * A city of the user's own: what is loaded from CSV and GeoJSON, what becomes of a city that is there, and
 * where the tokens go. Against a real SQLite registry in a folder of its own.
 */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { demonstrationCity } from '../city/demonstration.ts'
import { allDevices } from '../city/present.ts'
import { seedCity } from '../city/seed.ts'
import { secretMatches } from '../model/access.ts'
import { LanternError } from '../model/errors.ts'
import type { Registry } from '../stores/registry/port.ts'
import { importBench } from './city-import-bench.ts'

const bench = importBench()

describe('what is loaded', () => {
  test('the example files, whole, with a token for each device that signs in', async () => {
    const tokensFile = join(bench.folder, 'tokens.csv')
    expect(await bench.load(bench.example, { tokensFile })).toEqual({
      areas: 3,
      places: 5,
      devices: 4,
      ignored: [],
    })
    expect((await bench.registry.areas()).map(({ code, parent }) => [code, parent])).toEqual([
      ['900', null],
      ['901', '900'],
      ['902', '900'],
    ])
    expect(await bench.registry.device('cam-market-1')).toMatchObject({
      name: 'Cổng Đông',
      place: 'market-901-1',
      longitude: null,
      reportingIntervalSeconds: 60,
      simulated: false,
    })
    expect((await stat(tokensFile)).mode & 0o777).toBe(0o600)
    const [title, ...tokens] = (await readFile(tokensFile, 'utf8')).trim().split('\n')
    expect(title).toBe('id,token')
    expect(tokens).toHaveLength(4)
    for (const line of tokens) {
      const [id = '', token = ''] = line.split(',')
      const hash = (await bench.registry.credential(id))?.tokenHash
      expect(secretMatches(token, hash ?? new Uint8Array())).toBe(true)
    }
  })

  test('what spreadsheets make: byte order mark, CRLF, semicolons, decimal commas, quotes, blank rows, other cases', async () => {
    const file = await bench.write(
      'excel.csv',
      '\uFEFFID;Name;Type;Area;Longitude;Latitude;Note\r\np1;"Chợ; lớn ""A""";market;2;106,638;10,984;x\r\n;;;;;;\r\n\r\np2;Trường\t;school;2;106;11;\r\n',
    )
    expect(await bench.load([await bench.areas(), file])).toMatchObject({
      places: 2,
      ignored: [`${file}: note`],
    })
    expect(await bench.registry.places()).toMatchObject([
      { id: 'p1', name: 'Chợ; lớn "A"', longitude: 106.638, latitude: 10.984 },
      { id: 'p2', name: 'Trường', longitude: 106, latitude: 11 },
    ])
  })

  test('areas with outlines, and codes written as numbers, from GeoJSON', async () => {
    const outline = { type: 'Polygon', coordinates: [[[106, 10], [107, 10], [107, 11], [106, 10]]] } // biome-ignore format: short
    const feature = (properties: object, geometry: unknown) => ({ type: 'Feature', properties, geometry })
    const file = await bench.write(
      'areas.geojson',
      JSON.stringify({
        type: 'FeatureCollection',
        features: [
          feature({ code: 2, name: 'Part', level: 'ward', parent: 1, population: 5 }, outline),
          feature({ code: 1, name: 'Top', level: 'city', parent: null }, null),
        ],
      }),
    )
    await bench.load([file])
    expect(await bench.registry.areas()).toEqual([
      { code: '1', name: 'Top', level: 'city', parent: null, population: null, boundary: null },
      { code: '2', name: 'Part', level: 'ward', parent: '1', population: 5, boundary: outline },
    ])
  })

  test('a second import adds to and corrects the first', async () => {
    await bench.load([await bench.areas(), await bench.csv('places.csv', 'p1,Old,market,2,106,11')])
    await bench.load([await bench.csv('places.csv', 'p1,New,market,2,106,11', 'p2,More,park,2,106,11')])
    expect((await bench.registry.places()).map(({ name }) => name)).toEqual(['New', 'More'])
  })

  test('a dry run checks and changes nothing', async () => {
    const before = await bench.registry.versions()
    const tokensFile = join(bench.folder, 'dry.csv')
    expect(await bench.load(bench.example, { dryRun: true, tokensFile })).toMatchObject({
      places: 5,
      devices: 4,
    })
    expect(await bench.registry.versions()).toEqual(before)
    await expect(stat(tokensFile)).rejects.toThrow('ENOENT')
    expect(
      await bench.faultsOf([await bench.csv('places.csv', 'p1,A,market,9,106,11')], { dryRun: true }),
    ).toHaveLength(1)
  })
})

describe('a city that is there', () => {
  beforeEach(async () => {
    expect(await seedCity({ registry: bench.registry, city: demonstrationCity(), now: 1 })).toBe(true)
  })

  test('the demonstration city is seeded once, whole, and its tokens are known to nobody', async () => {
    const city = demonstrationCity()
    expect(await bench.registry.places()).toHaveLength(city.places.length)
    const devices = await allDevices(bench.registry)
    expect(devices.map(({ id }) => id)).toEqual(city.devices.map(({ id }) => id))
    expect(devices.every(({ simulated }) => simulated)).toBe(true)
    const before = await bench.registry.versions()
    expect(await seedCity({ registry: bench.registry, city, now: 2 })).toBe(false)
    expect(await bench.registry.versions()).toEqual(before)
  })

  test('is not touched unless it is said what shall become of it', async () => {
    const before = await bench.registry.versions()
    await expect(bench.load(bench.example)).rejects.toMatchObject({
      code: 'conflict',
      remedy: expect.stringContaining('--replace'),
    })
    expect(await bench.registry.versions()).toEqual(before)
  })

  test('--add puts the new one beside it', async () => {
    const places = (await bench.registry.places()).length
    await bench.load(bench.example, { present: 'add' })
    expect(await bench.registry.places()).toHaveLength(places + 5)
  })

  test('--replace removes it, but only once every row is right', async () => {
    const before = await bench.registry.versions()
    const wrong = await bench.csv('wrong.csv', 'p1,A,market,25741,106,11')
    expect(await bench.faultsOf([...bench.example, wrong], { present: 'replace' })).toEqual([
      'wrong.csv row 2, column area: 25741 — there is no such area, neither in the files nor in the registry',
    ])
    expect(await bench.registry.versions()).toEqual(before)
    await bench.load(bench.example, { present: 'replace' })
    expect(await bench.registry.areas()).toHaveLength(3)
    expect((await allDevices(bench.registry)).map(({ id }) => id)).toContain('cam-school-1')
    expect(await allDevices(bench.registry)).toHaveLength(4)
  })
})

describe('tokens', () => {
  test('without a place for them nothing is loaded', async () => {
    await expect(bench.load(bench.example, { tokensFile: undefined })).rejects.toMatchObject({
      code: 'conflict',
    })
    expect(await bench.registry.areas()).toEqual([])
  })

  test('a file that exists is not overwritten, and nothing is loaded', async () => {
    const tokensFile = await bench.write('precious.csv', 'keep me')
    await expect(bench.load(bench.example, { tokensFile })).rejects.toMatchObject({ code: 'conflict' })
    expect(await readFile(tokensFile, 'utf8')).toBe('keep me')
    expect(await bench.registry.areas()).toEqual([])
  })

  test('no file of tokens is left behind when the registry refuses', async () => {
    const tokensFile = join(bench.folder, 'unused.csv')
    const away: Registry = {
      ...bench.registry,
      loadCity: () => Promise.reject(new LanternError('store-unavailable', 'away')),
    }
    await expect(bench.load(bench.example, { tokensFile, registry: away })).rejects.toMatchObject({
      code: 'store-unavailable',
    })
    expect(await readdir(bench.folder)).not.toContain('unused.csv')
  })
})
