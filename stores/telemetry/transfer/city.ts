/**
 * What the registry of the data folder says about the city whose telemetry is copied: where its devices stand, what its
 * areas are called, and whether the telemetry is this city's at all. Called by command.ts.
 */
import { stat } from 'node:fs/promises'
import { LanternError } from '../../../model/errors.ts'
import { createCityView } from '../../registry/city-view.ts'
import { createSqliteRegistry } from '../../registry/sqlite.ts'
import type { Site } from '../port.ts'
import type { Ledger } from './port.ts'

export interface City {
  readonly file: string
  readonly sites: readonly Site[]
  readonly areas: ReadonlyMap<string, { readonly level: string; readonly name: string }>
}

export async function readCity(file: string): Promise<City> {
  await stat(file).catch((cause) => {
    throw new LanternError('not-found', `there is no city at ${file}`, {
      cause,
      remedy: 'Set LANTERN_DATA_DIR to the data folder of the city that the telemetry belongs to.',
    })
  })
  const registry = createSqliteRegistry({ file })
  await registry.start()
  const view = createCityView({ registry, clock: Date.now })
  try {
    await view.start()
    const areas = new Map((await registry.areas()).map(({ code, level, name }) => [code, { level, name }]))
    return { file, sites: view.sitesSince(0).sites, areas }
  } finally {
    await view.stop()
    await registry.stop()
  }
}

/**
 * Readings bear the numbers that a registry has given to its devices; in another city's folder they would become those of
 * other devices, and its journal would be taken for read. Raises `conflict`.
 */
export function assertSameCity(city: City, { sites }: Ledger, name: string): void {
  const known = new Map(city.sites.map(({ serial, device }) => [serial, device]))
  const others = sites.filter(({ serial, device }) => (known.get(serial) ?? device) !== device)
  const shared = sites.filter(({ serial, device }) => known.get(serial) === device)
  if (others.length === 0 && (shared.length > 0 || sites.length === 0)) return
  throw new LanternError('conflict', `${name} belongs to another city than ${city.file}`, {
    remedy: 'Set LANTERN_DATA_DIR to the data folder of the city that has written it.',
  })
}
