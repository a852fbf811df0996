/**
 * The coverage figures of the city view: against a naive recount of the raw rows on random cities, and how
 * they follow the clock.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { target, useTestCity } from './city-view-fixture.ts'
import { alter, load, randomCity } from './registry-cities.ts'
import { area, newDevice, state } from './registry-examples.ts'
import { naiveFigures, naiveState, naiveWithin, rawRows } from './registry-recount.ts'

const city = useTestCity()

describe('coverage', () => {
  it('is what a naive recount of the raw rows finds, on any city, before and after changes', async () => {
    await city.view.start()
    const seenDepths = new Set<number>()
    await fc.assert(
      fc.asyncProperty(randomCity, fc.integer({ min: -200_000, max: 200_000 }), async (random, later) => {
        const compare = async () => {
          const rows = await rawRows(city.registry)
          const { asOf } = city.view.coverage({ target })
          expect(Math.abs(city.now - asOf)).toBeLessThan(1000)
          const levels = [...new Set(rows.areas.map(({ level }) => level))]
          seenDepths.add(levels.length)
          const expected = (codes: readonly { code: string; name: string; level: string }[]) =>
            codes.map(({ code, name, level }) => ({
              code,
              name,
              level,
              ...naiveFigures(rows, code, asOf, target),
            }))
          for (const level of levels) {
            const { total, areas } = city.view.coverage({ level, target })
            expect(total).toEqual(naiveFigures(rows, null, asOf, target))
            expect(areas).toEqual(expected(rows.areas.filter((one) => one.level === level)))
          }
          for (const { code } of rows.areas)
            for (const level of levels) {
              const { total, areas } = city.view.coverage({ level, within: code, target })
              expect(total).toEqual(naiveFigures(rows, code, asOf, target))
              expect(areas).toEqual(
                expected(
                  rows.areas.filter((one) => one.level === level && naiveWithin(rows, one.code, code)),
                ),
              )
            }
          expect(city.view.places({ limit: 1000 }).items).toEqual(
            rows.places.map((one) => ({ place: one, state: naiveState(rows, one, asOf) })),
          )
        }
        await load(city.registry, random, city.now)
        await city.view.refresh()
        await compare()
        await alter(city.registry, random, city.now)
        await city.view.refresh()
        await compare()
        city.now += later
        await compare()
      }),
      { numRuns: 100 },
    )
    expect([...seenDepths].sort()).toEqual([1, 2, 3, 4])
  }, 60_000)

  it('gives the level just below when none is asked for', async () => {
    await city.putSmallCity()
    await city.view.start()
    const codes = (within?: string) => city.view.coverage({ within, target }).areas.map(({ code }) => code)
    expect(codes()).toEqual(['east', 'west'])
    expect(codes('vn')).toEqual(['east', 'west'])
    expect(codes('east')).toEqual(['e1', 'e2'])
    expect(codes('e1')).toEqual([])
    expect(city.view.coverage({ within: 'e1', target }).total.places).toBe(1)
    // With several tops, they are what is looked at first.
    await city.registry.putCity({ areas: [area('kh', null, 'province')], places: [] })
    await city.view.refresh()
    expect(codes()).toEqual(['kh', 'vn'])
  })

  it('of an empty city is nothing, and says so', async () => {
    await city.view.start()
    expect(city.view.coverage({ target })).toEqual({
      asOf: city.now,
      total: {
        places: 0,
        installed: 0,
        working: 0,
        installedShare: null,
        workingShare: null,
        placesToTarget: 0,
      },
      areas: [],
    })
    expect(city.view.levels()).toEqual([])
    expect(() => city.view.coverage({ level: 'district', target })).toThrow(/there is none yet/)
  })

  it('follows the clock: a camera that falls silent stops working though nothing changed', async () => {
    await city.putSmallCity()
    const [serial = 0] = await city.add(newDevice('cam', 'p-e1', { reportingIntervalSeconds: 10 }))
    await city.putStates(state(serial, { heardAt: city.now }))
    await city.view.start()
    const working = () => city.view.coverage({ target }).total.working
    const start = city.now
    expect(working()).toBe(1)
    city.now = start + 30_000
    expect(working()).toBe(1)
    city.now = start + 31_000
    expect(working()).toBe(0)
    expect(city.view.place('p-e1')?.state).toBe('installed')
    city.now = start
    expect(working()).toBe(1)
  })

  it('is counted again after a second or a change, and not in between', async () => {
    await city.putSmallCity()
    await city.view.start()
    const first = city.view.coverage({ target })
    expect(first.asOf).toBe(city.now)
    city.now += 999
    expect(city.view.coverage({ target }).asOf).toBe(city.now - 999)
    city.now += 1
    expect(city.view.coverage({ target }).asOf).toBe(city.now)
    city.now += 1
    await city.add(newDevice('cam', 'p-e1'))
    await city.view.refresh()
    expect(city.view.coverage({ target })).toMatchObject({ asOf: city.now, total: { installed: 1 } })
  })

  it('names what exists where a level or an area does not', async () => {
    await city.putSmallCity()
    await city.view.start()
    const error = (doing: () => unknown) => {
      try {
        doing()
      } catch (thrown) {
        return thrown
      }
      return undefined
    }
    expect(error(() => city.view.coverage({ level: 'ward', target }))).toMatchObject({
      code: 'invalid-request',
      message: 'level: there is no level "ward"; there are province, district, commune',
      faults: [{ field: 'level' }],
    })
    const unknownArea = {
      code: 'invalid-request',
      message: expect.stringContaining('there is no area "north"; there are e1, e2, east, vn, w1, west'),
    }
    expect(error(() => city.view.coverage({ within: 'north', target }))).toMatchObject({
      ...unknownArea,
      faults: [{ field: 'within' }],
    })
    expect(error(() => city.view.places({ area: 'north', limit: 1 }))).toMatchObject(unknownArea)
    expect(error(() => city.view.devices({ area: 'north', limit: 1 }))).toMatchObject(unknownArea)
    expect(error(() => city.view.areas({ within: 'north' }))).toMatchObject(unknownArea)
    expect(error(() => city.view.ancestors('north'))).toMatchObject(unknownArea)
    expect(error(() => city.view.devices({ place: 'nowhere', limit: 1 }))).toMatchObject({
      code: 'invalid-request',
    })
    expect(error(() => city.view.evidence('nowhere'))).toMatchObject({ code: 'not-found' })
  })
})
