/**
 * What each condition of a rule raises and when it is over: thresholds with hysteresis, durations by event time, n of m, rates,
 * health, coverage; and whom a rule watches. Time, storms and changes are in alerts-engine.test.ts.
 */
import { describe, expect, test } from 'vitest'
import type { KindName } from '../model/kinds.ts'
import { day, hour, minute, second } from '../model/time.ts'
import { createWorld, makeRule, start, testCity } from './alerts-world.ts'

const sensors = (count = 1, interval = 60) => testCity({ count, interval, kind: () => 'street_sensor' })
const scope = { kind: 'street_sensor' }
const noise = (LAeq: number, serial = 1) => [{ serial, values: { LAeq } }]
const steady = { recording: true, videoLoss: false, tampered: false, frozen: false, storageUsedShare: 0.5 }

function soundWorld(condition: Record<string, unknown>, rest: Record<string, unknown> = {}) {
  const rules = [makeRule({ scope, condition: { type: 'threshold', field: 'LAeq', ...condition }, ...rest })]
  return createWorld({ rules, city: sensors() })
}

describe('a threshold', () => {
  test('opens at it and is over at the clear value, not between', () => {
    const world = soundWorld({ above: 85, clear: 80 })
    world.second(noise(84.9))
    expect(world.open()).toEqual([])
    world.second(noise(85))
    expect(world.open()).toMatchObject([
      {
        subject: 'device-1',
        since: world.now(),
        title: 'Device 1: 85 dB(A), 85',
        evidence: { values: [{ field: 'LAeq', value: 85, observedAt: world.now() }] },
        areas: ['c1', 'd1', 'p'],
        place: 'place-1',
      },
    ])
    for (const value of [82, 84, 90, 80.1]) world.second(noise(value))
    expect(world.alerts()).toHaveLength(1)
    expect(world.open()).toHaveLength(1)
    world.second(noise(80))
    expect(world.open()).toEqual([])
    expect(world.ledger.alerts()[0]).toMatchObject({ clearedBy: 'condition' })
  })

  test('below: the same with the sign turned; a reading without the field says nothing', () => {
    const rules = [
      makeRule({ scope, condition: { type: 'threshold', field: 'batteryLevel', below: 0.15, clear: 0.3 } }),
    ]
    const world = createWorld({ rules, city: sensors() })
    world.second([{ serial: 1, values: { batteryLevel: 0.15 } }])
    world.second([{ serial: 1, values: { LAeq: 50 } }])
    world.second([{ serial: 1, values: { batteryLevel: 0.29 } }])
    expect(world.open()).toMatchObject([{ title: 'Device 1: 15 %, 15' }])
    world.second([{ serial: 1, values: { batteryLevel: 0.3 } }])
    expect(world.open()).toEqual([])
  })

  test('for a duration: event time decides, and one normal reading begins it anew', () => {
    const world = soundWorld({ above: 85, forSeconds: 120 })
    world.second(noise(90))
    const met = world.now()
    world.seconds(59)
    world.second(noise(70))
    world.seconds(59)
    world.second(noise(90))
    const again = world.now()
    expect(again).toBe(met + 120 * second)
    world.seconds(59)
    world.second(noise(90))
    expect(world.open()).toEqual([])
    world.seconds(59)
    world.second(noise(90))
    expect(world.open()).toMatchObject([{ since: again, openedAt: again + 120 * second }])
    expect(world.ledger.open()[0]?.evidence.values).toHaveLength(3)
  })

  test('for less than the device’s interval: what it last said holds until it says otherwise', () => {
    const rules = [
      makeRule({ scope, condition: { type: 'threshold', field: 'LAeq', above: 85, forSeconds: 60 } }),
    ]
    const world = createWorld({ rules, city: sensors(1, 300) })
    world.second(noise(90))
    const met = world.now()
    world.seconds(59)
    expect(world.open()).toEqual([])
    world.seconds(2)
    expect(world.open()).toMatchObject([{ since: met }])
  })

  test('for about the interval: the next reading is waited for, and may deny it', () => {
    const world = soundWorld({ above: 85, forSeconds: 60 })
    world.second(noise(90))
    world.seconds(62)
    expect(world.open()).toEqual([])
    world.second(noise(60))
    world.seconds(200)
    expect(world.alerts()).toEqual([])
  })

  test('n of the last m', () => {
    const world = soundWorld({ above: 85, clear: 80, count: { of: 3, least: 2 } })
    for (const value of [90, 70, 70, 90, 70]) world.second(noise(value))
    expect(world.open()).toEqual([])
    world.second(noise(91))
    expect(world.open()).toMatchObject([
      { evidence: { values: [{ value: 90 }, { value: 90 }, { value: 91 }] } },
    ])
    world.second(noise(70))
    expect(world.open()).toEqual([])
  })
})

describe('late readings', () => {
  test('one at or before the newest judged says nothing', () => {
    const world = soundWorld({ above: 85 })
    world.second(noise(60))
    world.second([{ serial: 1, values: { LAeq: 99 }, late: second }])
    world.second([{ serial: 1, values: { LAeq: 99 }, late: 3 * second }])
    expect(world.alerts()).toEqual([])
  })

  test('what has long passed raises nothing, and counts for what still lasts', () => {
    const world = soundWorld({ above: 85 })
    world.seconds(3 * 3600)
    world.second([{ serial: 1, values: { LAeq: 99 }, late: 2 * hour }])
    const first = world.now() - 2 * hour
    expect(world.alerts()).toEqual([])
    world.second([{ serial: 1, values: { LAeq: 99 } }])
    expect(world.open()).toMatchObject([{ since: first }])
  })
})

test('a rate: rises within the time, is over when it rises no more', () => {
  const rules = [
    makeRule({ scope, condition: { type: 'rate', field: 'waterLevel', rises: 0.2, withinSeconds: 900 } }),
  ]
  const world = createWorld({ rules, city: sensors() })
  const water = (waterLevel: number) => {
    world.seconds(59)
    world.second([{ serial: 1, values: { waterLevel } }])
  }
  for (let level = 0; level < 0.3; level += 0.01) water(level)
  expect(world.alerts(), 'slowly: 15 cm in 15 minutes').toEqual([])
  for (let level = 0.3; level < 0.46; level += 0.02) water(level)
  expect(world.open()).toMatchObject([{ evidence: { values: [{ value: expect.closeTo(0.23, 1) }, {}] } }])
  for (let n = 0; n < 15; n++) water(0.46)
  expect(world.open()).toEqual([])
})

test('still: the same value for so long, over with the first that differs', () => {
  const rules = [makeRule({ scope, condition: { type: 'still', field: 'temperature', forSeconds: 600 } })]
  const world = createWorld({ rules, city: sensors() })
  const say = (temperature: number) => {
    world.seconds(59)
    world.second([{ serial: 1, values: { temperature } }])
  }
  for (let n = 0; n < 9; n++) say(30.1)
  say(30.2)
  for (let n = 0; n < 9; n++) say(30.1)
  expect(world.alerts()).toEqual([])
  for (let n = 0; n < 3; n++) say(30.1)
  expect(world.open()).toMatchObject([{ rule: 'rule', state: 'open' }])
  world.crash()
  say(30.1)
  expect(world.open()).toHaveLength(1)
  say(30)
  expect(world.open()).toEqual([])
})

test('health: what the device itself says is wrong', () => {
  const rules = [
    makeRule({ scope: { kind: 'camera' }, condition: { type: 'health', faults: ['tampered', 'frozen'] } }),
  ]
  const world = createWorld({ rules, city: testCity({ count: 2 }) })
  world.second([{ serial: 1, values: { ...steady, videoLoss: true } }])
  world.second([{ serial: 2, values: { ...steady, tampered: true } }])
  expect(world.open()).toMatchObject([
    { subject: 'device-2', evidence: { values: [{ field: 'tampered', value: true }] } },
  ])
  world.second([{ serial: 2, values: steady }])
  expect(world.open()).toEqual([])
})

describe('coverage', () => {
  const row = (area: string, installed: number, working = installed) => ({
    area,
    level: area.startsWith('d') ? 'district' : 'commune',
    name: area,
    places: 10,
    installed,
    working,
  })
  const coverage = (condition: Record<string, unknown>, rest = {}) =>
    createWorld({
      rules: [makeRule({ condition: { type: 'coverage', ...condition }, ...rest })],
      city: testCity({ count: 1, districts: 2 }),
    })

  test('below the target, of the levels and areas that the rule names', () => {
    const world = coverage(
      { share: 'installed', below: 'target', levels: ['district'] },
      { scope: { areas: ['d1'] } },
    )
    const rows = (share: number) => [row('d1', share), row('d2', share), row('c1', share)]
    world.engine().takeCoverage(rows(6), start)
    expect(world.open()).toMatchObject([
      { subject: 'd1', subjectType: 'area', title: 'District 1: 60 %, 70', areas: ['d1', 'p'] },
    ])
    world.engine().takeCoverage(rows(7), start + minute)
    expect(world.open()).toEqual([])
  })

  test('falling; over when half of it is back', () => {
    const world = coverage({ share: 'working', falls: { by: 0.2, withinSeconds: 900 } })
    const at = (minutes: number, working: number) =>
      world.engine().takeCoverage([row('d1', 10, working)], start + minutes * minute)
    at(0, 9)
    at(10, 8)
    at(20, 7)
    expect(world.open(), 'slowly').toEqual([])
    at(25, 6)
    expect(world.open()).toMatchObject([
      { subject: 'd1', evidence: { values: [{ value: 0.8 }, { value: 0.6 }] } },
    ])
    at(100, 6)
    expect(world.open()).toHaveLength(1)
    at(110, 7)
    expect(world.open()).toEqual([])
  })

  test('falling: after a day the new share is how it is', () => {
    const world = coverage({ share: 'working', falls: { by: 0.2, withinSeconds: 900 } })
    const at = (ms: number, working: number) =>
      world.engine().takeCoverage([row('d1', 10, working)], start + ms)
    at(0, 9)
    at(minute, 4)
    expect(world.open()).toHaveLength(1)
    at(day + 2 * minute, 4)
    expect(world.open()).toEqual([])
  })
})

test('scope: kind, areas, place types and devices', () => {
  const kinds: KindName[] = ['camera', 'street_sensor']
  const city = testCity({ count: 8, districts: 2, kind: (serial) => kinds[serial > 4 ? 1 : 0] ?? 'camera' })
  const matching = (given: Record<string, unknown>) => {
    const world = createWorld({ rules: [makeRule({ condition: { type: 'silence' }, scope: given })], city })
    world.seconds(200)
    return world
      .open()
      .map(({ subject }) => Number(subject.slice(7)))
      .sort()
  }
  expect(matching({})).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  expect(matching({ kind: 'camera' })).toEqual([1, 2, 3, 4])
  expect(matching({ areas: ['d1'] })).toEqual([1, 3, 5, 7])
  expect(matching({ areas: ['p'] })).toHaveLength(8)
  expect(matching({ areas: ['d1'], placeTypes: ['market'] })).toEqual([])
  expect(matching({ placeTypes: ['market'], kind: 'street_sensor' })).toEqual([6, 8])
  expect(matching({ devices: ['device-2', 'device-5'] })).toEqual([2, 5])
})
