/**
 * Stage 2: whose it is. The registry's copy in memory may be half a second old, so a device that is not in it
 * is looked for once more in the registry itself before it counts as unknown.
 */
import type { Device } from '../../model/device.ts'
import type { Clock } from '../../model/time.ts'
import { reject, type Stage } from '../batch.ts'

/** The devices there are: ../sites.ts. */
export interface Inventory {
  device(id: string): Device | undefined
  /** Makes what is new known to the telemetry store; cheap when nothing is. */
  putNew(): Promise<void>
  /** Reads the registry anew, then `putNew`. */
  refresh(): Promise<void>
}

/** However many unknown devices there are, the registry is asked no more often than this, ms. */
const refreshEvery = 200

export function createIdentify(options: { inventory: Inventory; clock: Clock }): Stage {
  const { inventory, clock } = options
  let refreshedAt = Number.NEGATIVE_INFINITY

  return {
    name: 'identify',
    async run(batch) {
      const unknown = (items: readonly { deviceId: string }[]) =>
        items.some(({ deviceId }) => inventory.device(deviceId) === undefined)
      const now = clock()
      if (
        Math.abs(now - refreshedAt) >= refreshEvery &&
        (unknown(batch.candidates) || unknown(batch.statuses))
      ) {
        await inventory.refresh()
        refreshedAt = now
      } else await inventory.putNew()
      for (const item of [batch.candidates, batch.statuses].flat()) {
        const device = inventory.device(item.deviceId)
        if (device) item.device = device
        else
          reject(batch, {
            device: item.deviceId,
            reason: 'unknown-device',
            detail: `there is no device ${item.deviceId}`,
            sample: item.message.payload,
            at: item.message.receivedAt,
          })
      }
    },
  }
}
