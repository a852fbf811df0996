/**
 * Who may say and hear what: the second half of the door, asked by Aedes for every publish, subscription
 * and delivery. The topic grammar itself is model/topics.ts.
 */
import type { PublishPacket } from 'aedes'
import { maxStatusBytes } from '../model/reading.ts'
import { deviceMayPublish, deviceMaySubscribe, operatorMaySubscribe } from '../model/topics.ts'
import type { Identity } from './identity.ts'

/**
 * Null where the packet may pass, otherwise the reason. What passes keeps its retain flag only on the
 * status topic, within its size: the retained messages are then as few and small as the devices.
 */
export function refusePublish(identity: Identity | undefined, packet: PublishPacket): string | null {
  if (identity?.type !== 'device') return 'only devices may publish'
  if (packet.topic === identity.telemetryTopic) {
    packet.retain = false
    return null
  }
  if (packet.topic === identity.statusTopic) {
    if (packet.payload.length > maxStatusBytes) packet.retain = false
    return null
  }
  if (!deviceMayPublish(identity.id, packet.topic)) return 'the topic is not its own'
  packet.retain = false
  return null
}

/** Whether a subscription's filter may be granted. */
export function maySubscribe(identity: Identity | undefined, filter: string): boolean {
  if (!identity) return false
  return identity.type === 'device' ? deviceMaySubscribe(identity.id, filter) : operatorMaySubscribe(filter)
}

/** Whether a message may be delivered: asked again, because a wildcard can match more than was granted. */
export function mayReceive(identity: Identity | undefined, topic: string): boolean {
  return maySubscribe(identity, topic)
}
