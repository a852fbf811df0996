/**
 * The engine against chance: any order of readings, silences, pauses and crashes. Whatever happens, a killed engine ends
 * with the same alerts as one that was never killed, there are never two for one subject, and none stays open for ever.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Alert } from '../model/alert.ts'
import type { Values } from '../model/kind.ts'
import type { KindName } from '../model/kinds.ts'
import { minute, second } from '../model/time.ts'
import { createWorld, makeRule, testCity } from './alerts-world.ts'

const scope = { kind: 'street_sensor' }
const threshold = { type: 'threshold', field: 'LAeq', above: 80 }
const storm = { share: 0.4, least: 2, withinSeconds: 20 }
const rules = [
  makeRule({ id: 'plain', scope, condition: { ...threshold, clear: 60 } }),
  makeRule({ id: 'lasting', scope, condition: { ...threshold, clear: 70, forSeconds: 15 } }),
  makeRule({ id: 'often', scope, condition: { ...threshold, count: { of: 4, least: 2 } } }),
  makeRule({ id: 'rising', scope, condition: { type: 'rate', field: 'LAeq', rises: 30, withinSeconds: 30 } }),
  makeRule({ id: 'still', scope, condition: { type: 'still', field: 'LAeq', forSeconds: 15 } }),
  makeRule({ id: 'health', scope, condition: { type: 'health', faults: ['battery-low'] }, storm }),
  makeRule({ id: 'silent', condition: { type: 'silence', intervals: 3 }, scope, storm }),
  makeRule({
    id: 'hours',
    scope,
    condition: threshold,
    schedule: { from: '10:01', to: '10:03', days: ['tue', 'wed'] },
  }),
]

/** Device 1 reports each second, so that the journal's time goes on; the others are what chance makes of them. */
const count = 6
const interval = 8
const kind = (serial: number): KindName => (serial === 1 ? 'camera' : 'street_sensor')
const city = () => testCity({ count, districts: 2, interval, kind })
const heartbeat = { serial: 1, values: { recording: true, tampered: false, videoLoss: false, frozen: false } }

interface Moment {
  readonly readings: readonly { serial: number; values: Values; late?: number }[]
  readonly flush: boolean
  readonly crash: boolean
}

const reading = fc.record({
  serial: fc.integer({ min: 2, max: count }),
  values: fc.record({
    LAeq: fc.constantFrom(50, 60, 65, 70, 75, 79, 80, 81, 95),
    batteryLevel: fc.constantFrom(0.9, 0.9, 0.9, 0.02),
  }),
  late: fc.constantFrom(0, 0, 0, 0, second, 5 * second, 20 * minute),
})
const moment: fc.Arbitrary<Moment> = fc.record({
  readings: fc.array(reading, { maxLength: 3 }),
  flush: fc.boolean(),
  crash: fc.integer({ min: 0, max: 14 }).map((n) => n === 0),
})
const quiet = (readings: Moment['readings']): Moment => ({ readings, flush: true, crash: false })

/** Spells of chance, of everybody well, and of nothing at all. */
const spell: fc.Arbitrary<readonly Moment[]> = fc.oneof(
  { weight: 6, arbitrary: fc.array(moment, { minLength: 5, maxLength: 40 }) },
  { weight: 1, arbitrary: fc.constant(Array.from({ length: 30 }, () => quiet([]))) },
  {
    weight: 2,
    arbitrary: fc
      .integer({ min: 1, max: 60 })
      .map((length) => Array.from({ length }, (_, n) => quiet(well(n)))),
  },
)
const course = fc.array(spell, { minLength: 1, maxLength: 8 }).map((spells) => spells.flat())

function well(n: number): Moment['readings'] {
  const serial = 2 + (n % interval)
  const LAeq = 50 + (Math.floor(n / interval) % 2)
  return serial <= count ? [{ serial, values: { LAeq, batteryLevel: 0.9 } }] : []
}

type World = ReturnType<typeof createWorld>

function play(moments: readonly Moment[], crashes: boolean, check?: (world: World) => void): World {
  const world = createWorld({ rules, city: city() })
  for (const { readings, flush, crash } of moments) {
    world.second([heartbeat, ...readings])
    if (!crashes || flush) world.flush()
    if (crashes && crash) world.crash()
    check?.(world)
  }
  return world
}

/** What must be the same however often it was killed: all but the clock's own times. */
function essence(alerts: readonly Alert[]) {
  const byId = new Map(alerts.map((alert) => [alert.id, alert]))
  return alerts
    .map(({ rule, subject, since, state, chattering, evidence, inhibitedBy }) => ({
      rule,
      subject,
      since,
      state,
      chattering,
      evidence,
      standing: inhibitedBy === null ? null : byId.get(inhibitedBy)?.subject,
    }))
    .sort((a, b) =>
      JSON.stringify([a.rule, a.subject, a.since]) < JSON.stringify([b.rule, b.subject, b.since]) ? -1 : 1,
    )
}

describe('whatever comes', () => {
  test('a killed engine ends with the alerts of one that was not', () => {
    fc.assert(
      fc.property(course, (moments) => {
        expect(essence(play(moments, true).alerts())).toEqual(essence(play(moments, false).alerts()))
      }),
      { numRuns: 150, interruptAfterTimeLimit: 20_000 },
    )
  })

  test('never two are open for one rule and subject, and what stands for others is open', () => {
    fc.assert(
      fc.property(course, (moments) => {
        play(moments, true, ({ ledger }) => {
          const open = ledger.open()
          expect(new Set(open.map(({ rule, subject }) => `${rule}/${subject}`)).size).toBe(open.length)
          const ids = new Set(open.map(({ id }) => id))
          for (const { inhibitedBy } of open) if (inhibitedBy !== null) expect(ids).toContain(inhibitedBy)
        })
      }),
      { numRuns: 60, interruptAfterTimeLimit: 20_000 },
    )
  })

  test('after enough that is normal none is open, and nothing is left in the memory', () => {
    fc.assert(
      fc.property(course, (moments) => {
        const world = play(moments, true)
        for (let n = 0; n < 11 * 60; n++) world.second([heartbeat, ...well(n)])
        expect(world.open().map(({ rule, subject }) => `${rule} ${subject}`)).toEqual([])
        for (let n = 0; n < 31 * 60; n++) world.second([heartbeat, ...well(n)])
        world.flush()
        const left = [...world.memories.keys()].filter((key) => !/rule\/|engine\/|^rising|^still/.test(key))
        expect(left).toEqual([])
      }),
      { numRuns: 25, interruptAfterTimeLimit: 20_000 },
    )
  })
})

const sounds = fc.array(fc.integer({ min: 50, max: 95 }), { minLength: 1, maxLength: 120 })

function playSounds(condition: Record<string, unknown>, values: readonly number[]) {
  const world = createWorld({
    rules: [makeRule({ scope, condition: { type: 'threshold', field: 'LAeq', ...condition } })],
    city: testCity({ count: 1, kind: () => 'street_sensor' }),
  })
  // Further apart than chattering is looked for.
  return values.map((LAeq) => {
    world.seconds(1900)
    world.second([{ serial: 1, values: { LAeq } }])
    return world.open().length > 0
  })
}

test('hysteresis: within the band nothing changes', () => {
  fc.assert(
    fc.property(sounds, (values) => {
      let open = false
      const expected = values.map((value) => {
        if (value >= 80) open = true
        else if (value <= 65) open = false
        return open
      })
      expect(playSounds({ above: 80, clear: 65 }, values)).toEqual(expected)
    }),
    { numRuns: 15, interruptAfterTimeLimit: 20_000 },
  )
})

test('n of m: as counted by hand', () => {
  fc.assert(
    fc.property(
      sounds,
      fc.integer({ min: 2, max: 6 }),
      fc.integer({ min: 1, max: 6 }),
      (values, of, wanted) => {
        const least = Math.min(of, wanted)
        let open = false
        const expected = values.map((value, index) => {
          const beyond = values.slice(Math.max(0, index + 1 - of), index + 1).filter((it) => it >= 80).length
          open = beyond >= least || (open && value >= 80)
          return open
        })
        expect(playSounds({ above: 80, count: { of, least } }, values)).toEqual(expected)
      },
    ),
    { numRuns: 15, interruptAfterTimeLimit: 20_000 },
  )
})

test('backlogs and absences of any length accuse nobody who reports', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({ up: fc.integer({ min: 1, max: 100 }), down: fc.integer({ min: 1, max: 40_000 }) }),
        {
          minLength: 1,
          maxLength: 6,
        },
      ),
      (spells) => {
        const world = createWorld({ rules, city: city() })
        let n = 0
        for (const { up, down } of spells) {
          for (let left = up; left > 0; left--) world.second([heartbeat, ...well(n++)])
          world.down(down * second)
        }
        expect(world.alerts()).toEqual([])
      },
    ),
    { numRuns: 40, interruptAfterTimeLimit: 20_000 },
  )
})
