/**
 * A small city, a journal and a registry in memory, and an engine between them that can be killed: what the tests of the
 * alert engine play with. Time is the test's own, in steps of a second.
 */
import type { AreaStep, DeviceFacts, EngineCity } from '../alerts/engine/city.ts'
import { createEngine, type Engine } from '../alerts/engine/engine.ts'
import { createLedger } from '../alerts/ledger.ts'
import type { Values } from '../model/kind.ts'
import type { KindName } from '../model/kinds.ts'
import type { Reading } from '../model/reading.ts'
import { type Rule, rule } from '../model/rule.ts'
import { second } from '../model/time.ts'

/** A Tuesday, 10:00 in Asia/Ho_Chi_Minh. */
export const start = Date.parse('2025-03-11T10:00:00+07:00')

export const makeRule = (input: Record<string, unknown>): Rule =>
  rule.parse({
    id: 'rule',
    name: 'something wrong',
    title: '{subject}: {value} {unit}, {threshold}',
    action: 'Go and look.',
    severity: 'warning',
    ...input,
  })

export interface TestCity extends EngineCity {
  readonly serials: number[]
  readonly facts: Map<number, DeviceFacts>
}

/** Devices 1 … `count` in `districts` districts of one province; commune `c1` has the same devices as district `d1`. */
export function testCity(options: {
  count: number
  kind?: (serial: number) => KindName
  districts?: number
  interval?: number
}): TestCity {
  const { count, kind = () => 'camera', districts = 1, interval = 60 } = options
  const paths = new Map<string, AreaStep[]>()
  const province = { code: 'p', level: 'province', name: 'City' }
  paths.set('p', [province])
  for (let number = 1; number <= districts; number++) {
    const district = { code: `d${number}`, level: 'district', name: `District ${number}` }
    const commune = { code: `c${number}`, level: 'commune', name: `Commune ${number}` }
    paths.set(district.code, [district, province])
    paths.set(commune.code, [commune, district, province])
  }
  const facts = new Map<number, DeviceFacts>()
  const serials = Array.from({ length: count }, (_, index) => index + 1)
  for (const serial of serials)
    facts.set(serial, {
      type: 'device',
      serial,
      id: `device-${serial}`,
      name: `Device ${serial}`,
      kind: kind(serial),
      place: `place-${serial}`,
      placeName: `Place ${serial}`,
      placeType: serial % 2 === 0 ? 'market' : 'school',
      areas: paths.get(`c${((serial - 1) % districts) + 1}`) ?? [],
      longitude: 106,
      latitude: 10,
      reportingIntervalSeconds: interval,
      createdAt: start - 1000 * second,
    })
  return {
    serials,
    facts,
    device: (serial) => facts.get(serial),
    areaPath: (code) => paths.get(code) ?? [],
  }
}

interface Known {
  heardAt: number
  observedAt: number
  receivedAt: number
}

export function createWorld(options: { rules: readonly Rule[]; city: TestCity; heardAtStart?: boolean }) {
  const { city } = options
  let { rules } = options
  const ledger = createLedger()
  const memories = new Map<string, string>()
  const stored = new Map<number, Known>()
  let known = new Map<number, Known>()
  /** What came since the last flush, second by second. */
  let journal: Reading[][] = []
  let now = start
  const kinds = city.facts

  if (options.heardAtStart ?? true)
    for (const serial of city.serials)
      stored.set(serial, { heardAt: start, observedAt: start - 1, receivedAt: start })

  const newEngine = (): Engine =>
    createEngine({
      rules,
      city,
      devices: city.serials,
      states: [...stored].map(([serial, state]) => ({ serial, ...state })),
      target: 0.7,
      timeZone: 'Asia/Ho_Chi_Minh',
      clock: () => now,
      memories: new Map(memories),
      openAlerts: ledger.open(),
    })
  let engine = newEngine()

  function take(reading: Reading): void {
    engine.take(reading)
    const before = known.get(reading.serial) ?? stored.get(reading.serial)
    if (before && before.observedAt >= reading.observedAt) return
    const { observedAt, receivedAt } = reading
    known.set(reading.serial, { heardAt: Math.min(observedAt, receivedAt), observedAt, receivedAt })
  }

  const world = {
    ledger,
    now: () => now,
    engine: () => engine,
    memories,
    /** One second: its readings arrive, then the time goes on. `late`: how long before they were observed, ms. */
    second(readings: readonly { serial: number; values: Values; late?: number }[] = []): void {
      now += second
      const arrived = readings.map(
        ({ serial, values, late = 0 }): Reading => ({
          kind: kinds.get(serial)?.kind ?? 'camera',
          serial,
          observedAt: now - late,
          receivedAt: now,
          values,
        }),
      )
      journal.push(arrived)
      for (const reading of arrived) take(reading)
      engine.tick(now, { caughtUp: true })
    },
    seconds(count: number, readings?: (at: number) => readonly { serial: number; values: Values }[]): void {
      for (let n = 0; n < count; n++) world.second(readings?.(now + second))
    },
    /** Everything into the registry, in one transaction. */
    flush(): void {
      const { changes, memories: rows } = engine.drain()
      ledger.apply(changes)
      for (const { key, memory } of rows) {
        if (memory === null) memories.delete(key)
        else memories.set(key, memory)
      }
      for (const [serial, state] of known) stored.set(serial, state)
      known = new Map()
      journal = []
    },
    /** `kill -9` and a new start: what was not flushed is gone from memory, and comes again from the journal. */
    crash(): void {
      known = new Map()
      engine = newEngine()
      for (const readings of journal) {
        for (const reading of readings) take(reading)
        const newest = readings.at(-1)
        if (newest) engine.tick(now, { caughtUp: false, newestMessageAt: newest.receivedAt })
      }
      engine.tick(now, { caughtUp: true })
    },
    /** Nothing runs for so long, and what is flushed is all that is left. */
    down(ms: number): void {
      world.flush()
      now += ms
      engine = newEngine()
      engine.tick(now, { caughtUp: true })
    },
    setRules(next: readonly Rule[]): void {
      rules = next
      engine.setRules(next)
    },
    open: () => {
      world.flush()
      return ledger.open()
    },
    alerts: () => {
      world.flush()
      return ledger.alerts()
    },
    steps: () => {
      world.flush()
      return ledger.steps().map(({ step }) => step)
    },
  }
  return world
}
