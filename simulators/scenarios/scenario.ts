/**
 * What a scenario is: a course of events for one run of the fleet. Its incidents are the ground truth (which
 * devices have which fault, from when to when), against which alerts can be judged. Every scenario is one
 * small file beside this one, listed in list.ts.
 */
import type { Place } from '../../model/place.ts'
import { day, hour, minute } from '../../model/time.ts'
import type { SimulatedDevice } from '../fleet-plan.ts'
import { localDay, localOffset, weekdayOf } from '../world/calendar.ts'
import type { Position } from '../world/weather.ts'

/** The first five are faults of the device; the others are wrong values, or what the city itself suffers. */
export type IncidentFault =
  | 'silent'
  | 'video-loss'
  | 'tampered'
  | 'frozen'
  | 'not-recording'
  | 'drift'
  | 'stuck'
  | 'noise'
  | 'congestion'
  | 'flood'

export interface Incident {
  readonly fault: IncidentFault
  readonly devices: readonly string[]
  /** The area that it strikes as a whole; null: only these devices. */
  readonly area: string | null
  /** In the time of the readings (observedAt), epoch ms; `until` is exclusive. */
  readonly from: number
  readonly until: number
}

/** What happens in one run. */
export interface Course {
  readonly incidents: readonly Incident[]
  /**
   * The scenario's time at a moment (both epoch ms): what the hour, the weather and the traffic go by. Before
   * the start it is the moment itself; from the start it runs at the speed of the run.
   */
  sceneTime(at: number): number
  /** Rain that the weather does not have by itself, mm/h, by scenario time. */
  readonly extraRain?: (at: Position, scene: number) => number
  /** How much more traffic there is than usual, by scenario time; 1: as usual. */
  readonly demandFactor?: (place: Pick<Place, 'id'>, scene: number) => number
}

export interface Setup {
  readonly seed: string
  readonly devices: readonly SimulatedDevice[]
  /** Epoch ms. */
  readonly startedAt: number
  /** How many times faster than real time the scenario's time runs. */
  readonly speed: number
}

export interface Scenario {
  readonly name: string
  readonly summary: string
  course(setup: Setup): Course
}

/** The clock of a run, and when (epoch ms) so many minutes of scenario time have passed. */
export function clockOf(
  { startedAt, speed }: Setup,
  sceneStart = startedAt,
): { sceneTime: Course['sceneTime']; after(minutes: number): number } {
  return {
    sceneTime: (at) => (at < startedAt ? at : sceneStart + (at - startedAt) * speed),
    after: (minutes) => Math.round(startedAt + (minutes * minute) / speed),
  }
}

/** The newest working day's moment at that hour (by the city's clock) that is not after `at`. */
export function workdayAt(at: number, hourOfDay: number): number {
  let moment = localDay(at) * day - localOffset + hourOfDay * hour
  if (moment > at) moment -= day
  while (weekdayOf(moment) >= 5) moment -= day
  return moment
}

/** Metres between two positions of one city. */
export function metresBetween(a: Position, b: Position): number {
  const east = (a.longitude - b.longitude) * Math.cos((a.latitude * Math.PI) / 180)
  return 111_195 * Math.hypot(east, a.latitude - b.latitude)
}
