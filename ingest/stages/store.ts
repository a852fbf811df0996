/**
 * Stage 5: the readings and the journal position go into the telemetry store, in one transaction. After a
 * failure nobody knows whether the transaction was committed, so the next try asks for the position first.
 */
import type { Telemetry } from '../../stores/telemetry/port.ts'
import type { Stage } from '../batch.ts'

export function createStore(options: { telemetry: Pick<Telemetry, 'append' | 'position'> }): Stage {
  const { telemetry } = options
  let doubtful = false
  return {
    name: 'store',
    async run(batch) {
      if (batch.alreadyStored) return
      if (doubtful && (await telemetry.position()) >= batch.position) {
        doubtful = false
        return
      }
      doubtful = true
      await telemetry.append(batch.readings, batch.position)
      doubtful = false
    },
  }
}
