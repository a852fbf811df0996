/**
 * What travels through ingest: the messages of a few journal groups, and what each stage makes of them.
 * A stage is one file in `stages/`; `worker.ts` holds their order.
 */
import type { Device } from '../model/device.ts'
import type { Reading } from '../model/reading.ts'
import { maxSampleLength, type RejectionEvent, type RejectionReason } from '../model/rejection.ts'
import type { JournalMessage } from '../stores/journal/port.ts'

/** One object of a telemetry message, before it is known to be a reading. */
export interface Candidate {
  readonly deviceId: string
  readonly value: unknown
  readonly message: JournalMessage
  /** Set by `identify`. */
  device?: Device
}

/** One status message. */
export interface StatusEvent {
  readonly deviceId: string
  readonly message: JournalMessage
  readonly payload: string
  readonly online: boolean
  /** Set by `identify`. */
  device?: Device
}

export interface Batch {
  /** The journal position that is reached when this batch is done. */
  readonly position: number
  readonly messages: readonly JournalMessage[]
  /** Whether the telemetry store has these readings already (after a restart). */
  readonly alreadyStored: boolean
  /** Whether the registry has these states and rejections already (after a restart). */
  readonly alreadyCounted: boolean
  candidates: Candidate[]
  statuses: StatusEvent[]
  readings: Reading[]
  duplicates: number
  /** By reason and device: what is equal is one with its count, so that a flood of them takes no memory. */
  readonly rejections: Map<string, RejectionEvent>
}

export interface Stage {
  readonly name: string
  run(batch: Batch): void | Promise<void>
}

export function newBatch(
  options: Pick<Batch, 'position' | 'messages' | 'alreadyStored' | 'alreadyCounted'>,
): Batch {
  return {
    ...options,
    candidates: [],
    statuses: [],
    readings: [],
    duplicates: 0,
    rejections: new Map(),
  }
}

/** Notes that something could not be taken (or, for `unknown-field`, not all of it); the newest is the example. */
export function reject(
  batch: Batch,
  options: { device: string | null; reason: RejectionReason; detail: string; sample: unknown; at: number },
): void {
  const { device, reason, detail, sample, at } = options
  const key = `${reason} ${device ?? ''}`
  batch.rejections.set(key, {
    device,
    reason,
    detail: detail.slice(0, maxSampleLength),
    sample: textOf(sample).slice(0, maxSampleLength),
    at,
    count: 1 + (batch.rejections.get(key)?.count ?? 0),
  })
}

/** The beginning of a payload, or a value as JSON. */
function textOf(sample: unknown): string {
  if (sample instanceof Uint8Array)
    return Buffer.from(
      sample.buffer,
      sample.byteOffset,
      Math.min(sample.byteLength, maxSampleLength),
    ).toString()
  try {
    return JSON.stringify(sample) ?? ''
  } catch {
    // JSON.parse reads nesting of any depth; JSON.stringify runs out of stack.
    return '(nested too deeply to show)'
  }
}
