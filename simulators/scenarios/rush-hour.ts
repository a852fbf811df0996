/** A working day's morning from 6:15: half of the counted crossings get twice the traffic and congest. */
import { hourOf } from '../world/calendar.ts'
import { chance, keyOf } from '../world/noise.ts'
import { clockOf, type Scenario, workdayAt } from './scenario.ts'

const [from, until] = [6.75, 7.75]

export const rushHour: Scenario = {
  name: 'rush-hour',
  summary: 'a working day from 6:15; from 6:45 to 7:45 every second crossing is congested',
  course(setup) {
    const sceneStart = workdayAt(setup.startedAt, 6.25)
    const { sceneTime, after } = clockOf(setup, sceneStart)
    const counters = setup.devices.filter(
      ({ kind, place }) =>
        kind === 'traffic_counter' &&
        place.type === 'crossing' &&
        chance(keyOf(setup.seed, 'rush-hour', place.id), 0) < 0.5,
    )
    const struck = new Set(counters.map(({ place }) => place.id))
    return {
      sceneTime,
      incidents: [
        {
          fault: 'congestion',
          devices: counters.map(({ id }) => id),
          area: null,
          from: after((from - 6.25) * 60),
          until: after((until - 6.25) * 60),
        },
      ],
      demandFactor(place, scene) {
        const hour = hourOf(scene)
        return struck.has(place.id) && hour >= from && hour < until ? 2.2 : 1
      },
    }
  },
}
