/**
 * A process that owns a telemetry store, as ingest does: it answers queries over IPC, and once told to append, it
 * appends batch after batch, with maintenance beside it, and tells each position it has. For tests that kill
 * it. Called as: telemetry-process.ts <file>.
 */
import { z } from 'zod'
import { messageOf } from '../../model/errors.ts'
import type { KindName } from '../../model/kinds.ts'
import type { Reading } from '../../model/reading.ts'
import { minute } from '../../model/time.ts'
import { createDuckDbTelemetry } from '../../stores/telemetry/duckdb.ts'
import { serveTelemetry } from '../../stores/telemetry/remote.ts'

export const processMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('position'), position: z.number() }),
  z.object({ type: z.literal('failed'), message: z.string() }),
])
export const appendMessage = z.object({ type: z.literal('append') })

export const historyBegin = Date.UTC(2026, 2, 1)
const kinds: readonly KindName[] = ['camera', 'traffic_counter', 'street_sensor']
const fieldOf = { camera: 'fps', traffic_counter: 'intensity', street_sensor: 'temperature' } as const

/** How many readings the batch of a position has. */
export function batchSize(position: number): number {
  return 1 + ((position * 37) % 200)
}

/** Each batch lies in a bucket of its own, some readings of it in the one before. */
export function batchOf(position: number): Reading[] {
  return Array.from({ length: batchSize(position) }, (_, index): Reading => {
    const kind = kinds[index % kinds.length] ?? 'camera'
    const observedAt = historyBegin + position * 5 * minute - (index % 7 === 0 ? 5 * minute : 0) + index
    return { kind, serial: index + 1, observedAt, receivedAt: observedAt, values: { [fieldOf[kind]]: 1 } }
  })
}

async function run(file: string): Promise<void> {
  const telemetry = createDuckDbTelemetry({ file, retentionDays: 30, rollupRetentionDays: 60 })
  await telemetry.start()
  serveTelemetry({
    channel: {
      send: (message) => process.send?.(message),
      onMessage: (handler) => process.on('message', handler),
    },
    telemetry,
  })
  process.on('message', (message) => {
    if (!appendMessage.safeParse(message).success) return
    append().catch((thrown) => process.send?.({ type: 'failed', message: messageOf(thrown) }))
  })
  process.on('disconnect', () => process.exit(0))
  process.send?.({ type: 'ready' })

  async function append(): Promise<void> {
    for (let position = (await telemetry.position()) + 1; ; position++) {
      // What it did is seen in the figures; on a full disk it fails, as it may.
      const maintained = position % 5 === 0 ? telemetry.maintain(nowAt(position)) : Promise.resolve()
      maintained.catch(() => undefined)
      await telemetry.append(batchOf(position), position)
      process.send?.({ type: 'position', position })
      await Promise.allSettled([maintained])
    }
  }
}

function nowAt(position: number): number {
  return historyBegin + position * 5 * minute
}

const [, script, file] = process.argv
if (script === import.meta.filename && file !== undefined) await run(file)
