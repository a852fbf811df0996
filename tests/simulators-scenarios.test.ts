/**
 * Each scenario against its own ground truth: what it says is broken reads as broken from then until then,
 * and not before; what it does not name stays well.
 */
import { describe, expect, test } from 'vitest'
import { demonstrationCity } from '../city/demonstration.ts'
import type { Values } from '../model/kind.ts'
import { kindOf } from '../model/kinds.ts'
import { day, hour, minute } from '../model/time.ts'
import { isWaterGauge, locate, planFleet, type SimulatedDevice } from '../simulators/fleet-plan.ts'
import { createReaders } from '../simulators/readings/reader.ts'
import { floodLevel } from '../simulators/scenarios/flood.ts'
import { scenarioOf, scenarios } from '../simulators/scenarios/list.ts'
import type { Incident } from '../simulators/scenarios/scenario.ts'
import { hourOf, weekdayOf } from '../simulators/world/calendar.ts'

const city = demonstrationCity()
const places = locate(city.places, city.areas)
const seed = '7'
const devices = planFleet({ seed, count: 2500, places })
const byId = new Map(devices.map((device) => [device.id, device]))
// A Tuesday, 10:00 in the city.
const startedAt = Date.parse('2025-03-11T10:00:00+07:00')

function played(name: string, speed = 1) {
  const scenario = scenarioOf(name)
  if (!scenario) throw new Error(`there is no scenario ${name}`)
  const course = scenario.course({ seed, devices, startedAt, speed })
  return { course, readerOf: createReaders({ seed, course }) }
}

function deviceOf(id: string): SimulatedDevice {
  const device = byId.get(id)
  if (!device) throw new Error(`there is no device ${id}`)
  return device
}

/** The incidents with that fault; there must be some. */
function only(incidents: readonly Incident[], fault: string): Incident[] {
  const found = incidents.filter((incident) => incident.fault === fault)
  expect(found.length).toBeGreaterThan(0)
  for (const { devices, from, until } of found) {
    expect(devices.length).toBeGreaterThan(0)
    expect(from).toBeGreaterThanOrEqual(startedAt)
    expect(until).toBeGreaterThan(from)
  }
  return found
}

const quietReaders = played('ordinary-day').readerOf

describe.each(scenarios.map(({ name }) => name))('%s', (name) => {
  test('is the same each time, and touches nothing before its start', () => {
    const { course, readerOf } = played(name)
    expect(played(name).course.incidents).toEqual(course.incidents)
    for (const device of devices.slice(0, 300))
      for (const at of [startedAt - 1, startedAt - 3 * day]) {
        expect(readerOf(device).silent(at)).toBe(quietReaders(device).silent(at))
        expect(readerOf(device).read(at)).toEqual(quietReaders(device).read(at))
      }
  })

  test('reads valid all the way', () => {
    const { readerOf } = played(name)
    for (const device of devices.slice(0, 400))
      for (const minutes of [3, 47, 200]) {
        const values = readerOf(device).read(startedAt + minutes * minute)
        expect(kindOf(device.kind).schema.parse(values)).toEqual(values)
      }
  })
})

test('an ordinary day has no incidents and the city’s own time', () => {
  const { course } = played('ordinary-day')
  expect(course.incidents).toEqual([])
  expect(course.sceneTime(startedAt + hour)).toBe(startedAt + hour)
})

test('speed moves the scenario’s time, not the readings’: a day passes in 24 minutes', () => {
  const { course } = played('ordinary-day', 60)
  expect(course.sceneTime(startedAt)).toBe(startedAt)
  expect(course.sceneTime(startedAt + 24 * minute)).toBe(startedAt + day)
  const [slow] = only(played('district-outage').course.incidents, 'silent')
  const [fast] = only(played('district-outage', 4).course.incidents, 'silent')
  expect((fast?.from ?? 0) - startedAt).toBe(((slow?.from ?? 0) - startedAt) / 4)
})

test('rush-hour: the crossings that it names are congested then, and flow before', () => {
  const { course, readerOf } = played('rush-hour')
  const scene = course.sceneTime(startedAt)
  expect([hourOf(scene), weekdayOf(scene) < 5]).toEqual([6.25, true])
  const [incident] = only(course.incidents, 'congestion')
  const congested = (at: number) =>
    incident?.devices.filter((id) => readerOf(deviceOf(id)).read(at).congested === true).length ?? 0
  const all = incident?.devices.length ?? 0
  expect(all).toBeGreaterThan(20)
  for (const minutes of [35, 50, 70, 85]) expect(congested(startedAt + minutes * minute)).toBe(all)
  expect(congested(startedAt + 5 * minute)).toBe(0)
  for (const id of incident?.devices.slice(0, 20) ?? []) {
    const [before, during] = [10, 55].map((minutes) =>
      readerOf(deviceOf(id)).read(startedAt + minutes * minute),
    )
    expect(Number(during?.averageVehicleSpeed)).toBeLessThan(0.75 * Number(before?.averageVehicleSpeed))
    expect(Number(during?.occupancy)).toBeGreaterThan(Number(before?.occupancy))
  }
})

test('district-outage: every device of one district is silent, for that time, and no other', () => {
  const { course, readerOf } = played('district-outage')
  const [incident] = only(course.incidents, 'silent')
  const area = incident?.area ?? ''
  expect(city.areas.find(({ code }) => code === area)?.level).toBe('district')
  const struck = new Set(incident?.devices)
  for (const device of devices) {
    const inside = device.place.areas.includes(area)
    expect(struck.has(device.id)).toBe(inside)
    const reader = readerOf(device)
    const byItself = quietReaders(device).silent(startedAt)
    const at = (minutes: number) => reader.silent(startedAt + minutes * minute)
    expect([1, 3, 31, 33].map(at)).toEqual([byItself, inside || byItself, inside || byItself, byItself])
  }
})

test('camera-vandalism: one camera after another, each near the last, shows its fault', () => {
  const { course, readerOf } = played('camera-vandalism')
  const { incidents } = course
  expect(incidents).toHaveLength(30)
  expect(new Set(incidents.map(({ fault }) => fault))).toEqual(new Set(['tampered', 'video-loss']))
  expect(incidents.map(({ from }) => from)).toEqual(
    [...incidents.map(({ from }) => from)].sort((a, b) => a - b),
  )
  expect((incidents.at(-1)?.from ?? 0) - startedAt).toBeGreaterThan(15 * minute)
  for (const { fault, devices: ids, from, until } of incidents) {
    const device = deviceOf(ids[0] ?? '')
    const faults = (at: number) => kindOf('camera').faultsOf(readerOf(device).read(at))
    expect(faults(from)).toEqual([fault])
    expect(faults(until - 1)).toEqual([fault])
    expect(faults(from - 1)).toEqual(kindOf('camera').faultsOf(quietReaders(device).read(from - 1)))
  }
})

test('flood: gauges rise, roads beside them stand still, sensors die, and all of it ends', () => {
  const { course, readerOf } = played('flood')
  const rise = only(course.incidents, 'flood')
  for (const { devices: ids, from, until } of rise) {
    const level = (at: number) => Number(readerOf(deviceOf(ids[0] ?? '')).read(at).waterLevel)
    expect(isWaterGauge(ids[0] ?? '')).toBe(true)
    expect(level(from)).toBeGreaterThanOrEqual(floodLevel)
    expect(level(from - 2 * minute)).toBeLessThan(floodLevel + 0.05)
    expect(level(until + 20 * minute)).toBeLessThan(floodLevel)
  }
  const standing = only(course.incidents, 'congestion')
  const ratio = standing.map(({ devices: ids, from, until }) => {
    const device = deviceOf(ids[0] ?? '')
    const middle = (from + until) / 2
    const usual = quietReaders(device).read(course.sceneTime(middle))
    return Number(readerOf(device).read(middle).averageVehicleSpeed) / Number(usual.averageVehicleSpeed)
  })
  expect(ratio.filter((share) => share < 0.8).length).toBeGreaterThan(0.7 * ratio.length)
  const [dead] = only(course.incidents, 'silent')
  for (const id of dead?.devices ?? []) {
    expect(deviceOf(id).kind).toBe('street_sensor')
    expect(readerOf(deviceOf(id)).silent((dead?.from ?? 0) + 1)).toBe(true)
  }
})

describe('sensor-drift', () => {
  const { course, readerOf } = played('sensor-drift')
  const began = startedAt + minute
  const numbers = (values: Values) =>
    Object.entries(values).filter(([name, value]) => name !== 'batteryLevel' && typeof value === 'number')

  /** By how much each value differs from what the device would read, as a share. */
  function error(id: string, at: number): number {
    const [told, true_] = [readerOf, quietReaders].map((of) => of(deviceOf(id)).read(at))
    const shares = numbers(told ?? {}).map(([name, value]) => {
      const real = Number(true_?.[name])
      return real === 0 ? 0 : Math.abs(Number(value) / real - 1)
    })
    return Math.max(...shares)
  }

  test('drifting sensors go further wrong by the hour', () => {
    const [incident] = only(course.incidents, 'drift')
    for (const id of incident?.devices ?? []) {
      expect(error(id, began + minute)).toBeLessThan(0.05)
      const after3h = error(id, began + 3 * hour)
      expect(after3h).toBeGreaterThan(0.15)
      expect(after3h).toBeLessThan(0.9)
    }
  })

  test('stuck sensors say the same again and again, noisy ones never', () => {
    const [stuck] = only(course.incidents, 'stuck')
    const [noisy] = only(course.incidents, 'noise')
    const readings = (id: string) =>
      Array.from({ length: 10 }, (_, index) =>
        JSON.stringify(numbers(readerOf(deviceOf(id)).read(began + index * 20 * minute))),
      )
    for (const id of stuck?.devices ?? []) expect(new Set(readings(id)).size).toBe(1)
    for (const id of (noisy?.devices ?? []).filter((one) => !isWaterGauge(one))) {
      expect(new Set(readings(id)).size).toBeGreaterThan(5)
      const errors = Array.from({ length: 10 }, (_, index) => error(id, began + index * 20 * minute))
      expect(Math.max(...errors)).toBeGreaterThan(0.3)
    }
  })

  test('all others are right', () => {
    const wrong = new Set(course.incidents.flatMap((incident) => incident.devices))
    expect(wrong.size).toBeGreaterThan(devices.length * 0.01)
    for (const device of devices.filter(({ id }) => !wrong.has(id)).slice(0, 300))
      expect(readerOf(device).read(began + hour)).toEqual(quietReaders(device).read(began + hour))
  })
})
