/** The census counts what the API counts: on random cities, for every area, and by every fault. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countCity } from '../../ingest/census/count.ts'
import { createSlices } from '../../ingest/census/slices.ts'
import { faults } from '../../model/kind.ts'
import { kindNames } from '../../model/kinds.ts'
import { target, useTestCity } from '../city-view-fixture.ts'
import { alter, load, randomCity } from '../registry-cities.ts'

const city = useTestCity()

describe('the census and the API', () => {
  it('agree on coverage and on what is wrong, before and after changes', async () => {
    await city.view.start()
    await fc.assert(
      fc.asyncProperty(randomCity, fc.integer({ min: -200_000, max: 200_000 }), async (random, later) => {
        const compare = async () => {
          const counted = await countCity({
            city: city.view.whole(),
            state: city.view.state,
            now: city.now,
            slices: createSlices({ sliceMs: 0, pauseMs: 0 }),
          })
          // So that the view counts anew for this very moment.
          const { asOf } = city.view.coverage({ target })
          expect(asOf).toBe(city.now)
          for (const { code, level, name, places, installed, working, kinds } of counted) {
            const { total, areas } = city.view.coverage({ level, within: code, target })
            expect({ places, installed, working }).toEqual({
              places: total.places,
              installed: total.installed,
              working: total.working,
            })
            expect(areas[0]).toMatchObject({ code, name, level })
            for (const kind of kindNames) {
              const listed = (more: object) =>
                city.view.devices({ kind, area: code, status: 'commissioned', limit: 10_000, ...more }).items
              expect(kinds[kind].devices).toBe(listed({}).length)
              expect(kinds[kind].healthy).toBe(listed({}).filter((one) => one.faults.length === 0).length)
              for (const fault of faults) expect(kinds[kind].faults[fault]).toBe(listed({ fault }).length)
            }
          }
          expect(counted.map(({ code }) => code)).toEqual(city.view.areas().map(({ code }) => code))
        }
        city.now += 10_000
        await load(city.registry, random, city.now)
        await city.view.refresh()
        await compare()
        await alter(city.registry, random, city.now)
        await city.view.refresh()
        await compare()
        city.now += 10_000 + Math.abs(later)
        await compare()
      }),
      { numRuns: 25 },
    )
  }, 60_000)
})
