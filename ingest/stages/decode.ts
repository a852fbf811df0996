/** Stage 1: from bytes to objects. What is not JSON, or comes on a topic that means nothing, ends here. */
import { maxReadingsPerMessage, maxStatusBytes, statusMessage } from '../../model/reading.ts'
import { parseTopic } from '../../model/topics.ts'
import type { JournalMessage } from '../../stores/journal/port.ts'
import { type Batch, reject, type Stage } from '../batch.ts'

export const decode: Stage = {
  name: 'decode',
  run(batch) {
    for (const message of batch.messages) {
      const topic = parseTopic(message.topic)
      if (topic?.channel === 'telemetry') decodeTelemetry(batch, topic.device, message)
      else if (topic?.channel === 'status') decodeStatus(batch, topic.device, message)
      else refuse(batch, topic?.device ?? null, message, 'unknown-topic', message.topic)
    }
  },
}

function decodeTelemetry(batch: Batch, deviceId: string, message: JournalMessage): void {
  const value = parse(message.payload)
  if (value === undefined) return refuse(batch, deviceId, message, 'not-json', 'the payload is not JSON')
  if (!Array.isArray(value)) {
    batch.candidates.push({ deviceId, value, message })
    return
  }
  if (value.length === 0) return refuse(batch, deviceId, message, 'not-a-reading', 'the array is empty')
  if (value.length > maxReadingsPerMessage)
    return refuse(batch, deviceId, message, 'too-many-readings', `the array has ${value.length} readings`)
  for (const one of value) batch.candidates.push({ deviceId, value: one, message })
}

function decodeStatus(batch: Batch, deviceId: string, message: JournalMessage): void {
  // An empty retained payload is how MQTT clears a retained message; it says nothing of the device.
  if (message.payload.length === 0) return
  if (message.payload.length > maxStatusBytes)
    return refuse(batch, deviceId, message, 'invalid-status', `longer than ${maxStatusBytes} bytes`)
  const status = statusMessage.safeParse(parse(message.payload))
  if (!status.success)
    return refuse(batch, deviceId, message, 'invalid-status', 'it must be an object with a boolean "online"')
  const payload = Buffer.from(message.payload).toString('utf8')
  batch.statuses.push({ deviceId, message, payload, online: status.data.online })
}

function refuse(
  batch: Batch,
  device: string | null,
  message: JournalMessage,
  reason: Parameters<typeof reject>[1]['reason'],
  detail: string,
): void {
  reject(batch, { device, reason, detail, sample: message.payload, at: message.receivedAt })
}

/** Undefined where it is not JSON. */
function parse(payload: Uint8Array): unknown {
  try {
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}
