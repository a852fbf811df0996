/**
 * Every public place with its state, for the map and the search. All of them are loaded once; then only those whose cameras
 * are dark are asked for again, which are few, and all anew where the city's counts no longer fit.
 */
import { type ReadonlySignal, signal } from '@preact/signals'
import { type CoveredPlace, placeList } from '../../../../model/answers/places.ts'
import { type Coverage, coverage } from '../../../../model/coverage.ts'
import { type Requests, routeOf } from '../requests.ts'
import { createPolling, type Polling } from './polling.ts'

const everyMs = 10_000
/** However well the counts fit: what was renamed or moved is seen after so long. */
const allEveryMs = 600_000
const pageSize = 1000
const mostPlaces = 50_000

export interface PlaceStore extends Polling {
  /** By id; undefined: not loaded yet. A new map with each change. */
  readonly places: ReadonlySignal<ReadonlyMap<string, CoveredPlace> | undefined>
}

export function createPlaceStore(options: { requests: Requests; clock(): number }): PlaceStore {
  const { requests, clock } = options
  const places = signal<ReadonlyMap<string, CoveredPlace> | undefined>(undefined)
  let loadedAt = 0

  async function load(
    state: 'installed' | undefined,
    ended: AbortSignal,
  ): Promise<Map<string, CoveredPlace>> {
    const found = new Map<string, CoveredPlace>()
    let cursor: string | undefined
    do {
      const route = routeOf('/v1/places', { limit: pageSize, state, cursor })
      const page = await requests.get(route, placeList, ended)
      for (const place of page.items) found.set(place.id, place)
      cursor = page.next ?? undefined
    } while (cursor !== undefined && found.size < mostPlaces)
    return found
  }

  async function loadAll(ended: AbortSignal): Promise<void> {
    places.value = await load(undefined, ended)
    loadedAt = clock()
  }

  const polling = createPolling({
    everyMs,
    async ask(ended) {
      const known = places.peek()
      if (!known || clock() - loadedAt > allEveryMs) return loadAll(ended)
      const dark = await load('installed', ended)
      const { total } = await requests.get('/v1/coverage', coverage, ended)
      if (!fits(known, dark, total)) return loadAll(ended)
      const changed = withDark(known, dark)
      if (changed) places.value = changed
    },
  })
  return { ...polling, places }
}

/** Whether the same places are there, and as many of them without a camera. */
function fits(
  known: ReadonlyMap<string, CoveredPlace>,
  dark: ReadonlyMap<string, CoveredPlace>,
  total: Coverage['total'],
): boolean {
  const bare = [...known.values()].filter(({ id, state }) => state === 'none' && !dark.has(id)).length
  return known.size === total.places && bare === total.places - total.installed
}

/** The places with these and no others dark; undefined: it is so already. */
function withDark(
  known: ReadonlyMap<string, CoveredPlace>,
  dark: ReadonlyMap<string, CoveredPlace>,
): ReadonlyMap<string, CoveredPlace> | undefined {
  const turned = [...known.values()].filter(({ id, state }) => dark.has(id) !== (state === 'installed'))
  if (turned.length === 0) return undefined
  const next = new Map(known)
  for (const place of turned)
    next.set(place.id, { ...place, state: dark.has(place.id) ? 'installed' : 'working' })
  return next
}
