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
/** How many readings and steps of time are gone through before others have a turn. */
const perTurn = 5000
/** How often time is looked at, ms of the readings' time; seldom would look like an absence of Lantern. */
const step = second

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
  let sinceTurn = 0
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

  /** Whether it is time to let others have a turn. */
  const isLong = () => ++sinceTurn >= perTurn

  async function giveWay(): Promise<void> {
    sinceTurn = 0
    ledger.apply(engine.drain().changes)
    await nextTurn()
  }

  async function advance(until: number): Promise<void> {
    while (time < until) {
      time = Math.min(until, time + step)
      engine.tick(time, { caughtUp: true })
      if (isLong()) await giveWay()
    }
  }

  for await (const reading of readings) {
    if (reading.observedAt < from || reading.observedAt >= to) continue
    if (judged >= most) {
      truncated = true
      break
    }
    if (time < reading.observedAt) await advance(reading.observedAt)
    engine.take({ ...reading, receivedAt: reading.observedAt })
    judged += 1
    if (isLong()) await giveWay()
  }
  if (!truncated) await advance(to)
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
