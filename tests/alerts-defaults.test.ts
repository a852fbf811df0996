/**
 * The default rules: complete and in words, and judged by the simulators' scenarios, each of which knows what it broke: every
 * break is alerted, in time, and what nobody broke is not.
 */
import { describe, expect, test } from 'vitest'
import { defaultRules } from '../alerts/default-rules.ts'
import type { DeviceFacts } from '../alerts/engine/city.ts'
import { createEngine } from '../alerts/engine/engine.ts'
import { createLedger } from '../alerts/ledger.ts'
import { demonstrationCity } from '../city/demonstration.ts'
import { kindNames } from '../model/kinds.ts'
import { minute } from '../model/time.ts'
import { locate, planFleet } from '../simulators/fleet-plan.ts'
import { createReaders } from '../simulators/readings/reader.ts'
import { scenarioOf } from '../simulators/scenarios/list.ts'
import { start } from './alerts-world.ts'

test('there is something for every kind, every id is one, and each says what to do', () => {
  expect(defaultRules.length).toBeGreaterThanOrEqual(12)
  expect(new Set(defaultRules.map(({ id }) => id)).size).toBe(defaultRules.length)
  const kinds = new Set(defaultRules.map(({ scope }) => scope.kind))
  for (const kind of kindNames) expect(kinds).toContain(kind)
  for (const { id, title, action } of defaultRules) {
    expect(action.length, id).toBeGreaterThan(60)
    expect(title, id).toMatch(/\{(place|area)\}/)
    for (const [, name] of title.matchAll(/\{(\w+)\}/g))
      expect(['subject', 'place', 'area', 'value', 'unit', 'threshold'], id).toContain(name)
  }
})

const city = demonstrationCity()
const seed = '7'
const devices = planFleet({ seed, count: 600, places: locate(city.places, city.areas) })
const areaOf = new Map(city.areas.map((area) => [area.code, area]))
const facts = devices.map(
  ({ id, kind, place, reportingIntervalSeconds }, serial): DeviceFacts => ({
    type: 'device',
    serial,
    id,
    name: id,
    kind,
    place: place.id,
    placeName: place.name,
    placeType: place.type,
    areas: place.areas.flatMap((code) => areaOf.get(code) ?? []),
    longitude: place.longitude,
    latitude: place.latitude,
    reportingIntervalSeconds,
    createdAt: start - 60 * minute,
  }),
)

/** Plays so many minutes of a scenario and answers every alert, and what the scenario says it broke. */
function play(name: string, minutes: number) {
  const scenario = scenarioOf(name)
  if (!scenario) throw new Error(`there is no scenario ${name}`)
  const course = scenario.course({ seed, devices, startedAt: start, speed: 1 })
  const readerOf = createReaders({ seed, course })
  const readers = devices.map(readerOf)
  const ledger = createLedger()
  let now = start
  const engine = createEngine({
    rules: defaultRules,
    city: {
      device: (serial) => facts[serial],
      areaPath: (code) => facts[0]?.areas.filter((it) => it.code === code) ?? [],
    },
    devices: facts.keys(),
    states: facts.map(({ serial }) => ({ serial, heardAt: start, observedAt: start - 1, receivedAt: start })),
    target: 0.7,
    timeZone: 'Asia/Ho_Chi_Minh',
    clock: () => now,
    memories: new Map(),
    openAlerts: [],
  })
  // Each device reports on a second of its own.
  for (now = start + 1000; now < start + minutes * minute; now += 1000) {
    for (const { serial, kind, reportingIntervalSeconds } of facts) {
      const reader = readers[serial]
      const isDue = (now / 1000 + serial * 7) % reportingIntervalSeconds === 0
      if (!isDue || !reader || reader.silent(now)) continue
      engine.take({ kind, serial, observedAt: now, receivedAt: now, values: reader.read(now) })
    }
    engine.tick(now, { caughtUp: true })
    ledger.apply(engine.drain().changes)
  }
  return { alerts: ledger.alerts(), open: ledger.open(), incidents: course.incidents }
}

const quiet = new Set(play('ordinary-day', 40).alerts.map(({ rule, subject }) => `${rule}/${subject}`))

/** Of the alerts of these rules about devices: who is concerned, without what is broken on any day. */
function concerned(played: ReturnType<typeof play>, ...rules: string[]): string[] {
  const subjects = played.alerts
    .filter(
      ({ rule, subject, subjectType }) =>
        rules.includes(rule) && subjectType === 'device' && !quiet.has(`${rule}/${subject}`),
    )
    .map(({ subject }) => subject)
  return [...new Set(subjects)].sort()
}

const broken = (played: ReturnType<typeof play>, fault: string, before: number): string[] => {
  const struck = played.incidents
    .filter((incident) => incident.fault === fault && incident.from < start + before * minute)
    .flatMap((incident) => incident.devices)
  return [...new Set(struck)].sort()
}

describe('what the scenarios break is found, and nothing else', () => {
  test('vandalism: each camera', () => {
    const played = play('camera-vandalism', 25)
    for (const [fault, rule] of [
      ['tampered', 'camera-tampered'],
      ['video-loss', 'camera-video-loss'],
    ] as const) {
      const struck = broken(played, fault, 22)
      expect(struck.length).toBeGreaterThan(3)
      const found = concerned(played, rule)
      expect(struck.filter((id) => !found.includes(id) && !quiet.has(`${rule}/${id}`))).toEqual([])
      expect(found.filter((id) => !broken(played, fault, 25).includes(id))).toEqual([])
    }
  })

  test('a district without power: each device, one alert for the cameras together, all over when it is back', () => {
    const played = play('district-outage', 40)
    const rules = ['camera-silent', 'counter-silent', 'sensor-silent']
    const struck = broken(played, 'silent', 40)
    const found = concerned(played, ...rules)
    expect(
      struck.filter((id) => !found.includes(id) && !rules.some((rule) => quiet.has(`${rule}/${id}`))),
    ).toEqual([])
    expect(found.filter((id) => !struck.includes(id))).toEqual([])
    const storms = played.alerts.filter(({ subjectType }) => subjectType === 'area')
    expect(storms.map(({ rule }) => rule)).toContain('camera-silent')
    expect(new Set(storms.map(({ subject }) => subject))).toEqual(new Set([played.incidents[0]?.area]))
    expect(played.open.filter(({ rule, subject }) => !quiet.has(`${rule}/${subject}`))).toEqual([])
  })

  test('a cloudburst: the flooded gauges', () => {
    const played = play('flood', 90)
    const struck = broken(played, 'flood', 80)
    expect(struck.length).toBeGreaterThan(0)
    const found = concerned(played, 'street-flooded')
    // A gauge that drowned before it could say so is found silent.
    const drowned = concerned(played, 'sensor-silent')
    const missed = struck.filter((id) => !found.includes(id))
    expect(missed.filter((id) => !drowned.includes(id))).toEqual([])
    expect(drowned).toEqual(broken(played, 'silent', 80).filter((id) => !quiet.has(`sensor-silent/${id}`)))
    expect(found.filter((id) => !broken(played, 'flood', 90).includes(id))).toEqual([])
  })

  test('the rush hour: the congested crossings', () => {
    const played = play('rush-hour', 60)
    const struck = broken(played, 'congestion', 45)
    expect(struck.length).toBeGreaterThan(3)
    const found = concerned(played, 'traffic-congested', 'traffic-jam')
    const missed = struck.filter((id) => !found.includes(id))
    expect(missed.length / struck.length).toBeLessThan(0.1)
    // Others congest in the morning by themselves: each says so.
    const others = played.alerts.filter(
      ({ rule, subject }) => rule === 'traffic-congested' && !struck.includes(subject),
    )
    for (const { evidence } of others) expect(evidence.values.every(({ value }) => value === true)).toBe(true)
  })
})
