/**
 * Keeps the telemetry store's sites (which device stands at which place, in which areas) in step with the
 * city, and is the inventory that the identify stage asks.
 */
import { LanternError } from '../model/errors.ts'
import type { CityView } from '../stores/registry/city-view.ts'
import type { Telemetry } from '../stores/telemetry/port.ts'
import type { Inventory } from './stages/identify.ts'

export function createSites(options: {
  view: Pick<CityView, 'device' | 'refresh' | 'healthy' | 'sitesSince'>
  telemetry: Pick<Telemetry, 'putSites'>
}): Inventory {
  const { view, telemetry } = options
  let known = 0

  async function putNew(): Promise<void> {
    const { sites, version } = view.sitesSince(known)
    if (sites.length > 0) await telemetry.putSites(sites)
    known = version
  }

  return {
    device: (id) => view.device(id),
    putNew,
    async refresh() {
      await view.refresh()
      // An old copy must not make an unknown device of one that has just been registered.
      if (!view.healthy()) throw new LanternError('store-unavailable', 'the registry cannot be read')
      await putNew()
    },
  }
}
