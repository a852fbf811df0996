/**
 * Codes that one signs in with once, instead of copying a key: `npm start` prints one in a link. A code is 256 random
 * bits, held as a hash and only in memory, good for a quarter of an hour, and as good as the key that it is bound to.
 */
import { hashSecret, newSecret } from '../../model/access.ts'
import type { Role } from '../../model/role.ts'
import { type Clock, minute } from '../../model/time.ts'

const goodFor = 15 * minute
/** The oldest goes. */
const maxCodes = 10

interface Bound {
  /** The id of the API key in whose name the session will be. */
  readonly key: string
  readonly role: Role
}

export interface OneTimeCodes {
  make(bound: Bound): string
  /** What a code stands for, the first time only; undefined: unknown, used or too old. */
  redeem(code: string): Bound | undefined
}

export function createOneTimeCodes(options: { clock: Clock }): OneTimeCodes {
  const codes = new Map<string, Bound & { readonly until: number }>()
  // Found by its hash: how long that takes tells nothing of a code.
  const nameOf = (code: string) => hashSecret(code).toString('hex')

  return {
    make({ key, role }) {
      const code = newSecret()
      codes.set(nameOf(code), { key, role, until: options.clock() + goodFor })
      const [oldest] = codes.keys()
      if (codes.size > maxCodes && oldest !== undefined) codes.delete(oldest)
      return code
    },
    redeem(code) {
      const name = nameOf(code)
      const found = codes.get(name)
      codes.delete(name)
      return found && options.clock() < found.until ? { key: found.key, role: found.role } : undefined
    },
  }
}
