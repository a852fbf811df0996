/** The dry run of a rule: what it would have raised over stored readings, bounded, and what cannot be tried. */
import { expect, test } from 'vitest'
import { defaultRules } from '../alerts/default-rules.ts'
import { replayRule } from '../alerts/replay.ts'
import type { Reading } from '../model/reading.ts'
import { hour, minute } from '../model/time.ts'
import { makeRule, start, testCity } from './alerts-world.ts'

const city = testCity({ count: 2, kind: () => 'street_sensor' })
const range = { from: start, to: start + hour }
const common = { city, devices: city.serials, target: 0.7, timeZone: 'Asia/Ho_Chi_Minh', ...range }
const sound = makeRule({
  scope: { kind: 'street_sensor' },
  condition: { type: 'threshold', field: 'LAeq', above: 85, clear: 80, forSeconds: 300 },
})

/** Device 1 is loud from minute 10 to 20; device 2 says nothing from minute 30 on. */
async function* hourOfReadings(): AsyncGenerator<Reading> {
  for (let n = 1; n < 60; n++)
    for (const serial of city.serials) {
      if (serial === 2 && n >= 30) continue
      const observedAt = start + n * minute
      const LAeq = serial === 1 && n >= 10 && n < 20 ? 90 : 60
      yield { kind: 'street_sensor', serial, observedAt, receivedAt: observedAt + 5 * hour, values: { LAeq } }
    }
}

test('says what a rule would have raised, when, and why', async () => {
  const replay = await replayRule({
    ...common,
    rule: { ...sound, enabled: false },
    readings: hourOfReadings(),
  })
  expect(replay).toMatchObject({ readings: 88, truncated: false, raised: 1, to: range.to })
  expect(replay.alerts).toMatchObject([
    {
      subject: 'device-1',
      state: 'cleared',
      since: start + 10 * minute,
      openedAt: start + 15 * minute,
      clearedAt: start + 20 * minute,
    },
  ])
  expect(replay.alerts[0]?.evidence.values.length).toBeGreaterThan(3)
})

test('silence too, by the readings’ own time', async () => {
  const rule = makeRule({ condition: { type: 'silence' } })
  const replay = await replayRule({ ...common, rule, readings: hourOfReadings() })
  expect(replay.alerts).toMatchObject([{ subject: 'device-2', state: 'open', since: start + 32 * minute }])
})

test('is bounded in readings and in what it shows', async () => {
  const rule = { ...sound, condition: { type: 'threshold', field: 'LAeq', above: 50 } } as const
  const some = await replayRule({ ...common, rule, readings: hourOfReadings(), limits: { readings: 20 } })
  expect(some).toMatchObject({ readings: 20, truncated: true, raised: 2 })
  expect(some.to).toBeLessThan(range.to)
  const few = await replayRule({ ...common, rule, readings: hourOfReadings(), limits: { alerts: 1 } })
  expect(few).toMatchObject({ raised: 2, alerts: [{ subject: 'device-1' }] })
})

test('a rule about coverage cannot be tried on readings', async () => {
  const rule = defaultRules.find(({ condition }) => condition.type === 'coverage')
  if (!rule) throw new Error('there is no such rule')
  await expect(replayRule({ ...common, rule, readings: hourOfReadings() })).rejects.toMatchObject({
    code: 'invalid-request',
    faults: [{ field: 'condition.type' }],
  })
})
