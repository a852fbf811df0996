/**
 * A city of any size for the bench: one province, nine districts, ninety communes, with places and devices spread
 * evenly over them. Used by queries.ts, coverage.ts and stores-queries.ts.
 */
import { hashSecret, newSecret } from '../../model/access.ts'
import type { Area } from '../../model/area.ts'
import { type KindName, kindNames } from '../../model/kinds.ts'
import { createCityView } from '../../stores/registry/city-view.ts'
import type { Site } from '../../stores/telemetry/port.ts'
import { withRegistry } from '../support/lantern.ts'
import type { SignedUp } from '../support/small-city.ts'
import { kindInTurn } from './load/payload.ts'

export const districts = 9
const communesOfDistrict = 10

/** Fills the registry of a new data folder; returns what the devices sign in with: all kinds in turn, unless said. */
export async function seedCity(
  dataDir: string,
  size: { places: number; devices: number; kind?: KindName; reportingIntervalSeconds?: number },
): Promise<SignedUp[]> {
  const { reportingIntervalSeconds = 60 } = size
  const signedUp = Array.from({ length: size.devices }, (_, index) => ({
    id: `dev-${index}`,
    kind: size.kind ?? kindInTurn(index),
    token: newSecret(),
  }))
  await withRegistry(dataDir, (registry) =>
    registry.loadCity(
      {
        areas: areas(),
        places: Array.from({ length: size.places }, (_, index) => ({
          id: `place-${index}`,
          name: `Place ${index}`,
          type: 'market',
          area: `c${index % (districts * communesOfDistrict)}`,
          longitude: 106.65,
          latitude: 10.98,
        })),
        // Each place gets devices of all kinds.
        devices: signedUp.map(({ id, kind, token }, index) => ({
          input: {
            id,
            kind,
            place: `place-${Math.floor(index / kindNames.length) % size.places}`,
            status: 'commissioned',
            simulated: false,
            reportingIntervalSeconds,
          },
          tokenHash: hashSecret(token),
        })),
        replace: false,
      },
      Date.now(),
    ),
  )
  return signedUp
}

/** Where its devices stand. */
export function sitesOf(dataDir: string): Promise<readonly Site[]> {
  return withRegistry(dataDir, async (registry) => {
    const view = createCityView({ registry, clock: Date.now })
    await view.start()
    await view.stop()
    return view.sitesSince(0).sites
  })
}

function areas(): Area[] {
  const area = (code: string, level: string, parent: string | null): Area => ({
    ...{ code, level, parent, name: `Area ${code}` },
    ...{ population: null, boundary: null },
  })
  const ofDistricts = Array.from({ length: districts }, (_, index) => area(`d${index}`, 'district', 'p'))
  const communes = Array.from({ length: districts * communesOfDistrict }, (_, index) =>
    area(`c${index}`, 'commune', `d${index % districts}`),
  )
  return [area('p', 'province', null), ...ofDistricts, ...communes]
}
