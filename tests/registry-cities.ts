/**
 * Random small cities for property tests: hierarchies of depth 1 to 4 with one or several tops, places in
 * areas of any rung, devices of every kind and status, and states on both sides of every limit.
 */
import fc from 'fast-check'
import { type DeviceState, silentAfterIntervals } from '../model/coverage.ts'
import { faults } from '../model/kind.ts'
import { kindNames } from '../model/kinds.ts'
import { second } from '../model/time.ts'
import type { Registry } from '../stores/registry/port.ts'
import { area, change, newDevice, place, state } from './registry-examples.ts'

const maxDepth = 4
const reported = faults.filter((fault) => fault !== 'silent' && fault !== 'never-heard')

const pick = fc.nat({ max: 1000 })

/** What a device last said, as an age relative to when it would fall silent. */
const said = fc.record({
  /** ms before (negative: after) the moment from which the device is silent. */
  margin: fc.oneof(fc.constantFrom(-1, 0, 1), fc.integer({ min: -100_000, max: 100_000 })),
  heard: fc.boolean(),
  faults: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.subarray(reported) },
  ),
})

const randomDevice = fc.record({
  place: pick,
  kind: fc.oneof({ weight: 3, arbitrary: fc.constant('camera' as const) }, fc.constantFrom(...kindNames)),
  status: fc.constantFrom('commissioned', 'commissioned', 'planned', 'decommissioned'),
  interval: fc.integer({ min: 1, max: 120 }),
  said: fc.option(said),
})
type RandomDevice = typeof randomDevice extends fc.Arbitrary<infer T> ? T : never

export const randomCity = fc.record({
  areas: fc.array(fc.record({ parent: pick, top: fc.integer({ min: 0, max: 5 }) }), {
    minLength: 1,
    maxLength: 14,
  }),
  depth: fc.integer({ min: 1, max: maxDepth }),
  places: fc.array(pick, { maxLength: 25 }),
  devices: fc.array(randomDevice, { maxLength: 40 }),
  /** What is changed afterwards: the device at an index becomes like that. */
  changes: fc.array(fc.record({ device: pick, to: randomDevice }), { maxLength: 10 }),
})
export type RandomCity = typeof randomCity extends fc.Arbitrary<infer T> ? T : never

/** Areas with codes in random-looking order, each level named after its depth. */
function areasOf(city: RandomCity) {
  const depths: number[] = []
  return city.areas.map(({ parent, top }, index) => {
    const above = parent % Math.max(1, index)
    const isTop = index === 0 || top === 0 || (depths[above] ?? 0) + 1 >= city.depth
    const depth = isTop ? 0 : (depths[above] ?? 0) + 1
    depths.push(depth)
    return area(codeOf(index), isTop ? null : codeOf(above), `level-${depth}`)
  })
}

const codeOf = (index: number) => `a${(index * 7) % 97}-${index}`

/** Replaces what the registry holds by this city, as of `now`. */
export async function load(registry: Registry, city: RandomCity, now: number): Promise<void> {
  const areas = areasOf(city)
  const places = city.places.map((at, index) => place(`p${index}`, areas[at % areas.length]?.code ?? ''))
  await registry.clearCity(9)
  await registry.putCity({ areas: areas.toReversed(), places })
  if (places.length === 0) return
  await registry.addDevices(
    city.devices.map((device, index) =>
      newDevice(`d${index}`, `p${device.place % places.length}`, {
        kind: device.kind,
        status: device.status === 'planned' ? 'planned' : 'commissioned',
        reportingIntervalSeconds: device.interval,
      }),
    ),
    now,
  )
  await settle(
    registry,
    city.devices.map((device, index) => ({ id: `d${index}`, device })),
    now,
  )
}

/** Makes the later changes of this city, as of `now`. */
export async function alter(registry: Registry, city: RandomCity, now: number): Promise<void> {
  if (city.places.length === 0 || city.devices.length === 0) return
  const changes = city.changes.map(({ device, to }) => ({
    id: `d${device % city.devices.length}`,
    device: to,
  }))
  for (const { id, device } of changes) {
    if ((await registry.device(id))?.status === 'decommissioned') continue
    await registry.changeDevice(
      id,
      {
        place: `p${device.place % city.places.length}`,
        status: device.status === 'planned' ? 'planned' : 'commissioned',
        reportingIntervalSeconds: device.interval,
      },
      now,
    )
  }
  await settle(registry, changes, now)
}

/** Gives each device the state it shall have, and decommissions those that shall be. */
async function settle(
  registry: Registry,
  devices: readonly { id: string; device: RandomDevice }[],
  now: number,
): Promise<void> {
  const states: DeviceState[] = []
  for (const { id, device } of devices) {
    const known = await registry.device(id)
    if (!device.said || !known) continue
    const silentAfter = silentAfterIntervals * known.reportingIntervalSeconds * second
    const heardAt = device.said.heard ? now - silentAfter + device.said.margin : null
    states.push(state(known.serial, { heardAt, faults: device.said.faults }))
  }
  await registry.applyState(change((await registry.statePosition()) + 1, { states }))
  for (const { id, device } of devices)
    if (device.status === 'decommissioned') await registry.decommissionDevice(id, now)
}
