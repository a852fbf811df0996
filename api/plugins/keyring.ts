/**
 * Turns an API key into who holds it. Keys are remembered for a few seconds, so that a busy client costs no look-up
 * and a revoked key stops working soon; only hashes are held, and a bounded number.
 */
import { hashSecret, newSecret, parseApiKey, secretMatches } from '../../model/access.ts'
import type { Role } from '../../model/role.ts'
import { type Clock, second } from '../../model/time.ts'
import type { Registry } from '../../stores/registry/port.ts'

const rememberedFor = 5 * second
const maxRemembered = 1000

export interface Holder {
  /** The id of the key. */
  readonly key: string
  readonly name: string
  readonly role: Role
}

interface Known {
  readonly hash: Uint8Array
  /** Undefined: there is no such key, or it was revoked. */
  readonly holder: Holder | undefined
  readonly until: number
}

export interface Keyring {
  /** Who holds the key of an Authorization header; undefined for every key that is not good. */
  identify(authorization: string): Promise<Holder | undefined>
  /** Who holds an API key; undefined for every key that is not good. */
  holderOf(apiKey: string): Promise<Holder | undefined>
  /** Whose key this is, by its id; undefined where it is not in force. */
  inForce(id: string): Promise<Holder | undefined>
  /** Looks a key up anew the next time, because it has just changed. */
  forget(id: string): void
}

export function createKeyring(options: { registry(): Pick<Registry, 'apiKey'>; clock: Clock }): Keyring {
  const known = new Map<string, Known>()
  // A key that does not exist is compared all the same, so that the time to answer tells nothing.
  const nobody = hashSecret(newSecret())

  const lookUp = async (id: string): Promise<Known> => {
    const now = options.clock()
    const remembered = known.get(id)
    if (remembered && now < remembered.until) return remembered
    const found = await options.registry().apiKey(id)
    const good = found && found.revokedAt === null ? found : undefined
    const holder = good && { key: id, name: good.name, role: good.role }
    const entry = { hash: good?.hash ?? nobody, holder, until: now + rememberedFor }
    known.delete(id)
    known.set(id, entry)
    const [oldest] = known.keys()
    if (known.size > maxRemembered && oldest !== undefined) known.delete(oldest)
    return entry
  }

  const holderOf = async (apiKey: string): Promise<Holder | undefined> => {
    const parsed = parseApiKey(apiKey)
    if (!parsed) return undefined
    const { hash, holder } = await lookUp(parsed.id)
    return secretMatches(parsed.secret, hash) ? holder : undefined
  }

  return {
    holderOf,
    async identify(authorization) {
      const key = /^Bearer +(\S+) *$/i.exec(authorization)?.[1]
      return key === undefined ? undefined : holderOf(key)
    },
    inForce: async (id) => (await lookUp(id)).holder,
    forget(id) {
      known.delete(id)
    },
  }
}
