/**
 * What is wrong with a city's files is named by file, row and column, all of it at once, in words for whoever
 * filled them in.
 */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { header, importBench } from './city-import-bench.ts'

const bench = importBench()

describe('how a fault is named', () => {
  test('with file, row, column, the value and what is expected; all of them at once', async () => {
    const places = await bench.csv(
      'places.csv',
      'p1,Chợ,market,2,106,110.2',
      'p 2,,Chợ,2,abc,10',
      'p3,A,market,999,106,10',
      'p4,A,market,1,106,10',
      'p5,A,market',
      'p3,A,market,2,106,10',
    )
    expect(await bench.faultsOf([await bench.areas(), places])).toEqual([
      'places.csv row 6: has 3 cells where the first row has 6',
      'places.csv row 2, column latitude: 110.2 — must be at most 90',
      'places.csv row 3, column id: p 2 — must be 1 to 64 of the characters A–Z a–z 0–9 . _ -, not beginning with a dot',
      'places.csv row 3, column name: is missing',
      'places.csv row 3, column type: Chợ — must be lower-case letters, digits and hyphens, at most 40, a letter first',
      'places.csv row 3, column longitude: abc — must be a number',
    ])
    const right = await bench.csv(
      'p.csv',
      'p3,A,market,999,106,10',
      'p4,A,market,1,106,10',
      'p3,A,market,2,106,10',
    )
    expect(await bench.faultsOf([await bench.areas(), right])).toEqual([
      'p.csv row 4, column id: p3 — comes twice, first in p.csv row 2',
      'p.csv row 2, column area: 999 — there is no such area, neither in the files nor in the registry',
      'p.csv row 3, column area: 1 — is divided into smaller areas; name the one the place lies in',
    ])
  })

  test('of a hierarchy that goes in a circle, or divides an area that has places', async () => {
    const circle = await bench.write(
      'a.csv',
      'code,name,level,parent\nA,A,x,C\nB,B,x,A\nC,C,x,B\nD,D,x,A\nE,E,x,nowhere\n',
    )
    expect(await bench.faultsOf([circle])).toEqual([
      'a.csv row 2, column parent: C — then the area A would lie in itself',
      'a.csv row 3, column parent: A — then the area B would lie in itself',
      'a.csv row 4, column parent: B — then the area C would lie in itself',
      'a.csv row 6, column parent: nowhere — there is no such area, neither in the files nor in the registry',
    ])
    await bench.load([await bench.areas(), await bench.csv('places.csv', 'p1,A,market,2,106,11')])
    const dividing = await bench.write('b.csv', 'code,name,level,parent\n3,Smaller,quarter,2\n')
    expect(await bench.faultsOf([dividing])).toEqual([
      'b.csv row 2, column parent: 2 — has places of its own in the registry; move them into smaller areas in the same import',
    ])
    await bench.load([dividing, await bench.csv('places.csv', 'p1,A,market,3,106,11')])
    expect((await bench.registry.places()).map(({ area }) => area)).toEqual(['3'])
  })

  test('of devices: an unknown kind or place, an id that is taken', async () => {
    await bench.load([await bench.areas(), await bench.csv('places.csv', 'p1,A,market,2,106,11')])
    const devices = (text: string) =>
      bench.write('devices.csv', `id,kind,place,reportingIntervalSeconds\n${text}`)
    await bench.load([await devices('d1,camera,p1,\n')])
    const kinds = 'camera, traffic_counter, street_sensor'
    expect(
      await bench.faultsOf([await devices('d1,camera,p1,60\nd2,radar,p1,60\nd3,camera,p9,1.5\n')]),
    ).toEqual([
      `devices.csv row 3, column kind: radar — must be one of ${kinds}`,
      'devices.csv row 4, column reportingIntervalSeconds: 1.5 — must be a whole number',
      'devices.csv row 2, column id: d1 — is registered already; its token is rotated over the API',
    ])
    expect(await bench.faultsOf([await devices('d3,camera,p9,60\n')])).toEqual([
      'devices.csv row 2, column place: p9 — there is no such place, neither in the files nor in the registry',
    ])
  })

  test.each<[string, string | Uint8Array, string]>([
    ['x.csv', '', 'x.csv row 1: is empty; it must name the columns'],
    ['x.csv', header, 'x.csv row 2: is missing: the file has no rows'],
    [
      'x.csv',
      'a,b\n1,2\n',
      'x.csv row 1: is neither areas, places nor devices by its columns (a, b); name them, or say --as',
    ],
    [
      'x.csv',
      'id,name,type,area,latitude\np,A,park,2,1\n',
      'x.csv row 1, column longitude: is missing; places need it',
    ],
    ['x.csv', `id,${header}`, 'x.csv row 1, column id: comes twice'],
    [
      'x.csv',
      `${header}p1,"A,park,2,1,2\np2,B,park,2,1,2\n`,
      'x.csv row 2: opens a quotation mark that is never closed',
    ],
    [
      'x.csv',
      `${header}p1,A "B" C,park,2,1,2\n`,
      'x.csv row 2: has a quotation mark inside a cell; write it twice, and the cell within quotation marks',
    ],
    [
      'x.csv',
      Buffer.concat([Buffer.from(`${header}p1,A,park,2,1,2\np2,`), Buffer.from([0xc7, 0x20])]),
      'x.csv row 3: has bytes that are not UTF-8; save the file as UTF-8 ("CSV UTF-8" in a spreadsheet)',
    ],
    [
      'x.csv',
      Buffer.from(`\uFEFF${header}`, 'utf16le'),
      'x.csv row 1: is UTF-16; save the file as UTF-8 ("CSV UTF-8" in a spreadsheet)',
    ],
    [
      'x.geojson',
      '{"type":"FeatureCollection",\n"features":[\n{"type":oops}\n]}\n',
      "x.geojson row 3: is not JSON: Unexpected token 'o'",
    ],
    ['x.geojson', '{"type":"FeatureCollection",\n"features":[\n', 'x.geojson row 3: is not JSON'],
    ['x.geojson', '[]', 'x.geojson row 1: is no GeoJSON FeatureCollection with at least one feature'],
    [
      'x.geojson',
      '{"type":"FeatureCollection","features":[5]}',
      'x.geojson feature 1: is not that of a GeoJSON Feature (type, properties, geometry)',
    ],
    [
      'x.geojson',
      '{"type":"FeatureCollection","crs":{"name":"EPSG:3857"},"features":[5]}',
      'x.geojson row 1, property crs: has the coordinate system {"name":"EPSG:3857"}; save it in WGS 84 (EPSG:4326)',
    ],
    [
      'x.geojson',
      '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"p","name":"A","type":"park","area":"2"},"geometry":{"type":"Point","coordinates":[10.9,106.6]}}]}',
      'x.geojson feature 1, geometry (latitude): 106.6 — must be at most 90',
    ],
    [
      'x.geojson',
      '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"9","name":"A","level":"ward"},"geometry":{"type":"Polygon","coordinates":[[[601234,1200000],[601235,1200000],[601235,1200001],[601234,1200000]]]}}]}',
      'x.geojson feature 1, geometry (boundary): [601234,1200000] — is not [longitude, latitude] in degrees',
    ],
  ])('of a file that is wrong as a whole: %s %#', async (name, content, expected) => {
    const [first, ...more] = await bench.faultsOf([await bench.areas(), await bench.write(name, content)])
    expect(first?.startsWith(expected), `${first} begins with ${expected}`).toBe(true)
    expect(more).toEqual([])
  })

  test('of a file that is not there', async () => {
    expect(await bench.faultsOf([join(bench.folder, 'nowhere.csv')])).toEqual([
      expect.stringContaining('cannot be read: ENOENT'),
    ])
  })

  test('at most 100 times, with the number of all', async () => {
    const file = await bench.csv('many.csv', ...Array.from({ length: 250 }, (_, i) => `p${i},A,park,2,1,95`))
    const error = await bench.load([await bench.areas(), file]).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ message: '250 faults (the first 100 are shown)' })
    expect(error).toHaveProperty('faults.length', 100)
  })
})
