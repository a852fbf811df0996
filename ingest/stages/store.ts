/** Stage 5: the readings and the journal position go into the telemetry store, in one transaction. */
import type { Telemetry } from '../../stores/telemetry/port.ts'
import type { Stage } from '../batch.ts'

export function createStore(options: { telemetry: Pick<Telemetry, 'append'> }): Stage {
  return {
    name: 'store',
    async run(batch) {
      if (!batch.alreadyStored) await options.telemetry.append(batch.readings, batch.position)
    },
  }
}
