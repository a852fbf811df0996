/**
 * Stage 2: whose it is. The registry's copy in memory may be half a second old, so for a device that is not in it
 * the registry itself is asked, unless the copy is younger than the message: who signed in was registered before.
 */
import type { Device } from '../../model/device.ts'
import type { Clock } from '../../model/time.ts'
import { reject, type Stage } from '../batch.ts'

/** The devices there are: ../sites.ts. */
export interface Inventory {
  device(id: string): Device | undefined
  /** Makes what is new known to the telemetry store; cheap when nothing is. */
  putNew(): Promise<void>
  /** Reads the registry anew, then `putNew`. Raises `store-unavailable` where the registry cannot be read. */
  refresh(): Promise<void>
}

export function createIdentify(options: { inventory: Inventory; clock: Clock }): Stage {
  const { inventory, clock } = options
  /** When the newest refresh began. */
  let refreshedAt = Number.NEGATIVE_INFINITY

  return {
    name: 'identify',
    async run(batch) {
      const now = clock()
      const isDoubtful = ({ deviceId, message }: { deviceId: string; message: { receivedAt: number } }) =>
        inventory.device(deviceId) === undefined &&
        // After a clock was set back, no message seems younger than the copy.
        (message.receivedAt >= refreshedAt || now < refreshedAt)
      if (batch.candidates.some(isDoubtful) || batch.statuses.some(isDoubtful)) {
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
