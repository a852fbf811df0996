/**
 * Stage 6: the readings and the journal position go into the telemetry store. After a failure nobody knows whether
 * they are there, so the next try asks for the position first. What the store refused becomes a rejection.
 */
import type { Refusal, Telemetry } from '../../stores/telemetry/port.ts'
import { type Batch, reject, type Stage } from '../batch.ts'

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
      const { refused } = await telemetry.append(batch.readings, batch.position)
      doubtful = false
      if (refused.length > 0) leaveOut(batch, refused)
    },
  }
}

function leaveOut(batch: Batch, refused: readonly Refusal[]): void {
  const devices = new Map(batch.candidates.map(({ device, deviceId }) => [device?.serial, deviceId]))
  const details = new Map(refused.map(({ index, detail }) => [index, detail]))
  for (const [index, detail] of details) {
    const reading = batch.readings[index]
    if (!reading) continue
    const { serial, observedAt, receivedAt, values } = reading
    const device = devices.get(serial) ?? null
    reject(batch, {
      device,
      reason: 'store-refused',
      detail,
      sample: { observedAt, ...values },
      at: receivedAt,
    })
  }
  batch.readings = batch.readings.filter((_, index) => !details.has(index))
}
