/**
 * Who is on the other end of a connection, and the first half of the door: the CONNECT packet is checked
 * and its client id moved into the name space of the user, so that nobody can take over another's session.
 */
import { randomUUID } from 'node:crypto'
import type { ConnectPacket } from 'aedes'
import { parseApiKey, type Role, secretMatches, secretPattern } from '../model/access.ts'
import { identifierPattern } from '../model/identifier.ts'
import { deviceMayPublish, statusTopic, telemetryTopic } from '../model/topics.ts'
import type { Registry } from '../stores/registry/port.ts'

export interface DeviceIdentity {
  readonly type: 'device'
  readonly id: string
  readonly telemetryTopic: string
  readonly statusTopic: string
}

export interface OperatorIdentity {
  readonly type: 'operator'
  readonly id: string
  readonly role: Role
}

export type Identity = DeviceIdentity | OperatorIdentity

/** What a CONNECT claims, before anything is proved; `fault` says why it cannot be let in. */
export interface Claim {
  readonly user: string
  readonly password: string
  readonly fault: string | null
}

/**
 * Reads a CONNECT packet and changes it: the client id becomes `<user>` or `<user>/<client id>`, and only a
 * device under its own name may keep a session (so sessions are as few as devices).
 */
export function claimOf(packet: ConnectPacket): Claim {
  const user = packet.username ?? ''
  const password = packet.password?.toString('utf8') ?? ''
  const given = packet.clientId
  const own = given === '' || given === user
  const claim = (fault: string | null): Claim => ({ user, password, fault })
  if (user === '') return claim('the CONNECT has no user name')
  packet.clientId = own && identifierPattern.test(user) ? user : `${user}/${given}`
  const key = parseApiKey(password)
  if (key) {
    // Several may share a key: each connection is a session of its own, also where it names none.
    packet.clientId = `key/${key.id}/${given || randomUUID()}`
    packet.clean = true
    return claim(packet.will ? 'an operator has no last will: it may not publish' : null)
  }
  if (!own) packet.clean = true
  if (packet.will && !deviceMayPublish(user, packet.will.topic))
    return claim(`its last will is for ${packet.will.topic.slice(0, 200)}, which is not its own`)
  return claim(null)
}

/** A name as log and rejections show it: who takes name and password for one another shows no secret there. */
export function shownUser(user: string): string {
  return secretPattern.test(user) ? '(it has the form of a secret)' : user
}

/** Proves a claim against the registry. The refusal names the reason for the log, not for the client. */
export async function proveClaim(
  registry: Pick<Registry, 'credential' | 'apiKey'>,
  claim: Claim,
): Promise<{ identity: Identity; hash: Uint8Array } | { refusal: string; known: boolean }> {
  const { user, password } = claim
  const refuse = (refusal: string, known: boolean) => ({ refusal, known })
  if (claim.fault !== null) return refuse(claim.fault, false)
  const key = parseApiKey(password)
  if (key) {
    const stored = await registry.apiKey(key.id)
    if (!stored || !secretMatches(key.secret, stored.hash)) return refuse('the API key is not known', false)
    if (stored.revokedAt !== null) return refuse('the API key was revoked', false)
    return { identity: { type: 'operator', id: stored.id, role: stored.role }, hash: stored.hash }
  }
  if (!identifierPattern.test(user)) return refuse('the user name is not a device id', false)
  const credential = await registry.credential(user)
  if (!credential) return refuse('there is no such device', false)
  if (!secretMatches(password, credential.tokenHash)) return refuse('the token is wrong', true)
  if (credential.device.status === 'decommissioned') return refuse('the device was decommissioned', true)
  const identity = {
    type: 'device',
    id: user,
    telemetryTopic: telemetryTopic(user),
    statusTopic: statusTopic(user),
  } as const
  return { identity, hash: credential.tokenHash }
}
