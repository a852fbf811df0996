/**
 * Which QoS 2 messages have been taken and not released yet, in place of Aedes' own memory of them: that keeps
 * every payload until its PUBREL, which a device need never send. Put into Aedes by broker.ts.
 *
 * A packet id that is forgotten (beyond the limit, or by a restart) costs nothing: the message that comes again
 * goes into the journal again, and ingest counts it once.
 */

/** How many of one client; it is also how many of one connection Aedes takes. */
export const maxReceived = 10_000

interface Of {
  readonly id: string
}
interface Numbered {
  readonly messageId: number
}

/** The four methods of a persistence for Aedes that deal with what comes in. */
export function createReceived() {
  const byClient = new Map<string, Set<number>>()
  const find = (client: Of, packet: Numbered) => {
    const ids = byClient.get(client.id)
    if (!ids?.has(packet.messageId)) throw new Error('no such packet')
    return ids
  }
  return {
    async incomingStorePacket(client: Of, { messageId }: Numbered): Promise<void> {
      const ids = byClient.get(client.id) ?? new Set()
      byClient.set(client.id, ids.add(messageId))
      const [oldest] = ids
      if (ids.size > maxReceived && oldest !== undefined) ids.delete(oldest)
    },
    async incomingGetPacket(client: Of, packet: Numbered): Promise<Numbered> {
      find(client, packet)
      return packet
    },
    async incomingDelPacket(client: Of, packet: Numbered): Promise<void> {
      const ids = find(client, packet)
      ids.delete(packet.messageId)
      if (ids.size === 0) byClient.delete(client.id)
    },
    async cleanIncoming(client: Of): Promise<void> {
      byClient.delete(client.id)
    },
  }
}
