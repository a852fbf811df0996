/**
 * A limit on the size of one MQTT packet. The parser below Aedes would collect up to 256 MiB in memory for
 * any client, signed in or not; this walks the packet headers of what arrives and ends the connection at
 * the first that announces too much.
 */
import type { Duplex } from 'node:stream'

/**
 * Watches what is read from a connection. `limit` gives the most bytes that a packet may have at this
 * moment (less before the client has signed in); `onTooLarge` is called once, with what was announced.
 */
export function limitPackets(
  connection: Duplex,
  limit: () => number,
  onTooLarge: (bytes: number) => void,
): void {
  const read = connection.read.bind(connection)
  /** Bytes of the present packet's body that are still to come. */
  let body = 0
  /** Within a header: how far the length has been read; -1 outside. */
  let shift = -1
  let length = 0
  connection.read = (size?: number) => {
    const chunk: unknown = read(size)
    if (!Buffer.isBuffer(chunk)) return chunk
    let at = 0
    while (at < chunk.length) {
      if (body > 0) {
        const step = Math.min(body, chunk.length - at)
        body -= step
        at += step
      } else if (shift < 0) {
        shift = 0
        length = 0
        at++
      } else {
        const byte = chunk[at++] ?? 0
        length += (byte & 0x7f) * 2 ** shift
        shift += 7
        if ((byte & 0x80) !== 0 && shift < 28) continue
        shift = -1
        body = length
        if (length > limit()) {
          onTooLarge(length)
          return null
        }
      }
    }
    return chunk
  }
}
