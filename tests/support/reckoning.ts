/**
 * The reckoning after a fault: every reading that was acknowledged is in the store exactly once. Counted from
 * the rows themselves, after Lantern has stopped.
 */
import type { Telemetry } from '../../stores/telemetry/port.ts'
import type { LoadResult } from '../bench/generator.ts'
import { withRegistry, withTelemetry } from './lantern.ts'

export interface Reckoning {
  readonly acknowledged: number
  readonly stored: number
  /** Acknowledged and not there. */
  readonly lost: number
  /** Rows beyond one for a key. */
  readonly doubled: number
  /** There, though nobody ever sent them. */
  readonly invented: number
}

export async function reckon(
  dataDir: string,
  devices: readonly { id: string }[],
  load: LoadResult,
  /** Where the rows are, not started; unset: the folder's own DuckDB. */
  store?: Telemetry,
): Promise<Reckoning> {
  const known = await withRegistry(dataDir, (registry) =>
    Promise.all(devices.map(({ id }) => registry.device(id))),
  )
  const count = async (telemetry: Telemetry): Promise<Reckoning> => {
    const sum = { acknowledged: 0, stored: 0, lost: 0, doubled: 0, invented: 0 }
    for (const [index, device] of known.entries()) {
      if (!device) throw new Error(`device ${devices[index]?.id} is gone`)
      const { kind, serial } = device
      const rows = await telemetry.latest({ kind, serial, limit: 10_000_000 })
      const numbers = rows.map(({ observedAt }) => (observedAt - load.firstObservedAt) / load.stepMs)
      const found = new Set(numbers)
      const issued = (load.issued[index] ?? 0) * load.batch
      const pending = new Set(load.pending[index] ?? [])
      sum.stored += rows.length
      sum.doubled += rows.length - found.size
      for (const number of found)
        if (!Number.isInteger(number) || number < 0 || number >= issued) sum.invented++
      for (let number = 0; number < issued; number++) {
        if (pending.has(Math.floor(number / load.batch))) continue
        sum.acknowledged++
        if (!found.has(number)) sum.lost++
      }
    }
    return sum
  }
  return withTelemetry(dataDir, count, store)
}
