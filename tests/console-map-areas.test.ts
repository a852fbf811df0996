/**
 * The schematic areas of the console's map: what they promise of any city (each place inside its own area's outline or a
 * nearer one's, no seams, no holes, no overlap), and the odd cities: one area, two, several on one spot, none.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  areaOf,
  boundsOf,
  liesIn,
  type Polygon,
  polygonsOf,
} from '../dashboards/console/page/map/polygons.ts'
import { createSchematic, sitesOf } from '../dashboards/console/page/map/schematic-areas.ts'

const place = (area: string, x: number, y: number) => ({ area, x, y })
const isIn = (polygons: readonly Polygon[] | undefined, x: number, y: number) =>
  (polygons ?? []).some((polygon) => liesIn(polygon, x, y))
const sizeOf = (polygons: readonly Polygon[] | undefined) =>
  (polygons ?? []).reduce((sum, polygon) => sum + areaOf(polygon), 0)

/** A city of four areas in a square, two to a district, each with places around its middle. */
const square = [
  ...around('a', 0, 0),
  ...around('b', 10_000, 0),
  ...around('c', 0, 10_000),
  ...around('d', 10_000, 10_000),
]

function around(area: string, x: number, y: number) {
  return [place(area, x - 900, y), place(area, x + 900, y), place(area, x, y - 900), place(area, x, y + 900)]
}

describe('schematic areas', () => {
  test('a site is the mean of the places, and reaches to the farthest', () => {
    expect(sitesOf([place('a', 0, 0), place('a', 30, 0), place('b', 5, 5)])).toEqual([
      { code: 'a', x: 15, y: 0, reach: 15 },
      { code: 'b', x: 5, y: 5, reach: 0 },
    ])
  })

  test('each area holds its places, and the border between two runs in the middle', () => {
    const outlines = createSchematic(sitesOf(square)).outlines((code) => code)
    expect([...outlines.keys()].sort()).toEqual(['a', 'b', 'c', 'd'])
    for (const { area, x, y } of square)
      expect([...outlines].filter(([, polygons]) => isIn(polygons, x, y))).toEqual([
        [area, outlines.get(area)],
      ])
    expect(isIn(outlines.get('a'), 4_900, 0)).toBe(true)
    expect(isIn(outlines.get('b'), 5_100, 0)).toBe(true)
  })

  test('a district is its communes without the seams between them', () => {
    const schematic = createSchematic(sitesOf(square))
    const communes = schematic.outlines((code) => code)
    const districts = schematic.outlines((code) => (code < 'c' ? 'south' : 'north'))
    expect([...districts.keys()].sort()).toEqual(['north', 'south'])
    const south = districts.get('south') ?? []
    expect(south).toHaveLength(1)
    expect(south[0]).toHaveLength(1)
    expect(sizeOf(south)).toBeCloseTo(sizeOf(communes.get('a')) + sizeOf(communes.get('b')), 0)
    // No corner lies on what was the seam, but at its two ends.
    const seam = (south[0]?.[0] ?? []).filter(([x]) => Math.abs(x - 5_000) < 1).map(([, y]) => Math.round(y))
    expect(new Set(seam).size).toBeLessThanOrEqual(2)
  })

  test('the city does not go on for ever, and has no hole in it', () => {
    const outlines = createSchematic(sitesOf(square)).outlines(() => 'city')
    expect(outlines.get('city')?.map(({ length }) => length)).toEqual([1])
    const [west, south, east, north] = boundsOf(outlines.get('city') ?? [])
    expect(west).toBeGreaterThan(-15_000)
    expect(south).toBeGreaterThan(-15_000)
    expect(east).toBeLessThan(25_000)
    expect(north).toBeLessThan(25_000)
  })

  test('an area that lies in another is a hole of it', () => {
    const ring = Array.from({ length: 12 }, (_, index) =>
      around('ring', 20_000 * Math.cos((index * Math.PI) / 6), 20_000 * Math.sin((index * Math.PI) / 6)).map(
        (one) => ({ ...one, area: `ring-${index}` }),
      ),
    ).flat()
    const outlines = createSchematic(sitesOf([...around('middle', 0, 0), ...ring])).outlines((code) =>
      code === 'middle' ? 'town' : 'country',
    )
    expect(outlines.get('country')?.map(({ length }) => length)).toEqual([2])
    expect(isIn(outlines.get('country'), 0, 0)).toBe(false)
    expect(isIn(outlines.get('town'), 0, 0)).toBe(true)
  })

  test('what is in no group is not drawn', () => {
    const outlines = createSchematic(sitesOf(square)).outlines((code) => (code === 'a' ? 'a' : undefined))
    expect([...outlines.keys()]).toEqual(['a'])
  })

  test.each([
    ['one place', [place('a', 7, 9)]],
    ['one area', around('a', 0, 0)],
    ['two areas', [...around('a', 0, 0), ...around('b', 4_000, 0)]],
    ['areas in a row', [place('a', 0, 0), place('b', 3_000, 0), place('c', 6_000, 0)]],
    ['areas on one spot', [place('a', 0, 0), place('b', 0, 0), place('c', 0, 0)]],
    ['two on one spot and one away', [place('a', 0, 0), place('b', 0, 0), place('c', 5_000, 0)]],
  ])('%s: each area has an outline of its own', (_, places) => {
    const outlines = createSchematic(sitesOf(places)).outlines((code) => code)
    expect([...outlines.keys()].sort()).toEqual([...new Set(places.map(({ area }) => area))].sort())
    for (const polygons of outlines.values()) {
      expect(polygons).toHaveLength(1)
      expect(sizeOf(polygons)).toBeGreaterThan(1)
      expect(polygons.flat(2).every(([x, y]) => Number.isFinite(x) && Number.isFinite(y))).toBe(true)
    }
  })

  test('a city without places has no areas to draw', () => {
    expect(createSchematic([]).outlines((code) => code).size).toBe(0)
  })

  test('a mistyped position does not cost more time or stretch the city over the world', () => {
    const outlines = createSchematic(sitesOf([...square, place('lost', 9_000_000, 9_000_000)])).outlines(
      (code) => code,
    )
    expect([...outlines.keys()].sort()).toEqual(['a', 'b', 'c', 'd', 'lost'])
    for (const polygons of outlines.values()) expect(sizeOf(polygons)).toBeLessThan(400_000 ** 2)
  })

  test('any city: every site lies in its own area and in no other', () => {
    const spot = fc.integer({ min: 0, max: 40_000 })
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(spot, spot), {
          minLength: 1,
          maxLength: 40,
          selector: ([x, y]) => `${Math.round(x / 50)} ${Math.round(y / 50)}`,
        }),
        (spots) => {
          const sites = sitesOf(spots.map(([x, y], index) => place(`area-${index}`, x, y)))
          const outlines = createSchematic(sites).outlines((code) => code)
          for (const { code, x, y } of sites)
            expect(
              [...outlines].filter(([, polygons]) => isIn(polygons, x, y)).map(([area]) => area),
            ).toEqual([code])
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('polygons', () => {
  const box = (from: number, to: number): [number, number][] => [
    [from, from],
    [to, from],
    [to, to],
    [from, to],
  ]

  test('rings within rings: outside, hole, island in the hole', () => {
    const polygons = polygonsOf([box(2, 8), box(0, 10), box(4, 6)])
    expect(polygons).toHaveLength(2)
    expect(polygons).toContainEqual([box(0, 10), box(2, 8)])
    expect(polygons).toContainEqual([box(4, 6)])
  })

  test('what lies in a hole does not lie in the polygon', () => {
    const polygon = [box(0, 10), box(2, 8)]
    expect(liesIn(polygon, 1, 1)).toBe(true)
    expect(liesIn(polygon, 5, 5)).toBe(false)
    expect(liesIn(polygon, 11, 5)).toBe(false)
    expect(areaOf(polygon)).toBe(64)
  })
})
