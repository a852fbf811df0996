/**
 * Ends the connections of those who may no longer be there: a device that was decommissioned, removed or given
 * another token, an API key that was revoked. It asks the registry once a second what has changed, so it works
 * whoever made the change, in whatever process.
 */
import type { Logger } from 'pino'
import { messageOf } from '../model/errors.ts'
import { second } from '../model/time.ts'
import type { Registry, Versions } from '../stores/registry/port.ts'
import type { Identity } from './identity.ts'

/** Changed devices read at a time. */
const pageSize = 1000

/** One connection that has signed in; `end` closes it. */
export interface Admitted {
  readonly identity: Identity
  /** Of the secret it signed in with. */
  readonly hash: Uint8Array
  end(): void
}

export interface Revocation {
  start(): Promise<void>
  stop(): Promise<void>
  admit(connection: Admitted): void
  leave(connection: Admitted): void
}

export function createRevocation(options: {
  registry: Pick<Registry, 'versions' | 'devicesSince' | 'credential' | 'apiKey'>
  logger: Logger
  everyMs?: number
}): Revocation {
  const { registry, logger, everyMs = second } = options
  const devices = new Map<string, Set<Admitted>>()
  const operators = new Map<string, Set<Admitted>>()
  let seen: Pick<Versions, 'city' | 'devices'> = { city: 0, devices: 0 }
  let timer: NodeJS.Timeout | undefined
  let checking: Promise<void> = Promise.resolve()
  const groupOf = ({ identity }: Admitted) => (identity.type === 'device' ? devices : operators)

  /** Ends those connections of a name whose secret is no longer in force; undefined: nothing is. */
  function keepOnly(connections: Set<Admitted> | undefined, hash: Uint8Array | undefined, who: string): void {
    for (const connection of connections ?? []) {
      if (hash && Buffer.compare(hash, connection.hash) === 0) continue
      logger.info({ who }, 'a connection is ended: its right to be here has gone')
      connection.end()
    }
  }

  async function checkDevice(id: string): Promise<void> {
    const found = await registry.credential(id)
    keepOnly(devices.get(id), found?.device.status === 'decommissioned' ? undefined : found?.tokenHash, id)
  }

  async function check(): Promise<void> {
    const { city, devices: newest } = await registry.versions()
    if (city !== seen.city || newest < seen.devices)
      for (const id of [...devices.keys()]) await checkDevice(id)
    let from = Math.min(newest, seen.devices)
    while (from < newest) {
      const page = await registry.devicesSince(from, pageSize)
      for (const { id } of page.devices) if (devices.has(id)) await checkDevice(id)
      from = page.devices.length < pageSize ? newest : page.version
    }
    seen = { city, devices: newest }
    for (const [id, connections] of [...operators]) {
      const key = await registry.apiKey(id)
      keepOnly(connections, key?.revokedAt === null ? key.hash : undefined, `key ${id}`)
    }
  }

  return {
    async start() {
      seen = await registry.versions()
      timer = setInterval(() => {
        checking = checking
          .then(check)
          .catch((error) => logger.warn({ reason: messageOf(error) }, 'revocations could not be checked'))
      }, everyMs)
      timer.unref()
    },
    async stop() {
      clearInterval(timer)
      await checking
    },
    admit(connection) {
      const group = groupOf(connection)
      const { id } = connection.identity
      group.set(id, (group.get(id) ?? new Set()).add(connection))
    },
    leave(connection) {
      const group = groupOf(connection)
      const connections = group.get(connection.identity.id)
      connections?.delete(connection)
      if (connections?.size === 0) group.delete(connection.identity.id)
    },
  }
}
