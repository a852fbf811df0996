/**
 * A cloudburst on a working day's afternoon: water rises in the hollows under it, traffic stands in it, and
 * some of the sensors die. What floods and what congests is found by looking at the same world that the
 * devices measure, so the ground truth cannot disagree with the readings.
 */
import { createRandom } from '../../model/random.ts'
import { minute } from '../../model/time.ts'
import { isWaterGauge, type SimulatedDevice } from '../fleet-plan.ts'
import { createReaders } from '../readings/reader.ts'
import { chance, clamp, keyOf } from '../world/noise.ts'
import type { Position } from '../world/weather.ts'
import {
  type Course,
  clockOf,
  type Incident,
  metresBetween,
  type Scenario,
  type Setup,
  workdayAt,
} from './scenario.ts'

/** m: at this level a gauge counts as flooded. */
export const floodLevel = 0.3
const radius = 6000
/** Scenario minutes after the start, 15:30. */
const [rainFrom, rainUntil, deathsFrom, end] = [5, 125, 50, 360]
const heaviest = 75

export const flood: Scenario = {
  name: 'flood',
  summary:
    'a working day from 15:30: a cloudburst for two hours, flooded gauges, standing traffic, dead sensors',
  course(setup) {
    const sceneStart = workdayAt(setup.startedAt, 15.5)
    const clock = clockOf(setup, sceneStart)
    const centre = pickCentre(setup)
    const course: Course = {
      sceneTime: clock.sceneTime,
      incidents: [],
      extraRain(at, scene) {
        const minutes = (scene - sceneStart) / minute
        if (!centre || minutes < rainFrom || minutes > rainUntil) return 0
        const reach = metresBetween(at, centre) / radius
        const strength = clamp(Math.min(minutes - rainFrom, rainUntil - minutes) / 10, 0, 1)
        return heaviest * strength * Math.exp(-(reach ** 2))
      },
    }
    const near = setup.devices.filter(({ place }) => centre && metresBetween(place, centre) < 2 * radius)
    const dead = near.filter(
      ({ id, kind, place }) =>
        kind === 'street_sensor' &&
        centre &&
        metresBetween(place, centre) < radius &&
        chance(keyOf(setup.seed, 'flood', id), 0) < 0.25,
    )
    const silent: Incident = {
      fault: 'silent',
      devices: dead.map(({ id }) => id),
      area: null,
      from: clock.after(deathsFrom),
      until: clock.after(24 * 60),
    }
    return { ...course, incidents: [silent, ...observed(setup, course, near, clock.after)] }
  },
}

function pickCentre({ devices, seed }: Setup): Position | undefined {
  const random = createRandom(`${seed}/flood`)
  const gauges = devices.filter(({ id, kind }) => kind === 'street_sensor' && isWaterGauge(id))
  const among = gauges.length > 0 ? gauges : devices
  return among.length > 0 ? random.pick(among).place : undefined
}

/** One incident for each device that floods or congests, from the first minute to the last. */
function observed(
  setup: Setup,
  course: Course,
  devices: readonly SimulatedDevice[],
  after: (minutes: number) => number,
): Incident[] {
  const readerOf = createReaders({ seed: setup.seed, course })
  return devices.flatMap((device): Incident[] => {
    const counter = device.kind === 'traffic_counter'
    if (!counter && !isWaterGauge(device.id)) return []
    const { read } = readerOf(device)
    const struck = Array.from({ length: end }, (_, minutes) => minutes).filter((minutes) => {
      const values = read(after(minutes))
      return counter ? values.congested === true : Number(values.waterLevel) >= floodLevel
    })
    const [first] = struck
    const last = struck.at(-1)
    if (first === undefined || last === undefined) return []
    const fault = counter ? 'congestion' : 'flood'
    return [{ fault, devices: [device.id], area: null, from: after(first), until: after(last + 1) }]
  })
}
