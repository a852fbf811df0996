/**
 * What is broken by itself, without a scenario: at any moment about 4 % of the cameras, and a few of the other
 * devices. A hash of the device decides, for weeks at a time, so that what is broken stays so for hours.
 */

import type { KindName } from '../../model/kinds.ts'
import { day } from '../../model/time.ts'
import { chance } from '../world/noise.ts'

export type Breakage = 'silent' | 'video-loss' | 'tampered' | 'frozen' | 'not-recording' | 'battery-low'

/** Shares of the devices of a kind. `silent` is off: it neither connects nor reports. */
const shares: Readonly<Record<KindName, readonly (readonly [Breakage, number])[]>> = {
  camera: [
    ['silent', 0.012],
    ['video-loss', 0.008],
    ['tampered', 0.005],
    ['frozen', 0.008],
    ['not-recording', 0.007],
  ],
  traffic_counter: [['silent', 0.012]],
  street_sensor: [
    ['silent', 0.01],
    ['battery-low', 0.01],
  ],
}

/** What is broken at a device and since when (epoch ms); undefined: nothing. */
export function breakageOf(
  device: { key: number; kind: KindName },
  at: number,
): { fault: Breakage; since: number } | undefined {
  const { key, kind } = device
  const spell = (12 + 18 * chance(key, -1)) * day
  const phase = chance(key, -2) * spell
  const number = Math.floor((at + phase) / spell)
  let left = chance(key, number)
  for (const [fault, share] of shares[kind]) {
    left -= share
    if (left < 0) return { fault, since: number * spell - phase }
  }
  return undefined
}
