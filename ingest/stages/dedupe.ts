/**
 * Stage 5: the same (device, observedAt) again is the same reading. A reading newer than all that its device
 * ever sent is new without asking; only the others (repeated or late) are looked up in the store.
 */
import type { Reading } from '../../model/reading.ts'
import type { Telemetry } from '../../stores/telemetry/port.ts'
import type { Stage } from '../batch.ts'

/** How many keys one look-up carries. */
const keysPerQuery = 10_000

/** `watermarks`: of each device (by serial) the newest observation stored; kept up to date here. */
export function createDedupe(options: {
  telemetry: Pick<Telemetry, 'existing'>
  watermarks: Map<number, number>
}): Stage {
  const { telemetry, watermarks } = options
  return {
    name: 'dedupe',
    async run(batch) {
      if (batch.alreadyStored) return
      const fresh: Reading[] = []
      const doubtful: Reading[] = []
      for (const reading of batch.readings) {
        const newest = watermarks.get(reading.serial)
        if (newest === undefined || reading.observedAt > newest) {
          watermarks.set(reading.serial, reading.observedAt)
          fresh.push(reading)
        } else doubtful.push(reading)
      }
      if (doubtful.length === 0) return
      const late = await unknownOf(withoutRepeats(doubtful, fresh))
      batch.duplicates = doubtful.length - late.length
      for (const reading of late) fresh.push(reading)
      batch.readings = fresh
    },
  }

  async function unknownOf(readings: Reading[]): Promise<Reading[]> {
    const unknown: Reading[] = []
    for (let start = 0; start < readings.length; start += keysPerQuery) {
      const keys = readings.slice(start, start + keysPerQuery)
      const existing = await telemetry.existing(keys)
      keys.forEach((reading, index) => {
        if (!existing.has(index)) unknown.push(reading)
      })
    }
    return unknown
  }
}

/** The doubtful ones that are neither among the fresh ones nor twice among themselves. */
function withoutRepeats(doubtful: readonly Reading[], fresh: readonly Reading[]): Reading[] {
  const seen = new Map<number, Set<number>>()
  for (const { serial } of doubtful) seen.set(serial, new Set())
  for (const { serial, observedAt } of fresh) seen.get(serial)?.add(observedAt)
  return doubtful.filter(({ serial, observedAt }) => {
    const times = seen.get(serial)
    if (!times || times.has(observedAt)) return false
    times.add(observedAt)
    return true
  })
}
