/** What a camera reports: its health, the load of its stream, its storage, and people where it counts them. */
import type { Values } from '../../model/kind.ts'
import { day, minute, second } from '../../model/time.ts'
import { bell, chance, clamp, drift, rounded } from '../world/noise.ts'
import type { LocalWorld } from '../world/place.ts'
import type { PlaceCharacter } from '../world/place-types.ts'
import type { Breakage } from './breakage.ts'

export function cameraReader(options: {
  key: number
  world: LocalWorld
  character: PlaceCharacter
}): (at: number, broken: { fault: Breakage; since: number } | undefined) => Values {
  const { key, world, character } = options
  const fps = chance(key, 1) < 0.55 ? 25 : chance(key, 2) < 0.6 ? 20 : 15
  const bitrate = (fps / 25) * (1800 + 2600 * chance(key, 3))
  const counts = chance(key, 4) < 0.55
  const view = 0.5 + chance(key, 5)
  // The ring of recordings fills in 9 to 26 days and is then cleared to a tenth.
  const ring = (9 + 17 * chance(key, 6)) * day
  const ringPhase = chance(key, 7) * ring
  const storage = (at: number) => 0.1 + 0.84 * (((at + ringPhase) % ring) / ring)

  const people = (at: number) => {
    const mean = character.people * view * world.crowd(at)
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * bell(key, Math.floor(at / (20 * second)))))
  }

  return (at, broken) => {
    const fault = broken?.fault
    const seenAt = broken && fault === 'frozen' ? broken.since : at
    const night = world.illuminance(seenAt) < 60
    const moving = 0.55 + 0.6 * world.crowd(seenAt) + 0.05 * drift(key + 1, at / (5 * minute))
    // A still or covered picture compresses well, a lost one is not sent at all.
    const flow = fault === 'video-loss' ? 0 : fault === 'tampered' ? 0.12 : fault === 'frozen' ? 0.2 : moving
    const wobble = chance(key, Math.floor(at / minute)) < 0.03 ? -1 : 0
    return {
      recording: fault !== 'not-recording',
      videoLoss: fault === 'video-loss',
      tampered: fault === 'tampered',
      frozen: fault === 'frozen',
      fps: fault === 'video-loss' ? 0 : fps + wobble,
      bitrateKbps: Math.round(
        bitrate * flow * (night ? 0.8 : 1) * (1 + 0.03 * bell(key + 2, Math.floor(at / second))),
      ),
      storageUsedShare: rounded(
        clamp(storage(fault === 'not-recording' ? (broken?.since ?? at) : at), 0, 1),
        3,
      ),
      ...(counts && {
        peopleCount: fault === 'video-loss' || fault === 'tampered' ? 0 : people(seenAt),
      }),
    }
  }
}
