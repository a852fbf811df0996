/**
 * The few MQTT 3.1.1 packets that the load generator speaks, as bytes built beforehand. Called by
 * connection.ts; a general MQTT library would cost more time than the broker that is measured.
 */
import { statusTopic, telemetryTopic } from '../../../model/topics.ts'

export const packetType = { connack: 0x20, puback: 0x40, pingresp: 0xd0 } as const

/** The first byte of a QoS 1 PUBLISH, and the bit that marks a repeated delivery. */
export const publishQos1 = 0x32
export const dupFlag = 0x08

export const pingreq = Buffer.from([0xc0, 0])
export const disconnect = Buffer.from([0xe0, 0])

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8')
  const length = Buffer.alloc(2)
  length.writeUInt16BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/** The variable-length "remaining length" of a packet. */
function remainingLength(length: number): Buffer {
  const bytes: number[] = []
  let rest = length
  do {
    const low = rest % 128
    rest = Math.floor(rest / 128)
    bytes.push(rest > 0 ? low | 0x80 : low)
  } while (rest > 0)
  return Buffer.from(bytes)
}

/** CONNECT of a device: its id is client id and user name, its token the password, with its last will. */
export function connectPacket(device: { id: string; token: string }, keepaliveSeconds: number): Buffer {
  // User name, password, will retained at QoS 1, clean session.
  const flags = 0x80 | 0x40 | 0x20 | 0x08 | 0x04 | 0x02
  const head = Buffer.concat([text('MQTT'), Buffer.from([4, flags, 0, 0])])
  head.writeUInt16BE(keepaliveSeconds, head.length - 2)
  const will = [text(statusTopic(device.id)), text('{"online":false}')]
  const body = Buffer.concat([head, text(device.id), ...will, text(device.id), text(device.token)])
  return Buffer.concat([Buffer.from([0x10]), remainingLength(body.length), body])
}

/** A QoS 1 PUBLISH to the device's telemetry topic, with where its packet id and its payload begin. */
export function publishPacket(
  device: string,
  payload: Buffer,
): { bytes: Buffer; idOffset: number; payloadOffset: number } {
  const topic = text(telemetryTopic(device))
  const length = remainingLength(topic.length + 2 + payload.length)
  const bytes = Buffer.concat([Buffer.from([publishQos1]), length, topic, Buffer.alloc(2), payload])
  const payloadOffset = bytes.length - payload.length
  return { bytes, idOffset: payloadOffset - 2, payloadOffset }
}
