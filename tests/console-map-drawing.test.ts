/**
 * What the console's map decides before it draws: which places are gathered into a ring, where labels are written, which
 * areas are shown and how they are shaded, which keys are the map's.
 */
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { clustersOf, isNear, nearestTo, talliesOf } from '../dashboards/console/page/map/clusters.ts'
import { type KeyActions, onMapKey, type Pressed } from '../dashboards/console/page/map/keys.ts'
import { inTwoLines, labelPlaces, movedAside, overlap } from '../dashboards/console/page/map/labels.ts'
import { figuresOf, shadeOf, shownAbove, shownAreas } from '../dashboards/console/page/map/shown-areas.ts'
import { hierarchyOf } from '../dashboards/console/page/store/areas.ts'
import { coverageFigures } from '../model/coverage.ts'
import { type CoverageState, coverageStates } from '../model/place.ts'

const axis = (values: readonly number[]) => Float64Array.from(values)

describe('clusters', () => {
  test('no place and no dark place is lost, whatever is gathered with what', () => {
    const spot = fc.record({
      x: fc.integer({ min: -500, max: 500 }),
      y: fc.integer({ min: -500, max: 500 }),
      state: fc.constantFrom(...coverageStates),
    })
    fc.assert(
      fc.property(fc.array(spot, { maxLength: 200 }), fc.integer({ min: 1, max: 400 }), (spots, radius) => {
        const clusters = clustersOf(axis(spots.map(({ x }) => x)), axis(spots.map(({ y }) => y)), radius)
        const tallies = talliesOf(
          clusters,
          spots.map(({ state }) => state),
        )
        for (const state of coverageStates)
          expect(tallies.reduce((sum, tally) => sum + tally[state], 0)).toBe(
            spots.filter((one) => one.state === state).length,
          )
        expect(clusters.count.reduce((sum, count) => sum + count, 0)).toBe(spots.length)
        for (const [index, { x, y }] of spots.entries()) {
          const cluster = clusters.of[index] ?? -1
          const far = Math.hypot(
            x - (clusters.x[cluster] ?? Number.NaN),
            y - (clusters.y[cluster] ?? Number.NaN),
          )
          expect(far).toBeLessThanOrEqual(2 * radius)
        }
      }),
    )
  })

  test('a state does not move a ring', () => {
    const clusters = clustersOf(axis([0, 10, 1000]), axis([0, 0, 0]), 100)
    expect([...clusters.x]).toEqual([5, 1000])
    const before: CoverageState[] = ['working', 'working', 'none']
    const after: CoverageState[] = ['working', 'installed', 'none']
    expect(talliesOf(clusters, before)[0]).toEqual({ working: 2, installed: 0, none: 0 })
    expect(talliesOf(clusters, after)[0]).toEqual({ working: 1, installed: 1, none: 0 })
  })

  test('near: when almost every place would be its own ring', () => {
    const line = axis(Array.from({ length: 100 }, (_, index) => index * 10))
    const flat = axis(Array.from({ length: 100 }, () => 0))
    expect(isNear(clustersOf(line, flat, 5))).toBe(true)
    expect(isNear(clustersOf(line, flat, 500))).toBe(false)
  })

  test('the nearest within a distance, or none', () => {
    expect(nearestTo(axis([0, 100]), axis([0, 0]), 90, 0)).toBe(1)
    expect(nearestTo(axis([0, 100]), axis([0, 0]), 50, 40, 30)).toBe(-1)
    expect(nearestTo(axis([]), axis([]), 0, 0)).toBe(-1)
  })
})

describe('labels', () => {
  const field = (from: number, to: number) => [
    [
      [
        [from, 0],
        [to, 0],
        [to, 200],
        [from, 200],
      ] as const,
    ],
  ]

  test('in the middle of an area where nothing else is', () => {
    const [label] = labelPlaces(
      [{ code: 'a', polygons: field(0, 300), sizes: [{ width: 80, height: 40 }] }],
      [],
    ).values()
    expect(label?.x).toBeGreaterThan(100)
    expect(label?.x).toBeLessThan(200)
  })

  test('beside a ring, not under it', () => {
    const ring = { x: 150, y: 100, width: 60, height: 60 }
    const [label] = labelPlaces(
      [{ code: 'a', polygons: field(0, 300), sizes: [{ width: 80, height: 40 }] }],
      [ring],
    ).values()
    expect(label && overlap(label, ring)).toBe(0)
  })

  test('never over one another, and not at all where the area is far too small', () => {
    const labels = labelPlaces(
      [
        { code: 'a', polygons: field(0, 120), sizes: [{ width: 100, height: 40 }] },
        { code: 'b', polygons: field(120, 240), sizes: [{ width: 100, height: 40 }] },
        { code: 'tiny', polygons: field(240, 242), sizes: [{ width: 100, height: 40 }] },
      ],
      [],
    )
    expect([...labels.keys()].sort()).toEqual(['a', 'b'])
    const [a, b] = labels.values()
    expect(a && b && overlap(a, b)).toBe(0)
  })

  test('shorter where rings leave no room for all of it', () => {
    const sizes = [
      { width: 90, height: 60 },
      { width: 40, height: 20 },
    ]
    const rings = [50, 100, 150].map((y) => ({ x: 75, y, width: 60, height: 60 }))
    const [label] = labelPlaces([{ code: 'a', polygons: field(0, 150), sizes }], rings).values()
    expect(label?.size).toBe(1)
    const [free] = labelPlaces([{ code: 'a', polygons: field(0, 150), sizes }], []).values()
    expect(free?.size).toBe(0)
  })

  test('a ring moves aside from labels by as little as it takes', () => {
    const ring = { x: 0, y: 0, width: 20, height: 20 }
    expect(movedAside(ring, [])).toBe(ring)
    expect(movedAside(ring, [{ x: 40, y: 2, width: 70, height: 30 }])).toEqual({ ...ring, x: -5 })
    expect(movedAside(ring, [{ x: 5, y: -20, width: 90, height: 30 }])).toEqual({ ...ring, y: 5 })
  })

  test('a long name stands in two lines', () => {
    expect(inTwoLines('Dĩ An')).toEqual(['Dĩ An'])
    expect(inTwoLines('Thành phố Thủ Dầu Một')).toEqual(['Thành phố', 'Thủ Dầu Một'])
    expect(inTwoLines('Llanfairpwllgwyngyll')).toEqual(['Llanfairpwllgwyngyll'])
  })
})

describe('shown areas', () => {
  const area = (code: string, level: string, parent: string | null) => ({
    code,
    name: code,
    level,
    parent,
    population: null,
  })
  const province = area('74', 'province', null)
  const districts = [area('718', 'district', '74'), area('719', 'district', '74')]
  const commune = area('25741', 'commune', '718')
  const areas = hierarchyOf([province, ...districts, commune])

  test('the parts of the only area at the top, of an area, and a commune itself', () => {
    expect(shownAreas(areas, null)).toEqual(districts)
    expect(shownAreas(areas, '718')).toEqual([commune])
    expect(shownAreas(areas, '25741')).toEqual([commune])
    expect(shownAreas(areas, 'gone')).toEqual([])
    const two = [province, area('79', 'province', null)]
    expect(shownAreas(hierarchyOf(two), null)).toEqual(two)
  })

  test('what lies in a shown area, at any depth', () => {
    expect(Object.fromEntries(shownAbove(areas, districts))).toEqual({
      '718': '718',
      '719': '719',
      '25741': '718',
    })
  })

  test('an area without parts has the figures of the total', () => {
    const total = coverageFigures({ places: 10, installed: 7, working: 6 }, 0.7)
    const answer = {
      asOf: '2026-01-01T00:00:00Z',
      goal: { target: 0.7, deadline: '2025-12-31' },
      total,
      areas: [],
    }
    expect(figuresOf(answer, [commune]).get('25741')).toEqual(total)
    expect(figuresOf(answer, districts).size).toBe(0)
  })

  test('shades turn at the target, and exactly there it is reached', () => {
    expect(shadeOf(0.7, 0.7)).toBe('reached')
    expect(shadeOf(0.1 + 0.6, 0.7)).toBe('reached')
    expect(shadeOf(0.6999, 0.7)).toBe('justBelow')
    expect(shadeOf(0.85, 0.7)).toBe('wellAbove')
    expect(shadeOf(0.45, 0.7)).toBe('below')
    expect(shadeOf(0, 0.7)).toBe('farBelow')
    expect(shadeOf(null, 0.7)).toBeUndefined()
  })
})

describe('keys', () => {
  const press = (key: string, held: Partial<Pressed> = {}) => {
    const actions = {
      panBy: vi.fn<KeyActions['panBy']>(),
      zoomBy: vi.fn<KeyActions['zoomBy']>(),
      showAll: vi.fn<KeyActions['showAll']>(),
      open: vi.fn<KeyActions['open']>(),
      dismiss: vi.fn<KeyActions['dismiss']>(),
    }
    const event = { key, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, ...held }
    return { isOurs: onMapKey(event, actions), ...actions }
  }

  test('arrows move, signs zoom, Home shows all, Enter opens', () => {
    expect(press('ArrowRight').panBy).toHaveBeenCalledWith(90, 0)
    expect(press('ArrowUp', { shiftKey: true }).panBy).toHaveBeenCalledWith(0, -15)
    expect(press('+').zoomBy).toHaveBeenCalledWith(1)
    expect(press('-').zoomBy).toHaveBeenCalledWith(-1)
    expect(press('Home').showAll).toHaveBeenCalledOnce()
    expect(press('0').showAll).toHaveBeenCalledOnce()
    expect(press('Enter').open).toHaveBeenCalledOnce()
  })

  test('Tab, letters and the browser’s own combinations stay the browser’s', () => {
    for (const key of ['Tab', 'a', 'toString', 'PageDown']) expect(press(key).isOurs).toBe(false)
    expect(press('+', { ctrlKey: true }).isOurs).toBe(false)
    expect(press('ArrowLeft', { altKey: true }).isOurs).toBe(false)
  })
})
