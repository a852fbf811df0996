/**
 * What each device reads at any moment: a pure function of seed, device, place, scenario and time. Nothing is
 * remembered from one reading to the next, so backfill, live run and a repetition give the same values.
 * Called by the fleet and by the backfill.
 */
import type { Values } from '../../model/kind.ts'
import type { SimulatedDevice } from '../fleet-plan.ts'
import type { Course, Incident } from '../scenarios/scenario.ts'
import { keyOf } from '../world/noise.ts'
import { createLocalWorld, type LocalWorld } from '../world/place.ts'
import { characterOf } from '../world/place-types.ts'
import { createWeather } from '../world/weather.ts'
import { type Breakage, breakageOf } from './breakage.ts'
import { cameraReader } from './camera.ts'
import { underIncident } from './incident-effect.ts'
import { sensorReader } from './street-sensor.ts'
import { counterReader } from './traffic-counter.ts'

export interface Reader {
  /** Whether the device is off at that moment (epoch ms): it then neither connects nor reports. */
  silent(at: number): boolean
  /** The values that it reads at that moment (epoch ms); only asked for when it is not silent. */
  read(at: number): Values
}

export type BrokenState = { readonly fault: Breakage; readonly since: number } | undefined

const overrides: ReadonlySet<string> = new Set(['tampered', 'video-loss', 'frozen', 'not-recording'])

/** Makes the readers of a fleet; those of one place share its world. */
export function createReaders(options: {
  seed: string
  course: Course
}): (device: SimulatedDevice) => Reader {
  const { seed, course } = options
  const weather = createWeather({ seed, extraRain: course.extraRain })
  const worlds = new Map<string, LocalWorld>()
  const incidentsOf = new Map<string, Incident[]>()
  for (const incident of course.incidents)
    for (const id of incident.devices) incidentsOf.set(id, [...(incidentsOf.get(id) ?? []), incident])

  function worldOf({ place }: SimulatedDevice): LocalWorld {
    const known = worlds.get(place.id)
    if (known) return known
    const world = createLocalWorld({ place, seed, weather, demandFactor: course.demandFactor })
    worlds.set(place.id, world)
    return world
  }

  function instrument(device: SimulatedDevice, key: number): (at: number, broken: BrokenState) => Values {
    const world = worldOf(device)
    const character = characterOf(device.place.type)
    switch (device.kind) {
      case 'camera':
        return cameraReader({ key, world, character })
      case 'traffic_counter':
        return counterReader({ key, world, character, intervalSeconds: device.reportingIntervalSeconds })
      case 'street_sensor':
        return sensorReader({ id: device.id, key, world })
    }
  }

  return (device) => {
    const key = keyOf(seed, 'device', device.id)
    const { kind } = device
    const measure = instrument(device, key)
    const incidents = incidentsOf.get(device.id) ?? []
    const activeAt = (at: number) => incidents.filter(({ from, until }) => at >= from && at < until)

    return {
      silent(at) {
        if (activeAt(at).some(({ fault }) => fault === 'silent')) return true
        return breakageOf({ key, kind }, course.sceneTime(at))?.fault === 'silent'
      },
      read(at) {
        const scene = course.sceneTime(at)
        const active = activeAt(at)
        const done = active.find(({ fault }) => overrides.has(fault))
        const broken = done
          ? { fault: done.fault as Breakage, since: course.sceneTime(done.from) }
          : breakageOf({ key, kind }, scene)
        return active.reduce(
          (values, incident) => {
            const began = course.sceneTime(incident.from)
            const atFirst = () => measure(began, broken)
            return underIncident({ incident, values, atFirst, key, at, lasted: scene - began })
          },
          measure(scene, broken),
        )
      },
    }
  }
}
