/**
 * The city in memory: areas, places, devices and their states, copied from the registry and kept fresh by
 * asking it for what is new. The API answers coverage, places and devices from it, and ingest identifies
 * every reading's device with it, so that neither asks the database. It works with any registry driver.
 */
import type { Logger } from 'pino'
import type { Area } from '../../model/area.ts'
import {
  type AreaCoverage,
  type CoverageTotal,
  coverageFigures,
  type DeviceState,
} from '../../model/coverage.ts'
import type { Device } from '../../model/device.ts'
import { LanternError, messageOf } from '../../model/errors.ts'
import type { ComponentHealth } from '../../model/health.ts'
import { type Clock, second } from '../../model/time.ts'
import type { Site } from '../telemetry/port.ts'
import {
  type DeviceEvidence,
  type DeviceFilter,
  evidenceOf,
  listDevices,
  listPlaces,
  type PlaceCoverage,
  type PlaceFilter,
} from './city-view/lists.ts'
import { emptyCopy, refreshed } from './city-view/refresh.ts'
import { type WholeCity, wholeCity } from './city-view/whole.ts'
import type { Page, Registry } from './port.ts'

export type { DeviceEvidence, PlaceCoverage } from './city-view/lists.ts'
export type CityView = ReturnType<typeof createCityView>

/** Coverage follows the clock in steps of this, ms; a change of the city is seen at once. */
const recountEvery = second

/** `pollMs`: how often the registry is asked for what is new, ms. The registry must be started before the view. */
export function createCityView(options: {
  registry: Registry
  clock: Clock
  pollMs?: number
  logger?: Logger
}) {
  const { registry, clock, pollMs = 500, logger } = options
  let copy = emptyCopy()
  let failure: string | null = null
  let running: Promise<void> | undefined
  let following: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let started = false
  let counted = { memory: copy.memory, revision: -1, at: 0 }

  async function update(): Promise<void> {
    try {
      copy = await refreshed(registry, copy)
      if (failure !== null) logger?.info('the registry answers again')
      failure = null
    } catch (error) {
      if (failure === null)
        logger?.error({ err: error }, 'the registry cannot be read; the last view is kept')
      failure = messageOf(error)
    }
  }

  function refresh(): Promise<void> {
    if (!running) {
      running = update().finally(() => {
        running = undefined
      })
      return running
    }
    // What runs may have read already what the caller has written since: only one after it has surely not.
    following ??= running.then(() => {
      following = undefined
      return refresh()
    })
    return following
  }

  function schedule(): void {
    timer = setTimeout(() => {
      void refresh().then(() => {
        if (started) schedule()
      })
    }, pollMs)
  }

  /** The memory with coverage counted: at most a second old, and never older than the last change. */
  function countedMemory() {
    const { memory } = copy
    const now = clock()
    const age = now - counted.at
    if (
      counted.memory !== memory ||
      counted.revision !== memory.revision() ||
      age < 0 ||
      age >= recountEvery
    ) {
      memory.tally.recount(now)
      counted = { memory, revision: memory.revision(), at: now }
    }
    return memory
  }

  return {
    /** Reads the whole city. Raises `store-unavailable` where the registry cannot be read. */
    async start(): Promise<void> {
      if (started) return
      await refresh()
      if (failure !== null)
        throw new LanternError('store-unavailable', `the registry cannot be read: ${failure}`)
      started = true
      schedule()
    },

    async stop(): Promise<void> {
      started = false
      clearTimeout(timer)
      await (following ?? running)
    },

    /**
     * Brings in what was written before the call. Never rejects: when the registry fails, the last view is
     * kept, and `healthy()` tells.
     */
    refresh,

    healthy: (): boolean => failure === null,
    health: (): ComponentHealth => ({
      name: 'registry',
      ok: failure === null,
      detail: failure === null ? 'in step' : `the last view is kept: ${failure}`,
      figures: {
        areas: copy.memory.hierarchy.size,
        places: copy.memory.places.length,
        devices: copy.memory.byId.size,
      },
    }),

    /**
     * The figures of the areas of a level, by code, and in `total` those of `within` or of the whole city.
     * Without a level, it is the one just below `within` (or below the top of the city). An area counts
     * every place in it, however far below, and lies within itself. `target` is a share, 0–1. Raises
     * `invalid-request`, naming those that exist, for an unknown level or area.
     */
    coverage(request: { level?: string | undefined; within?: string | undefined; target: number }): {
      /** Epoch ms. */
      asOf: number
      total: CoverageTotal
      areas: AreaCoverage[]
    } {
      const { hierarchy, tally } = countedMemory()
      const within = request.within === undefined ? undefined : hierarchy.numberOf(request.within, 'within')
      const level = request.level ?? hierarchy.levelBelow(within)
      const figures = (from: number, end: number) => coverageFigures(tally.counts(from, end), request.target)
      const areas = level === undefined ? [] : hierarchy.select({ level, within: request.within })
      return {
        asOf: counted.at,
        total: within === undefined ? figures(0, hierarchy.size) : figures(within, hierarchy.end(within)),
        areas: areas.map(({ code, name, level }) => {
          const number = hierarchy.numberOf(code, 'level')
          return { code, name, level, ...figures(number, hierarchy.end(number)) }
        }),
      }
    },

    /** From the top rung down. */
    levels: (): readonly string[] => copy.memory.hierarchy.levels,
    area(code: string): Area | undefined {
      const number = copy.memory.hierarchy.find(code)
      return number === undefined ? undefined : copy.memory.hierarchy.area(number)
    },
    /** By code; an area lies within itself. Raises `invalid-request` for an unknown level or area. */
    areas: (filter: { level?: string | undefined; within?: string | undefined } = {}): Area[] =>
      copy.memory.hierarchy.select(filter),
    /** The areas that an area lies in, the smallest first, without itself. Raises `invalid-request`. */
    ancestors(code: string): Area[] {
      const { hierarchy } = copy.memory
      return hierarchy
        .path(hierarchy.numberOf(code, 'area'))
        .slice(1)
        .flatMap((step) => hierarchy.area(hierarchy.numberOf(step.code, 'area')) ?? [])
    },
    /** Whether an area is the other or lies in it; false where either is unknown. */
    isWithin(area: string, ancestor: string): boolean {
      const { hierarchy } = copy.memory
      const inner = hierarchy.find(area)
      const outer = hierarchy.find(ancestor)
      return inner !== undefined && outer !== undefined && hierarchy.contains(outer, inner)
    },

    place(id: string): PlaceCoverage | undefined {
      const memory = countedMemory()
      const number = memory.placeNumber(id)
      const place = number === undefined ? undefined : memory.places[number]
      return number === undefined || !place ? undefined : { place, state: memory.tally.stateOf(number) }
    },
    /** By id; `next` is the id to go on after. Raises `invalid-request` for an unknown area. */
    places: (
      filter: PlaceFilter & { after?: string | undefined; limit: number },
    ): Page<PlaceCoverage, string> => listPlaces(countedMemory(), filter),
    /** The devices of a place, by id, and how each is now. Raises `not-found`. */
    evidence(placeId: string): DeviceEvidence[] {
      const { memory } = copy
      if (memory.placeNumber(placeId) === undefined)
        throw new LanternError('not-found', `there is no place "${placeId}"`)
      return listDevices(memory, { place: placeId, limit: Number.POSITIVE_INFINITY }, clock()).items
    },

    device: (id: string): Device | undefined => copy.memory.byId.get(id)?.device,
    deviceBySerial: (serial: number): Device | undefined => copy.memory.bySerial.get(serial)?.device,
    state: (serial: number): DeviceState | undefined => copy.memory.bySerial.get(serial)?.state,
    /** A device, what it last said and what is wrong with it now. */
    deviceEvidence(id: string): DeviceEvidence | undefined {
      const entry = copy.memory.byId.get(id)
      return entry && evidenceOf(entry, clock())
    },
    /** By id; `next` is the id to go on after. Raises `invalid-request` for an unknown area or place. */
    devices: (
      filter: DeviceFilter & { after?: string | undefined; limit: number },
    ): Page<DeviceEvidence, string> => listDevices(copy.memory, filter, clock()),

    /** To go through all of it in slices. */
    whole: (): WholeCity => wholeCity(copy.memory),

    site(serial: number): Site | undefined {
      const entry = copy.memory.bySerial.get(serial)
      return entry && copy.memory.siteOf(entry)
    },
    /**
     * The sites that are new or have moved since a version (0: all), with the version to ask with next.
     * When areas or places have changed, every site is new.
     */
    sitesSince(version: number): { sites: Site[]; version: number } {
      const { memory } = copy
      const newest = memory.siteVersion()
      const sites: Site[] = []
      if (newest > version)
        for (const entry of memory.bySerial.values()) {
          const site = entry.siteVersion > version ? memory.siteOf(entry) : undefined
          if (site) sites.push(site)
        }
      return { sites, version: newest }
    },
  }
}
