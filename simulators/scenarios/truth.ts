/**
 * What is really wrong in a run, device by device and from when to when: what the scenario broke, what is broken by itself as
 * on any day, and what the world does to streets. Found by looking at the devices and not at any alert, so that alerts can
 * be judged by it. Used by tests of the alerts.
 */
import { minute } from '../../model/time.ts'
import type { SimulatedDevice } from '../fleet-plan.ts'
import type { Reader } from '../readings/reader.ts'
import { floodLevel } from './flood.ts'
import type { Course, IncidentFault } from './scenario.ts'

export type Wrong = IncidentFault | 'battery-low'

export interface Spell {
  readonly device: string
  readonly fault: Wrong
  /** Epoch ms; `until` is exclusive. At the edges of the stretch that was looked at it may be longer. */
  readonly from: number
  readonly until: number
}

/** A sensor below this share of its battery needs a person soon. */
const lowBattery = 0.15
/** Faults of instruments: no single reading shows them, so the scenario's word is taken. */
const instrumental: ReadonlySet<Wrong> = new Set(['drift', 'stuck', 'noise'])

/** `from`, `until`: the stretch of the run that is looked at, minute by minute (epoch ms). */
export function truthOf(options: {
  course: Course
  devices: readonly SimulatedDevice[]
  readerOf: (device: SimulatedDevice) => Reader
  from: number
  until: number
}): Spell[] {
  const { course, devices, readerOf, from, until } = options
  const said = course.incidents
    .filter(({ fault }) => instrumental.has(fault))
    .flatMap((incident) => incident.devices.map((device) => ({ ...incident, device })))
    .map(({ device, fault, ...when }): Spell => ({ device, fault, from: when.from, until: when.until }))
  return [...said, ...devices.flatMap((device) => seen(device, readerOf(device), from, until))]
}

function seen(device: SimulatedDevice, reader: Reader, from: number, until: number): Spell[] {
  const spells: Spell[] = []
  const begun = new Map<Wrong, number>()
  for (let at = from; at <= until; at += minute) {
    const now = at < until ? wrongAt(reader, at) : []
    for (const [fault, since] of begun)
      if (!now.includes(fault)) {
        spells.push({ device: device.id, fault, from: since, until: at })
        begun.delete(fault)
      }
    for (const fault of now) if (!begun.has(fault)) begun.set(fault, at)
  }
  return spells
}

function wrongAt(reader: Reader, at: number): Wrong[] {
  if (reader.silent(at)) return ['silent']
  const values = reader.read(at)
  const wrong: Wrong[] = []
  if (values.videoLoss === true) wrong.push('video-loss')
  if (values.tampered === true) wrong.push('tampered')
  if (values.frozen === true) wrong.push('frozen')
  if (values.recording === false) wrong.push('not-recording')
  if (values.congested === true) wrong.push('congestion')
  if (Number(values.waterLevel) >= floodLevel) wrong.push('flood')
  if (Number(values.batteryLevel) < lowBattery) wrong.push('battery-low')
  return wrong
}
