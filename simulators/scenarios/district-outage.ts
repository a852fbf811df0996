/** A power cut: two minutes after the start every device of one district falls silent, for half an hour. */
import { createRandom } from '../../model/random.ts'
import { clockOf, type Scenario } from './scenario.ts'

export const districtOutage: Scenario = {
  name: 'district-outage',
  summary: 'all devices of one district are silent from minute 2 to minute 32',
  course(setup) {
    const { sceneTime, after } = clockOf(setup)
    // The second area up from the place: a commune's district; a city with one level has only that.
    const districtOf = (areas: readonly string[]) => areas[1] ?? areas[0]
    const byDistrict = Map.groupBy(setup.devices, ({ place }) => districtOf(place.areas) ?? '')
    const codes = [...byDistrict.keys()].sort()
    const area = codes.length > 0 ? createRandom(`${setup.seed}/district-outage`).pick(codes) : null
    const devices = (byDistrict.get(area ?? '') ?? []).map(({ id }) => id)
    return {
      sceneTime,
      incidents: [{ fault: 'silent', devices, area, from: after(2), until: after(32) }],
    }
  },
}
