/**
 * The simulators' scenarios as ground truth: each knows what it broke, and the default rules must find every break in time
 * and invent none. What is broken by itself, as on any day, counts like the rest.
 */
import { describe, expect, test } from 'vitest'
import type { SimulatedDevice } from '../simulators/fleet-plan.ts'
import { type Played, play, start } from './alerts/play.ts'
import { score } from './alerts/score.ts'

const sensors = ({ kind }: SimulatedDevice) => kind === 'street_sensor'

/** Minutes that are played, how much there must be to find, and the longest that anything may take, s. */
const plays: readonly {
  name: string
  minutes: number
  which?: (device: SimulatedDevice) => boolean
  atLeast: number
  slowest: number
}[] = [
  { name: 'ordinary-day', minutes: 90, atLeast: 15, slowest: 1000 },
  { name: 'district-outage', minutes: 45, atLeast: 80, slowest: 1000 },
  { name: 'camera-vandalism', minutes: 40, atLeast: 40, slowest: 1000 },
  { name: 'flood', minutes: 150, atLeast: 30, slowest: 1000 },
  { name: 'rush-hour', minutes: 110, atLeast: 50, slowest: 1000 },
  { name: 'sensor-drift', minutes: 840, which: sensors, atLeast: 15, slowest: 46_800 },
]

const areaAlerts = ({ alerts }: Played) => alerts.filter(({ subjectType }) => subjectType === 'area')

describe.each(plays)('$name', ({ name, minutes, which, atLeast, slowest }) => {
  const played = play(name, minutes, which)
  const scored = score(played, start)

  test('every break is alerted in time, and none is invented', () => {
    const { precision, recall, delay, expected } = scored
    console.log(
      `${name}: ${expected} to find, precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}, delay ${delay.median.toFixed(0)} s (median), ${delay.max.toFixed(0)} s (most)`,
    )
    expect(scored.missed).toEqual([])
    expect(scored.invented).toEqual([])
    expect([precision, recall]).toEqual([1, 1])
    expect(expected).toBeGreaterThanOrEqual(atLeast)
    expect(delay.max).toBeLessThanOrEqual(slowest)
  })

  test('nothing stays open that is over, and a subject has one open alert of a rule', () => {
    expect(scored.stale).toEqual([])
    const open = played.alerts.filter(({ clearedAt }) => clearedAt === null)
    expect(new Set(open.map(({ rule, subject }) => `${rule} ${subject}`)).size).toBe(open.length)
  })

  test('areas are alerted where the scenario struck one, and nowhere else', () => {
    const struck = played.incidents.flatMap(({ area }) => area ?? [])
    expect([...new Set(areaAlerts(played).map(({ subject }) => subject))]).toEqual(struck)
    for (const alert of areaAlerts(played)) expect(alert.state, alert.title).toBe('cleared')
  })
})

test('a district without power is one alert for its cameras, and those that it stands for are behind it', () => {
  const played = play('district-outage', 30)
  const [storm] = areaAlerts(played).filter(({ rule }) => rule === 'camera-silent')
  const struck = new Set(played.incidents.flatMap(({ devices }) => devices))
  const silent = played.alerts.filter(({ rule, subject }) => rule === 'camera-silent' && struck.has(subject))
  expect(silent.length).toBeGreaterThan(20)
  const alone = silent.filter(({ inhibitedBy }) => inhibitedBy !== storm?.id)
  // What was silent before the power failed is a matter of its own.
  const before = played.truth.filter(({ fault, from }) => fault === 'silent' && from === start)
  expect(alone.map(({ subject }) => subject)).toEqual(
    before.map(({ device }) => device).filter((id) => silent.some(({ subject }) => subject === id)),
  )
  expect(storm?.evidence.members?.count).toBe(silent.length - alone.length)
})
