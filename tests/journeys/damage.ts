/** Bytes that no decent client sends: damaged packets for fast-check, and packets built without any check. */
import fc from 'fast-check'
import { generate, type Packet } from 'mqtt-packet'
import type { Wire } from './wire.ts'

/** Any bytes, at least one. */
export const anyBytes = (maxLength: number) =>
  fc.uint8Array({ minLength: 1, maxLength }).map((array) => Buffer.from(array))

/** A packet with a few of its bytes changed, or cut off. */
export function damaged(packet: Packet): fc.Arbitrary<Buffer> {
  const whole = generate(packet)
  const index = fc.nat({ max: whole.length - 1 })
  const changes = fc.array(fc.tuple(index, fc.nat({ max: 255 })), { maxLength: 4 })
  return fc.tuple(changes, fc.option(index, { freq: 3 })).map(([changed, end]) => {
    const copy = Buffer.from(whole)
    for (const [at, value] of changed) copy[at] = value
    return copy.subarray(0, end ?? copy.length)
  })
}

/** A string as MQTT writes it. */
export function text(value: string): Buffer {
  const encoded = Buffer.from(value)
  return Buffer.concat([Buffer.from([encoded.length >> 8, encoded.length & 255]), encoded])
}

/** A packet of any first byte, with its length. */
export function packetOf(firstByte: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  const length: number[] = []
  for (let rest = body.length; rest > 0 || length.length === 0; rest >>= 7)
    length.push((rest & 127) | (rest > 127 ? 128 : 0))
  return Buffer.concat([Buffer.from([firstByte, ...length]), body])
}

/** A PUBLISH of QoS 1 on any topic. */
export function publish(topic: string, payload: string | Buffer = '{}'): Buffer {
  return packetOf(0x32, text(topic), Buffer.from([0, 1]), Buffer.from(payload))
}

/** Until the broker has read what was written: it ends the connection, or answers a ping; or it waits for more. */
export async function untilRead(line: Wire): Promise<void> {
  line.send({ cmd: 'pingreq' })
  const patience = new Promise((resolve) => setTimeout(resolve, 150))
  await Promise.race([line.next('pingresp').catch(() => undefined), patience])
}
