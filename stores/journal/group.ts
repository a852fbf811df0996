/**
 * How a group of messages looks on disk: one binary value, written and read in one go by the LMDB driver.
 *
 *   u8 version (1) · u32 messages · f64 bytes of this and all groups before it
 *   each message: u16 topic length · u32 payload length · f64 receivedAt · topic (UTF-8) · payload
 *
 * The running total of bytes makes the journal's size a subtraction instead of a count.
 */
import type { JournalMessage } from './port.ts'

const version = 1
const headerBytes = 13
const messageHeaderBytes = 14
const maxTopicBytes = 65_535

/** Collects messages into one buffer that grows as needed. */
export class GroupBuilder {
  private buffer = Buffer.allocUnsafeSlow(64 * 1024)
  private length = headerBytes
  count = 0

  get bytes(): number {
    return this.length
  }

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
  finish(totalBytesBefore: number): { value: Buffer; totalBytes: number } {
    const totalBytes = totalBytesBefore + this.length
    this.buffer.writeUInt8(version, 0)
    this.buffer.writeUInt32LE(this.count, 1)
    this.buffer.writeDoubleLE(totalBytes, 5)
    return { value: this.buffer.subarray(0, this.length), totalBytes }
  }

  reset(): void {
    this.length = headerBytes
    this.count = 0
  }

  private grow(needed: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.buffer.length * 2))
    this.buffer.copy(larger, 0, 0, this.length)
    this.buffer = larger
  }
}

/** The running total of bytes that a group was written with. */
export function totalBytesOf(value: Buffer): number {
  checkVersion(value)
  return value.readDoubleLE(5)
}

/** The messages of a group; their payloads are views of `value`. */
export function decodeGroup(value: Buffer): JournalMessage[] {
  checkVersion(value)
  const count = value.readUInt32LE(1)
  const messages = new Array<JournalMessage>(count)
  let at = headerBytes
  for (let index = 0; index < count; index++) {
    const topicBytes = value.readUInt16LE(at)
    const payloadBytes = value.readUInt32LE(at + 2)
    const receivedAt = value.readDoubleLE(at + 6)
    const payloadAt = at + messageHeaderBytes + topicBytes
    at = payloadAt + payloadBytes
    messages[index] = {
      topic: value.toString('utf8', payloadAt - topicBytes, payloadAt),
      payload: value.subarray(payloadAt, at),
      receivedAt,
    }
  }
  return messages
}

function checkVersion(value: Buffer): void {
  if (value[0] !== version)
    throw new Error(`this journal group has format ${value[0]}; this Lantern reads format ${version}`)
}
