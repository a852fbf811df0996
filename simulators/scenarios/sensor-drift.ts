/** Instruments that go wrong quietly: some drift away, some stand still, some are all noise. */
import { isWaterGauge } from '../fleet-plan.ts'
import { chance, keyOf } from '../world/noise.ts'
import { clockOf, type Incident, type Scenario } from './scenario.ts'

/** Shares of the sensors of air and noise. */
const shares = { drift: 0.06, stuck: 0.03, noise: 0.03 } as const

export const sensorDrift: Scenario = {
  name: 'sensor-drift',
  summary: 'from minute 1, for a day: 6 % of the air sensors drift, 3 % stand still, 3 % are noisy',
  course(setup) {
    const { sceneTime, after } = clockOf(setup)
    // Not the water gauges: over a dry street a broken one says what a good one says.
    const sensors = setup.devices.filter(({ id, kind }) => kind === 'street_sensor' && !isWaterGauge(id))
    let below = 0
    const incidents = (['drift', 'stuck', 'noise'] as const).map((fault): Incident => {
      const above = below
      below += shares[fault]
      const devices = sensors
        .filter(({ id }) => {
          const draw = chance(keyOf(setup.seed, 'sensor-drift', id), 0)
          return draw >= above && draw < above + shares[fault]
        })
        .map(({ id }) => id)
      return { fault, devices, area: null, from: after(1), until: after(24 * 60) }
    })
    return { sceneTime, incidents }
  },
}
