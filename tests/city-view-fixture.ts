/**
 * A city view on a real registry, for the tests of the view: with a clock that stands still until a test
 * moves it, and a small city to begin with.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { type CityView, createCityView } from '../stores/registry/city-view.ts'
import type { Registry } from '../stores/registry/port.ts'
import { createSqliteRegistry } from '../stores/registry/sqlite.ts'
import { area, change, type newDevice, place, type state } from './registry-examples.ts'

export const target = 0.7
/** So long that only `refresh()` brings news. */
export const never = 2 ** 31 - 1

export interface TestCity {
  readonly folder: string
  readonly registry: Registry
  /** Not started, and stopped after the test. A test may put another in its place before it starts it. */
  view: CityView
  /** What the clock says, epoch ms. */
  now: number
  /**
   * Province `vn` ⊃ districts `east`, `west` ⊃ communes `e1`, `e2`, `w1`; a place in each commune, and one in
   * `west` itself.
   */
  putSmallCity(): Promise<void>
  putStates(...states: ReturnType<typeof state>[]): Promise<void>
  /** Adds devices; returns their serials. */
  add(...devices: ReturnType<typeof newDevice>[]): Promise<number[]>
}

/** Prepares one for each test of the file that calls this, and removes it afterwards. */
export function useTestCity(): TestCity {
  let folder: string
  let registry: Registry
  let view: CityView
  let position: number

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lantern-view-'))
    registry = createSqliteRegistry({ file: join(folder, 'registry.sqlite') })
    await registry.start()
    position = 0
    city.now = 1_800_000_000_000
    view = createCityView({ registry, clock: () => city.now, pollMs: never })
  })
  afterEach(async () => {
    await view.stop()
    await registry.stop()
    await rm(folder, { recursive: true })
  })

  const city: TestCity = {
    get folder() {
      return folder
    },
    get registry() {
      return registry
    },
    get view() {
      return view
    },
    set view(other) {
      view = other
    },
    now: 0,
    async putSmallCity() {
      await registry.putCity({
        areas: [
          area('vn', null, 'province'),
          area('west', 'vn', 'district'),
          area('east', 'vn', 'district'),
          area('w1', 'west', 'commune'),
          area('e2', 'east', 'commune'),
          area('e1', 'east', 'commune'),
        ],
        places: [
          place('p-e1', 'e1'),
          { ...place('p-e2', 'e2'), type: 'park', longitude: 179.5, latitude: -10 },
          { ...place('p-w1', 'w1'), type: 'park', longitude: -179.5, latitude: -10 },
          place('p-west', 'west'),
        ],
      })
    },
    async putStates(...states) {
      position++
      await registry.applyState(change(position, { states }))
    },
    add: async (...devices) => (await registry.addDevices(devices, city.now)).map(({ serial }) => serial),
  }
  return city
}
