/** Sessions of people who signed in on the page: part of the contract of the registry port. */
import { beforeEach, describe, expect, it } from 'vitest'
import { hashSecret } from '../../../model/access.ts'
import { maxSessions, type Session } from '../../../stores/registry/port.ts'
import type { RegistrySubject } from './subject.ts'

const session = (secret: string, more: Partial<Session> = {}): Session => ({
  hash: hashSecret(secret),
  key: 'a',
  role: 'operator',
  createdAt: 10,
  expiresAt: 1000,
  ...more,
})

export function sessionsContract(subject: RegistrySubject): void {
  describe('sessions', () => {
    const found = async (secret: string) => subject.registry.session(hashSecret(secret))
    const isThere = async (secret: string) => (await found(secret)) !== undefined

    beforeEach(async () => {
      for (const id of Array.from({ length: 11 }, (_, index) => (10 + index).toString(36)))
        await subject.registry.addApiKey({ id, name: id, role: 'admin', hash: hashSecret(id), now: 1 })
    })

    it('are found by the hash of their secret alone, also after a restart', async () => {
      await subject.registry.addSession(session('one'))
      await subject.registry.addSession(session('two', { key: 'b', role: 'viewer', expiresAt: 2000 }))
      await subject.reopen()
      const one = await found('one')
      expect({ ...one, hash: Buffer.from(one?.hash ?? []) }).toEqual(session('one'))
      expect(await found('two')).toMatchObject({ key: 'b', role: 'viewer', createdAt: 10, expiresAt: 2000 })
      expect(await found('three')).toBeUndefined()
    })

    it('end one by one, and ending one twice changes nothing', async () => {
      await subject.registry.addSession(session('one'))
      await subject.registry.addSession(session('two'))
      await subject.registry.endSession(hashSecret('one'))
      await subject.registry.endSession(hashSecret('one'))
      expect([await isThere('one'), await isThere('two')]).toEqual([false, true])
    })

    it('end with their key, and no other does', async () => {
      await subject.registry.addSession(session('one'))
      await subject.registry.addSession(session('two'))
      await subject.registry.addSession(session('other', { key: 'b' }))
      await subject.registry.revokeApiKey('a', 20)
      expect([await isThere('one'), await isThere('two'), await isThere('other')]).toEqual([
        false,
        false,
        true,
      ])
    })

    it('leave when another is added after their end', async () => {
      await subject.registry.addSession(session('one', { expiresAt: 100 }))
      await subject.registry.addSession(session('two', { createdAt: 99 }))
      expect(await isThere('one')).toBe(true)
      await subject.registry.addSession(session('three', { createdAt: 100 }))
      expect([await isThere('one'), await isThere('two')]).toEqual([false, true])
    })

    it('are so many of one key at most, the oldest leave, and those of other keys stay', async () => {
      await subject.registry.addSession(session('of b', { key: 'b', createdAt: 1 }))
      for (let at = 0; at <= maxSessions.ofOneKey; at++)
        await subject.registry.addSession(session(`s${at}`, { createdAt: 10 + at }))
      expect([await isThere('s0'), await isThere('s1'), await isThere('of b')]).toEqual([false, true, true])
    })

    it('are so many in all at most, the oldest leave', async () => {
      const add = (at: number, key: string) =>
        subject.registry.addSession(session(`s${at}`, { createdAt: at, expiresAt: 1_000_000, key }))
      const keys = maxSessions.inAll / maxSessions.ofOneKey
      for (let at = 0; at < maxSessions.inAll; at++) await add(at, (10 + (at % keys)).toString(36))
      expect(await isThere('s0')).toBe(true)
      await add(maxSessions.inAll, (10 + keys).toString(36))
      expect([await isThere('s0'), await isThere('s1')]).toEqual([false, true])
    })
  })
}
