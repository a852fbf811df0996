/**
 * Who may do what: the secrets that prove a role (the roles are in model/role.ts). A secret is 32 random bytes, shown once,
 * kept as its SHA-256 and compared in constant time. (A slow hash guards guessable passwords; 256 random
 * bits cannot be guessed, so a fast one is right, and lets 10,000 devices sign in at once.)
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

export { includesRole, type Role, roles } from './role.ts'

/** What a secret looks like, also within an API key or other text: 256 bits in base64url. */
export const secretPattern = /[A-Za-z0-9_-]{43}/

/** A new secret, 256 random bits in base64url. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret, 'utf8').digest()
}

export function secretMatches(secret: string, hash: Uint8Array): boolean {
  const given = hashSecret(secret)
  return given.length === hash.length && timingSafeEqual(given, hash)
}

/** An API key is `lk_<key id>_<secret>`; its id is no secret and finds the hash. */
export function newApiKey(): { id: string; secret: string; key: string } {
  const id = randomBytes(6).toString('hex')
  const secret = newSecret()
  return { id, secret, key: `lk_${id}_${secret}` }
}

export function parseApiKey(key: string): { id: string; secret: string } | undefined {
  const match = /^lk_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/.exec(key)
  const [, id, secret] = match ?? []
  return id && secret ? { id, secret } : undefined
}
