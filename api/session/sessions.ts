/**
 * The sessions of people who signed in on the page (OWASP, Session Management): a new secret of 256 random bits at each
 * sign-in, never one that the client brings, so that none can be planted; kept as its hash; an end that no use puts
 * off, checked here and not in the browser; over at once when one signs out, and with its key. What is good is
 * remembered for a few seconds, as keys are.
 */
import { hashSecret, newSecret } from '../../model/access.ts'
import type { Role } from '../../model/role.ts'
import { type Clock, second } from '../../model/time.ts'
import type { Registry, Session } from '../../stores/registry/port.ts'
import type { Keyring } from '../plugins/keyring.ts'

const rememberedFor = 5 * second
const maxRemembered = 1000

export interface Visitor {
  /** The id of the API key. */
  readonly key: string
  /** The name of the key. */
  readonly name: string
  readonly role: Role
  /** Epoch ms. */
  readonly until: number
  /** Whether the session is still good. */
  holds(): Promise<boolean>
}

export interface Sessions {
  /**
   * Whose session it is that these secrets name. Of several, exactly one must be good: with two, somebody has put
   * another beside ours, and no one can tell which.
   */
  identify(secrets: readonly string[]): Promise<Visitor | undefined>
  /** Undefined where the key is not in force. */
  begin(as: { key: string; role: Role }): Promise<{ secret: string; visitor: Visitor } | undefined>
  /** Ends all of them, in the registry too. */
  end(secrets: readonly string[]): Promise<void>
}

export function createSessions(options: {
  registry(): Pick<Registry, 'session' | 'addSession' | 'endSession'>
  keyring: Pick<Keyring, 'inForce'>
  lastsMs: number
  clock: Clock
}): Sessions {
  const { registry, keyring, lastsMs, clock } = options
  /** Good when it was read, by hash. */
  const known = new Map<string, { readonly session: Session; readonly until: number }>()
  /** How many have been ended: what was read before the last end is not remembered after it. */
  let ended = 0

  async function read(hash: Uint8Array, name: string): Promise<Session | undefined> {
    const now = clock()
    const remembered = known.get(name)
    if (remembered && now < remembered.until) return remembered.session
    known.delete(name)
    const before = ended
    // Found by its hash: how long that takes tells nothing of a secret.
    const session = await registry().session(hash)
    if (!session || before !== ended) return session
    known.set(name, { session, until: now + rememberedFor })
    const [oldest] = known.keys()
    if (known.size > maxRemembered && oldest !== undefined) known.delete(oldest)
    return session
  }

  async function visitorOf(hash: Buffer): Promise<Visitor | undefined> {
    const session = await read(hash, hash.toString('hex'))
    if (!session || session.expiresAt <= clock()) return undefined
    const holder = await keyring.inForce(session.key)
    return holder && visitorBy(session, hash, holder.name)
  }

  function visitorBy({ key, role, expiresAt }: Omit<Session, 'hash'>, hash: Buffer, name: string): Visitor {
    return { key, name, role, until: expiresAt, holds: async () => (await visitorOf(hash)) !== undefined }
  }

  return {
    async identify(secrets) {
      const found = await Promise.all(secrets.map((secret) => visitorOf(hashSecret(secret))))
      const [visitor, another] = found.filter((one) => one !== undefined)
      return another ? undefined : visitor
    },
    async begin({ key, role }) {
      const holder = await keyring.inForce(key)
      if (!holder) return undefined
      const secret = newSecret()
      const hash = hashSecret(secret)
      const createdAt = clock()
      const session = { hash, key, role, createdAt, expiresAt: createdAt + lastsMs }
      await registry().addSession(session)
      return { secret, visitor: visitorBy(session, hash, holder.name) }
    },
    async end(secrets) {
      for (const secret of secrets) {
        const hash = hashSecret(secret)
        // Only what is there is worth a write: anyone may send a cookie.
        if (await registry().session(hash)) await registry().endSession(hash)
        ended++
        known.delete(hash.toString('hex'))
      }
    },
  }
}
