/**
 * Plays a scenario of the simulators through the alert engine with the default rules, second by second on a clock of its
 * own, and holds every alert against what was really wrong.
 */
import { defaultRules } from '../../alerts/default-rules.ts'
import type { AreaStep, DeviceFacts } from '../../alerts/engine/city.ts'
import { createEngine } from '../../alerts/engine/engine.ts'
import { createLedger } from '../../alerts/ledger.ts'
import { demonstrationCity } from '../../city/demonstration.ts'
import type { Alert } from '../../model/alert.ts'
import { minute, second } from '../../model/time.ts'
import { locate, planFleet, type SimulatedDevice } from '../../simulators/fleet-plan.ts'
import { createReaders } from '../../simulators/readings/reader.ts'
import { phaseOf } from '../../simulators/rota.ts'
import { scenarioOf } from '../../simulators/scenarios/list.ts'
import type { Incident } from '../../simulators/scenarios/scenario.ts'
import { type Spell, truthOf } from '../../simulators/scenarios/truth.ts'

/** A Tuesday, 10:00 in the city. */
export const start = Date.parse('2025-03-11T10:00:00+07:00')
const seed = '7'
const city = demonstrationCity()
const fleet = planFleet({ seed, count: 600, places: locate(city.places, city.areas) })
const areaOf = new Map(city.areas.map((area) => [area.code, area]))
const stepsOf = (codes: readonly string[]): AreaStep[] => codes.flatMap((code) => areaOf.get(code) ?? [])

function pathOf(code: string): AreaStep[] {
  const path: AreaStep[] = []
  for (let area = areaOf.get(code); area; area = areaOf.get(area.parent ?? '')) path.push(area)
  return path
}

const factsOf = (device: SimulatedDevice, serial: number): DeviceFacts => ({
  ...{ type: 'device', serial, id: device.id, name: device.id, kind: device.kind },
  ...{ place: device.place.id, placeName: device.place.name, placeType: device.place.type },
  ...{ longitude: device.place.longitude, latitude: device.place.latitude },
  areas: stepsOf(device.place.areas),
  reportingIntervalSeconds: device.reportingIntervalSeconds,
  createdAt: start - 60 * minute,
})

export interface Played {
  readonly alerts: readonly Alert[]
  readonly incidents: readonly Incident[]
  readonly truth: readonly Spell[]
  readonly devices: readonly SimulatedDevice[]
  /** The end, epoch ms. */
  readonly until: number
}

/** `minutes` of real and scenario time alike; `which`: only some of the fleet's devices. */
export function play(
  name: string,
  minutes: number,
  which: (device: SimulatedDevice) => boolean = () => true,
): Played {
  const scenario = scenarioOf(name)
  if (!scenario) throw new Error(`there is no scenario ${name}`)
  const devices = fleet.filter(which)
  const until = start + minutes * minute
  const course = scenario.course({ seed, devices, startedAt: start, speed: 1 })
  const readerOf = createReaders({ seed, course })
  const facts = devices.map(factsOf)
  const readers = devices.map(readerOf)
  const ledger = createLedger()
  let now = start
  const engine = createEngine({
    rules: defaultRules,
    city: { device: (serial) => facts[serial], areaPath: pathOf },
    devices: facts.keys(),
    states: facts.map(({ serial }) => ({ serial, heardAt: start, observedAt: start - 1, receivedAt: start })),
    target: 0.7,
    timeZone: 'Asia/Ho_Chi_Minh',
    clock: () => now,
    memories: new Map(),
    openAlerts: [],
  })
  const dueAt = facts.map(({ id, reportingIntervalSeconds }) => phaseOf(id, reportingIntervalSeconds))
  while (now < until) {
    now += second
    for (const { serial, kind, reportingIntervalSeconds } of facts) {
      const at = start + (dueAt[serial] ?? 0)
      if (at > now) continue
      dueAt[serial] = (dueAt[serial] ?? 0) + reportingIntervalSeconds * second
      const reader = readers[serial]
      if (!reader || reader.silent(at)) continue
      engine.take({ kind, serial, observedAt: at, receivedAt: now, values: reader.read(at) })
    }
    engine.tick(now, { caughtUp: true })
    ledger.apply(engine.drain().changes)
  }
  const truth = truthOf({ course, devices, readerOf, from: start, until })
  return { alerts: ledger.alerts(), incidents: course.incidents, truth, devices, until }
}
