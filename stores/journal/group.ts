/**
 * How a group of messages looks on disk: built by the writer, found again by the reader and at a start.
 *
 *   u32 "LNJ1" · u32 bytes of the whole group · u32 CRC-32 of all that follows · u32 messages · f64 position
 *   each message: u16 topic length · u32 payload length · f64 receivedAt · topic (UTF-8) · payload
 *
 * All numbers are little-endian. The checksum tells a group that was written to its end from a torn one.
 */
import { crc32 } from 'node:zlib'
import type { JournalGroup, JournalMessage } from './port.ts'

const magic = 0x314a4e4c
export const groupHeaderBytes = 24
const checkedFrom = 12
const messageHeaderBytes = 14
const maxTopicBytes = 65_535

/** Collects messages into one buffer that grows as needed. */
export class GroupBuilder {
  private buffer = Buffer.allocUnsafeSlow(64 * 1024)
  private length = groupHeaderBytes
  private count = 0

  get bytes(): number {
    return this.length
  }

  /** Copies the message in. */
  add(message: JournalMessage): void {
    const { topic, payload } = message
    const most = this.length + messageHeaderBytes + topic.length * 3 + payload.length
    if (most > this.buffer.length) this.grow(most)
    const { buffer } = this
    const start = this.length
    const topicBytes = buffer.write(topic, start + messageHeaderBytes, 'utf8')
    if (topicBytes > maxTopicBytes) throw new RangeError('a topic has at most 65,535 bytes')
    buffer.writeUInt16LE(topicBytes, start)
    buffer.writeUInt32LE(payload.length, start + 2)
    buffer.writeDoubleLE(message.receivedAt, start + 6)
    const end = start + messageHeaderBytes + topicBytes
    buffer.set(payload, end)
    this.length = end + payload.length
    this.count++
  }

  /** The group as it goes to disk: a view that is valid until `reset`. */
  finish(position: number): Buffer {
    const group = this.buffer.subarray(0, this.length)
    group.writeUInt32LE(magic, 0)
    group.writeUInt32LE(this.length, 4)
    group.writeUInt32LE(this.count, 12)
    group.writeDoubleLE(position, 16)
    group.writeUInt32LE(crc32(group.subarray(checkedFrom)), 8)
    return group
  }

  reset(): void {
    this.length = groupHeaderBytes
    this.count = 0
  }

  private grow(needed: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.buffer.length * 2))
    this.buffer.copy(larger, 0, 0, this.length)
    this.buffer = larger
  }
}

/** What stands at `at`: a group's size and position, `torn` where none does, or how many bytes are missing to tell. */
export type Found = { bytes: number; position: number } | { missing: number } | 'torn'

export function findGroup(data: Buffer, at: number): Found {
  const available = data.length - at
  if (available < groupHeaderBytes) return { missing: groupHeaderBytes - available }
  const bytes = data.readUInt32LE(at + 4)
  if (data.readUInt32LE(at) !== magic || bytes < groupHeaderBytes) return 'torn'
  if (available < bytes) return { missing: bytes - available }
  const checked = crc32(data.subarray(at + checkedFrom, at + bytes))
  return checked === data.readUInt32LE(at + 8) ? { bytes, position: data.readDoubleLE(at + 16) } : 'torn'
}

/** The group at `at`, which `findGroup` has found; the payloads are views of `data`. */
export function decodeGroup(data: Buffer, at: number): JournalGroup {
  const count = data.readUInt32LE(at + 12)
  const messages = new Array<JournalMessage>(count)
  let next = at + groupHeaderBytes
  for (let index = 0; index < count; index++) {
    const topicBytes = data.readUInt16LE(next)
    const payloadBytes = data.readUInt32LE(next + 2)
    const receivedAt = data.readDoubleLE(next + 6)
    const payloadAt = next + messageHeaderBytes + topicBytes
    next = payloadAt + payloadBytes
    messages[index] = {
      topic: data.toString('utf8', payloadAt - topicBytes, payloadAt),
      payload: data.subarray(payloadAt, next),
      receivedAt,
    }
  }
  return { position: data.readDoubleLE(at + 16), messages }
}
