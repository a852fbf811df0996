/**
 * The dry run of a rule (`POST /v1/rules:test`): runs it over readings that are stored, by a clock of their own, and says
 * what it would have raised. Handed to the API by the root. Bounded, and never holds up the event loop for long.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Alert } from '../model/alert.ts'
import { LanternError } from '../model/errors.ts'
import type { Reading } from '../model/reading.ts'
import type { Rule } from '../model/rule.ts'
import { second } from '../model/time.ts'
import type { EngineCity } from './engine/city.ts'
import { createEngine } from './engine/engine.ts'
import { createLedger } from './ledger.ts'

export interface Replay {
  /** How many readings were judged. */
  readonly readings: number
  /** Whether there were more than one replay takes: then it ends at `to`, earlier than asked for. */
  readonly truncated: boolean
  /** Up to when (epoch ms). */
  readonly to: number
  /** How many alerts there would have been; the first `maxAlerts` are shown, oldest first. */
  readonly raised: number
  readonly alerts: readonly Alert[]
}

const maxReadings = 1_000_000
const maxAlerts = 500
/** How many readings are judged before others have a turn. */
const perTurn = 2000
/** How often time is looked at, ms of the readings' time. */
const step = 5 * second

/**
 * `readings`: in the order of their observation; each counts as arrived when it was observed. `devices`: the serials in service.
 * A device counts as heard at `from` (epoch ms). Raises `invalid-request` for a rule about coverage, which no reading tells.
 */
export async function replayRule(options: {
  rule: Rule
  readings: AsyncIterable<Reading>
  devices: readonly number[]
  city: EngineCity
  target: number
  timeZone: string
  from: number
  to: number
  limits?: { readings?: number; alerts?: number }
}): Promise<Replay> {
  const { rule, readings, devices, city, target, timeZone, from, to, limits } = options
  if (rule.condition.type === 'coverage')
    throw new LanternError(
      'invalid-request',
      'coverage is counted, not read: such a rule cannot be replayed',
      {
        faults: [{ field: 'condition.type', message: 'must not be coverage here' }],
      },
    )
  const most = limits?.readings ?? maxReadings
  const ledger = createLedger()
  let time = from
  let judged = 0
  let truncated = false
  const engine = createEngine({
    rules: [{ ...rule, enabled: true }],
    city,
    devices,
    states: devices.map((serial) => ({ serial, heardAt: from, observedAt: from - 1, receivedAt: from })),
    target,
    timeZone,
    clock: () => time,
    memories: new Map(),
    openAlerts: [],
  })

  function advance(until: number): void {
    while (time < until) {
      time = Math.min(until, time + step)
      engine.tick(time, { caughtUp: true })
    }
    if (engine.waiting()) ledger.apply(engine.drain().changes)
  }

  for await (const reading of readings) {
    if (reading.observedAt < from || reading.observedAt >= to) continue
    if (judged >= most) {
      truncated = true
      break
    }
    advance(reading.observedAt)
    engine.take({ ...reading, receivedAt: reading.observedAt })
    judged += 1
    if (judged % perTurn === 0) {
      ledger.apply(engine.drain().changes)
      await nextTurn()
    }
  }
  if (!truncated) advance(to)
  ledger.apply(engine.drain().changes)
  const alerts = ledger.alerts()
  return {
    readings: judged,
    truncated,
    to: time,
    raised: alerts.length,
    alerts: alerts.slice(0, limits?.alerts ?? maxAlerts),
  }
}
