/**
 * Which places are installed and which are working, counted anew from flat arrays: one pass over the
 * devices, one over the places, one over the areas. It follows model/coverage.ts to the letter
 * (`countsForCoverage`, `faultsNow`); a test recounts it from the raw rows with those functions.
 */
import { countsForCoverage, type DeviceState, silentAfterIntervals } from '../../../model/coverage.ts'
import type { Device } from '../../../model/device.ts'
import type { CoverageState } from '../../../model/place.ts'
import { second } from '../../../model/time.ts'
import type { Hierarchy } from './hierarchy.ts'

export interface Counts {
  readonly places: number
  readonly installed: number
  readonly working: number
}

export type Tally = ReturnType<typeof createTally>

/** `areaOfPlace`: of each place, the number of its area. */
export function createTally(options: { hierarchy: Hierarchy; areaOfPlace: Int32Array }) {
  const { hierarchy, areaOfPlace } = options
  const placeCount = areaOfPlace.length
  // Of each device slot: the place it counts for (-1: for none), and what decides whether it is healthy.
  let place = new Int32Array(1024)
  let silentAfter = new Float64Array(1024)
  let heardAt = new Float64Array(1024)
  let faulty = new Uint8Array(1024)
  let slots = 0

  const stateOfPlace = new Uint8Array(placeCount)
  // Running sums over the areas in depth-first order; [n] is the sum over the areas before n.
  const places = new Uint32Array(hierarchy.size + 1)
  const installed = new Uint32Array(hierarchy.size + 1)
  const working = new Uint32Array(hierarchy.size + 1)

  function grow(): void {
    const size = place.length * 2
    const before = { place, silentAfter, heardAt, faulty }
    place = new Int32Array(size)
    silentAfter = new Float64Array(size)
    heardAt = new Float64Array(size)
    faulty = new Uint8Array(size)
    place.set(before.place)
    silentAfter.set(before.silentAfter)
    heardAt.set(before.heardAt)
    faulty.set(before.faulty)
  }

  return {
    /** Slots are numbered from 0 without gaps; `at` is the number of the device's place, -1: unknown. */
    putDevice(slot: number, device: Device, at: number): void {
      if (slot >= place.length) grow()
      if (slot >= slots) {
        slots = slot + 1
        heardAt[slot] = Number.NaN
      }
      place[slot] = countsForCoverage(device) ? at : -1
      silentAfter[slot] = silentAfterIntervals * device.reportingIntervalSeconds * second
    },

    putState(slot: number, state: DeviceState): void {
      heardAt[slot] = state.heardAt ?? Number.NaN
      faulty[slot] = state.faults.length === 0 ? 0 : 1
    },

    recount(now: number): void {
      stateOfPlace.fill(none)
      for (let slot = 0; slot < slots; slot++) {
        const at = place[slot] ?? -1
        if (at < 0 || stateOfPlace[at] === isWorking) continue
        // Of a device that was never heard, NaN makes the comparison false.
        const healthy = faulty[slot] === 0 && now - (heardAt[slot] ?? 0) <= (silentAfter[slot] ?? 0)
        stateOfPlace[at] = healthy ? isWorking : isInstalled
      }
      places.fill(0)
      installed.fill(0)
      working.fill(0)
      for (let at = 0; at < placeCount; at++) {
        const next = (areaOfPlace[at] ?? 0) + 1
        const state = stateOfPlace[at] ?? none
        places[next] = (places[next] ?? 0) + 1
        if (state >= isInstalled) installed[next] = (installed[next] ?? 0) + 1
        if (state === isWorking) working[next] = (working[next] ?? 0) + 1
      }
      for (const sums of [places, installed, working])
        for (let number = 1; number <= hierarchy.size; number++)
          sums[number] = (sums[number] ?? 0) + (sums[number - 1] ?? 0)
    },

    /** The counts of the areas from number `from` up to, not including, `end`, as of the last recount. */
    counts: (from: number, end: number): Counts => ({
      places: (places[end] ?? 0) - (places[from] ?? 0),
      installed: (installed[end] ?? 0) - (installed[from] ?? 0),
      working: (working[end] ?? 0) - (working[from] ?? 0),
    }),

    stateOf: (at: number): CoverageState => names[stateOfPlace[at] ?? none] ?? 'none',
  }
}

const none = 0
const isInstalled = 1
const isWorking = 2
const names: readonly CoverageState[] = ['none', 'installed', 'working']
