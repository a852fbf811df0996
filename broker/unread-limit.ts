/**
 * A limit on what a client leaves unread. Aedes writes acknowledgements whether or not they are taken, so a device
 * that only ever sends would fill the memory with them; broker.ts ends its connection here.
 */
import type { Duplex } from 'node:stream'

/** Ends the connection when something more is read from it while over `maxBytes` wait to be taken by it. */
export function limitUnread(connection: Duplex, maxBytes: number): void {
  const read = connection.read.bind(connection)
  connection.read = (size?: number) => {
    if (connection.writableLength <= maxBytes) return read(size)
    connection.destroy(new Error('it sends on and does not read what it is answered'))
    return null
  }
}
