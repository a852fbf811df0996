/**
 * The life that the engine gives an alert: each condition, durations by event time, hysteresis, hours, chattering, storms,
 * and what happens when rules or devices change. The random tests are in alerts-properties.test.ts.
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

describe('silence', () => {
  const rule = (rest = {}) => makeRule({ condition: { type: 'silence', intervals: 3 }, ...rest })
  const beat = (serial = 1) => [{ serial, values: steady }]

  test('is noticed by time within a second of its limit, and is over when the device is heard', () => {
    const world = createWorld({ rules: [rule()], city: testCity({ count: 1 }) })
    world.second(beat())
    const heard = world.now()
    world.seconds(180)
    expect(world.open()).toEqual([])
    world.second()
    expect(world.open()).toMatchObject([
      { since: heard + 180 * second, title: 'Device 1: 3 min, 3', evidence: { values: [{ value: 181 }] } },
    ])
    world.seconds(1000)
    expect(world.alerts()).toHaveLength(1)
    world.second(beat())
    expect(world.open()).toEqual([])
    world.seconds(181)
    expect(world.alerts()).toHaveLength(2)
  })

  test('a device in service that was never heard is silent too', () => {
    const world = createWorld({ rules: [rule()], city: testCity({ count: 1 }), heardAtStart: false })
    world.second()
    expect(world.open()).toMatchObject([{ subject: 'device-1' }])
  })

  test('Lantern’s own absence accuses nobody, and who was silent before is noticed right after', () => {
    const world = createWorld({ rules: [rule()], city: testCity({ count: 2 }) })
    world.second(beat(1))
    world.seconds(170)
    world.second(beat(2))
    world.down(6 * hour)
    world.seconds(9)
    expect(world.open(), 'device 1 has been silent for 180 s of our time').toEqual([])
    world.seconds(2)
    expect(world.open()).toMatchObject([{ subject: 'device-1' }])
    world.second(beat(2))
    world.down(hour)
    world.down(hour)
    world.seconds(179)
    expect(world.open()).toHaveLength(1)
    world.seconds(3)
    expect(world.open()).toHaveLength(2)
  })

  test('a backlog accuses nobody: its newest message is the time', () => {
    const world = createWorld({ rules: [rule()], city: testCity({ count: 2 }) })
    const engine = world.engine()
    for (let at = start + 60 * second; at <= start + 3600 * second; at += 60 * second) {
      for (const serial of [1, 2])
        engine.take({ kind: 'camera', serial, observedAt: at, receivedAt: at, values: steady })
      engine.tick(start + 2 * hour, { caughtUp: false, newestMessageAt: at })
    }
    expect(engine.drain().changes).toEqual([])
  })

  test('only within the rule’s hours', () => {
    // 10:00 in the city at the start.
    const world = createWorld({
      rules: [rule({ schedule: { from: '10:10', to: '11:00' } })],
      city: testCity({ count: 1 }),
    })
    world.seconds(599)
    expect(world.open()).toEqual([])
    world.seconds(2)
    expect(world.open()).toHaveLength(1)
  })

  test('100,000 devices: each within one tick of its limit', () => {
    const count = 100_000
    const world = createWorld({ rules: [rule()], city: testCity({ count, districts: 24 }) })
    const engine = world.engine()
    for (let serial = 1; serial <= count; serial++) {
      const at = start + (serial % 60_000)
      engine.take({ kind: 'camera', serial, observedAt: at, receivedAt: at, values: steady })
    }
    const tick = 250
    let noticed = 0
    let worst = 0
    for (let now = start + 60_000; now <= start + 245_000; now += tick) {
      engine.tick(now, { caughtUp: true })
      for (const change of engine.drain().changes) {
        if (change.type !== 'open') continue
        noticed += 1
        worst = Math.max(worst, now - change.alert.since)
      }
    }
    expect(noticed).toBe(count)
    expect(worst).toBeLessThanOrEqual(2 * tick)
  })
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

describe('chattering', () => {
  test('the third opening in half an hour is held, until it has been calm for ten minutes', () => {
    const world = soundWorld({ above: 85 })
    for (let n = 0; n < 12; n++) {
      world.second(noise(90))
      world.second(noise(60))
    }
    expect(world.alerts()).toHaveLength(3)
    expect(world.open()).toMatchObject([{ chattering: true }])
    world.seconds(599)
    expect(world.open()).toHaveLength(1)
    world.seconds(2)
    expect(world.open()).toEqual([])
    expect(world.steps().slice(-3)).toEqual(['chattering', 'settled', 'cleared'])
    world.seconds(1800)
    world.second(noise(90))
    expect(world.open()).toMatchObject([{ chattering: false }])
  })
})

test('cleared by hand while it holds, it is not raised again before it was over once', () => {
  const world = soundWorld({ above: 85 })
  world.second(noise(90))
  const [alert] = world.open()
  world.ledger.apply([
    {
      type: 'step',
      target: { id: alert?.id ?? 0 },
      input: { step: 'cleared', at: world.now(), by: 'somebody' },
    },
  ])
  world.second(noise(95))
  world.flush()
  world.crash()
  world.second(noise(95))
  expect(world.open()).toEqual([])
  world.second(noise(60))
  world.second(noise(90))
  expect(world.open()).toHaveLength(1)
  expect(world.alerts()).toHaveLength(2)
})

describe('storms', () => {
  const storm = { share: 0.2, least: 5, withinSeconds: 120 }
  const rules = [makeRule({ id: 'silent', condition: { type: 'silence' }, storm })]

  test('3,000 cameras fall silent: one alert a district, its children inhibited; all over when they are back', () => {
    const count = 3000
    const districts = 9
    const world = createWorld({ rules, city: testCity({ count, districts }) })
    const beats = (at: number) =>
      Array.from({ length: count / 60 }, (_, n) => ({
        serial: ((at / second) % 60) + n * 60 + 1,
        values: steady,
      }))
    world.seconds(120, beats)
    expect(world.alerts()).toEqual([])
    for (let n = 0; n < 400; n++) {
      world.second()
      world.flush()
    }
    const standing = world.open().filter(({ inhibitedBy }) => inhibitedBy === null)
    expect(standing.map(({ subject }) => subject).sort()).toEqual(
      Array.from({ length: districts }, (_, n) => `d${n + 1}`),
    )
    for (const { evidence, title } of standing) {
      expect(evidence.members?.of).toBeGreaterThan(330)
      expect(evidence.members?.count).toBe(evidence.members?.of)
      expect(title).toMatch(/^District \d: \d+ of 33\d, something wrong$/)
    }
    const opened = world.ledger.steps().filter(({ step }) => step === 'opened')
    const alone = world.ledger.steps().filter(({ step }) => step === 'inhibited')
    expect(opened).toHaveLength(count + districts)
    expect(alone.length, 'told one by one before their storm was seen').toBeLessThanOrEqual(
      districts * storm.least,
    )
    world.seconds(120, beats)
    expect(world.open()).toEqual([])
  })

  test('fewer than it takes stay alone; what is left when it ends is released', () => {
    const world = createWorld({ rules, city: testCity({ count: 40 }) })
    const beats = (silent: (serial: number) => boolean) => (at: number) =>
      Array.from({ length: 40 }, (_, n) => ({ serial: n + 1, values: steady })).filter(
        ({ serial }) => !silent(serial) && (at / second) % 60 === serial,
      )
    world.seconds(
      60,
      beats(() => false),
    )
    world.seconds(
      400,
      beats((serial) => serial <= 4),
    )
    expect(world.open().map(({ inhibitedBy }) => inhibitedBy)).toEqual([null, null, null, null])
    world.seconds(
      400,
      beats((serial) => serial <= 20),
    )
    const open = world.open()
    expect(open.filter(({ subjectType }) => subjectType === 'area')).toMatchObject([
      { subject: 'd1', evidence: { members: { count: 16, of: 40 } } },
    ])
    expect(
      open
        .filter(({ inhibitedBy }) => inhibitedBy === null)
        .map(({ subject }) => subject)
        .sort(),
    ).toEqual(['d1', 'device-1', 'device-2', 'device-3', 'device-4'])
    world.seconds(
      400,
      beats((serial) => serial <= 6),
    )
    expect(world.open().map(({ subject, inhibitedBy }) => [subject, inhibitedBy])).toEqual(
      [1, 2, 3, 4, 5, 6].map((serial) => [`device-${serial}`, null]),
    )
  })

  test('a storm goes on over a restart', () => {
    const world = createWorld({ rules, city: testCity({ count: 30 }) })
    world.seconds(300)
    expect(world.open().filter(({ inhibitedBy }) => inhibitedBy === null)).toMatchObject([{ subject: 'd1' }])
    world.flush()
    world.crash()
    world.seconds(10, () => Array.from({ length: 30 }, (_, n) => ({ serial: n + 1, values: steady })))
    expect(world.open()).toEqual([])
    expect(world.alerts()).toHaveLength(31)
  })
})

describe('changes', () => {
  test('of a rule: what no longer is watched is cleared, with the reason; words may change meanwhile', () => {
    const condition = { type: 'threshold', field: 'LAeq', above: 85 }
    const world = createWorld({ rules: [makeRule({ scope, condition })], city: sensors() })
    world.second(noise(90))
    world.setRules([makeRule({ scope, condition, severity: 'critical', title: 'other words' })])
    expect(world.open()).toHaveLength(1)
    world.setRules([makeRule({ scope, condition: { ...condition, above: 100 } })])
    expect(world.open()).toEqual([])
    expect(world.ledger.steps().at(-1)?.comment).toBe('the rule was changed')
    world.second(noise(101))
    world.setRules([makeRule({ scope, condition: { ...condition, above: 100 }, enabled: false })])
    expect(world.open()).toEqual([])
    world.second(noise(101))
    expect(world.alerts()).toHaveLength(2)
  })

  test('of a rule while Lantern was down', () => {
    const condition = { type: 'threshold', field: 'LAeq', above: 85 }
    const world = createWorld({ rules: [makeRule({ scope, condition })], city: sensors() })
    world.second(noise(90))
    world.flush()
    const other = createWorldAfter(world, makeRule({ scope, condition: { ...condition, above: 95 } }))
    expect(other.changes).toMatchObject([{ type: 'step', input: { step: 'cleared' } }])
  })

  test('of a device: out of service, moved, or with another interval', () => {
    const city = testCity({ count: 3, districts: 2 })
    const world = createWorld({ rules: [makeRule({ condition: { type: 'silence' } })], city })
    world.seconds(200)
    expect(world.open()).toHaveLength(3)
    const [first, second] = [city.facts.get(1), city.facts.get(2)]
    if (!first || !second) throw new Error('no devices')
    city.facts.delete(1)
    city.facts.set(2, { ...second, place: 'elsewhere', areas: first.areas })
    world.engine().devicesChanged([1, 2])
    expect(world.open().map(({ subject }) => subject)).toEqual(['device-3'])
    world.second()
    expect(world.open(), 'still silent, at its new place').toMatchObject([
      { subject: 'device-3' },
      { subject: 'device-2', place: 'elsewhere' },
    ])
  })

  test('a device that is new is watched at once', () => {
    const city = testCity({ count: 2 })
    const facts = city.facts.get(2)
    if (!facts) throw new Error('no device')
    city.facts.delete(2)
    const world = createWorld({ rules: [makeRule({ condition: { type: 'silence' } })], city })
    world.seconds(170, () => [{ serial: 1, values: steady }])
    city.facts.set(2, { ...facts, serial: 2, createdAt: world.now() })
    world.engine().devicesChanged([2])
    world.seconds(179, () => [{ serial: 1, values: steady }])
    expect(world.open()).toEqual([])
    world.seconds(3, () => [{ serial: 1, values: steady }])
    expect(world.open()).toMatchObject([{ subject: 'device-2' }])
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

/** A new engine with another rule over what a world has stored. */
function createWorldAfter(world: ReturnType<typeof createWorld>, rule: ReturnType<typeof makeRule>) {
  const next = createWorld({ rules: [rule], city: sensors() })
  next.memories.clear()
  for (const [key, memory] of world.memories) next.memories.set(key, memory)
  next.ledger.apply(world.ledger.open().map((alert) => ({ type: 'open', alert }) as const))
  next.crash()
  return next.engine().drain()
}
