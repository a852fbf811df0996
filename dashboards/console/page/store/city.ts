/** The city as it does not change from minute to minute: its name, time zone and goal, and its areas with who lies in whom. */
import { computed, type ReadonlySignal, signal } from '@preact/signals'
import { type AreaSummary, areaList } from '../../../../model/answers/areas.ts'
import { type City, city } from '../../../../model/answers/city.ts'
import { type Requests, routeOf } from '../requests.ts'
import { type Areas, hierarchyOf } from './areas.ts'
import { createPolling, type Polling } from './polling.ts'

const everyMs = 300_000
const pageSize = 1000
const mostAreas = 20_000

export interface CityStore extends Polling {
  readonly city: ReadonlySignal<City | undefined>
  readonly areas: ReadonlySignal<Areas | undefined>
}

export function createCityStore(options: { requests: Requests }): CityStore {
  const { requests } = options
  const known = signal<City | undefined>(undefined)
  const list = signal<readonly AreaSummary[] | undefined>(undefined)

  const polling = createPolling({
    everyMs,
    async ask(ended) {
      const [of, areas] = await Promise.all([
        requests.get('/v1/city', city, ended),
        allAreas(requests, ended),
      ])
      known.value = of
      list.value = areas
    },
  })
  return { ...polling, city: known, areas: computed(() => list.value && hierarchyOf(list.value)) }
}

async function allAreas(requests: Requests, ended: AbortSignal): Promise<AreaSummary[]> {
  const found: AreaSummary[] = []
  let cursor: string | undefined
  do {
    const page = await requests.get(routeOf('/v1/areas', { limit: pageSize, cursor }), areaList, ended)
    found.push(...page.items)
    cursor = page.next ?? undefined
  } while (cursor !== undefined && found.length < mostAreas)
  return found
}
