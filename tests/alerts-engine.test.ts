/**
 * The life that the engine gives an alert: silence by time, chattering, storms, and what happens when rules or devices change.
 * The conditions are in alerts-conditions.test.ts, the random tests in alerts-properties.test.ts.
 */
import { describe, expect, test } from 'vitest'
import { hour, second } from '../model/time.ts'
import { createWorld, makeRule, start, testCity } from './alerts-world.ts'

const sensors = (count = 1, interval = 60) => testCity({ count, interval, kind: () => 'street_sensor' })
const scope = { kind: 'street_sensor' }
const noise = (LAeq: number, serial = 1) => [{ serial, values: { LAeq } }]
const steady = { recording: true, videoLoss: false, tampered: false, frozen: false, storageUsedShare: 0.5 }

function soundWorld(condition: Record<string, unknown>, rest: Record<string, unknown> = {}) {
  const rules = [makeRule({ scope, condition: { type: 'threshold', field: 'LAeq', ...condition }, ...rest })]
  return createWorld({ rules, city: sensors() })
}

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

/** A new engine with another rule over what a world has stored. */
function createWorldAfter(world: ReturnType<typeof createWorld>, rule: ReturnType<typeof makeRule>) {
  const next = createWorld({ rules: [rule], city: sensors() })
  next.memories.clear()
  for (const [key, memory] of world.memories) next.memories.set(key, memory)
  next.ledger.apply(world.ledger.open().map((alert) => ({ type: 'open', alert }) as const))
  next.crash()
  return next.engine().drain()
}

test('a storm that was only feared is over when it has not come', () => {
  const storm = { share: 0.6, least: 5, withinSeconds: 120 }
  const rules = [makeRule({ id: 'silent', condition: { type: 'silence' }, storm })]
  const world = createWorld({ rules, city: testCity({ count: 20 }) })
  const beat = (from: number) =>
    Array.from({ length: 21 - from }, (_, n) => ({ serial: from + n, values: steady }))
  // Five fall silent; the others have missed a report by then, and come back just in time.
  world.second(beat(1))
  world.seconds(10)
  world.second(beat(6))
  world.seconds(171)
  expect(world.open().filter(({ subjectType }) => subjectType === 'area')).toHaveLength(1)
  world.second(beat(6))
  world.seconds(125, () => beat(6))
  const open = world.open()
  expect(open.map(({ subject, inhibitedBy }) => [subject, inhibitedBy])).toEqual(
    [1, 2, 3, 4, 5].map((serial) => [`device-${serial}`, null]),
  )
})
