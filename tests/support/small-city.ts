/** A small city for tests: one province, two districts, two places in each, and devices as asked. */
import { hashSecret, newApiKey, newSecret, type Role } from '../../model/access.ts'
import type { Area } from '../../model/area.ts'
import type { KindName } from '../../model/kinds.ts'
import type { Place } from '../../model/place.ts'
import type { Registry } from '../../stores/registry/port.ts'

const area = (code: string, level: string, parent: string | null): Area => ({
  code,
  name: `Area ${code}`,
  level,
  parent,
  population: null,
  boundary: null,
})

export const areas: Area[] = [
  area('p1', 'province', null),
  area('d1', 'district', 'p1'),
  area('d2', 'district', 'p1'),
]

export const places: Place[] = ['d1', 'd2'].flatMap((district) =>
  ['a', 'b'].map((letter) => ({
    id: `${district}-${letter}`,
    name: `Place ${letter} of ${district}`,
    type: 'market',
    area: district,
    longitude: 106.65,
    latitude: 10.98,
  })),
)

export interface SignedUp {
  readonly id: string
  readonly token: string
  readonly kind: KindName
}

/** Adds devices and gives back what they sign in with. */
export async function signUp(
  registry: Registry,
  devices: readonly { id: string; kind: KindName; place?: string; reportingIntervalSeconds?: number }[],
): Promise<SignedUp[]> {
  const signedUp = devices.map(({ id, kind }) => ({ id, kind, token: newSecret() }))
  await registry.addDevices(
    devices.map(({ id, kind, place = 'd1-a', ...rest }, index) => ({
      input: { id, kind, place, status: 'commissioned', simulated: false, ...rest },
      tokenHash: hashSecret(signedUp[index]?.token ?? ''),
    })),
    Date.now(),
  )
  return signedUp
}

/** An API key of a role. */
export async function addKey(registry: Registry, role: Role): Promise<string> {
  const { id, secret, key } = newApiKey()
  await registry.addApiKey({ id, name: role, role, hash: hashSecret(secret), now: Date.now() })
  return key
}
