/** Someone goes from camera to camera: from a first one outwards they are covered, or their cable is cut. */

import { createRandom } from '../../model/random.ts'
import { clockOf, metresBetween, type Scenario } from './scenario.ts'

const mostCameras = 30

export const cameraVandalism: Scenario = {
  name: 'camera-vandalism',
  summary: `up to ${mostCameras} neighbouring cameras, one or two a minute from minute 1, are covered or cut off for 6 hours`,
  course(setup) {
    const { sceneTime, after } = clockOf(setup)
    const random = createRandom(`${setup.seed}/camera-vandalism`)
    const cameras = setup.devices.filter(({ kind }) => kind === 'camera')
    if (cameras.length === 0) return { sceneTime, incidents: [] }
    const { place: centre } = random.pick(cameras)
    let minutes = 1
    const incidents = cameras
      .map(({ id, place }) => ({ id, metres: metresBetween(place, centre) }))
      .sort((a, b) => a.metres - b.metres || (a.id < b.id ? -1 : 1))
      .slice(0, Math.min(mostCameras, Math.ceil(cameras.length / 4)))
      .map(({ id }) => {
        minutes += 0.4 + 0.6 * random.next()
        const from = after(minutes)
        const fault = random.next() < 0.6 ? ('tampered' as const) : ('video-loss' as const)
        return { fault, devices: [id], area: null, from, until: after(minutes + 360) }
      })
    return { sceneTime, incidents }
  },
}
