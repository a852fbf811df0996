/** Tokens of devices and API keys: part of the contract of the registry port. */
import { describe, expect, it } from 'vitest'
import { hashSecret } from '../../../model/access.ts'
import { newDevice } from '../../registry-examples.ts'
import { type RegistrySubject, raised, smallCity } from './subject.ts'

export function accessContract(subject: RegistrySubject): void {
  describe('credentials and keys', () => {
    it('give the device and the hash of its token, whatever its status', async () => {
      await subject.registry.putCity(smallCity)
      const [a] = await subject.registry.addDevices([newDevice('a'), newDevice('b')], 1)
      const credential = await subject.registry.credential('a')
      expect(credential?.device).toEqual(a)
      expect(Buffer.from(credential?.tokenHash ?? [])).toEqual(hashSecret('token of a'))
      await subject.registry.decommissionDevice('b', 2)
      expect((await subject.registry.credential('b'))?.device.status).toBe('decommissioned')
      expect(await subject.registry.credential('c')).toBeUndefined()
    })

    it('replace tokens all or none', async () => {
      await subject.registry.putCity(smallCity)
      await subject.registry.addDevices([newDevice('a'), newDevice('b'), newDevice('gone')], 1)
      await subject.registry.decommissionDevice('gone', 2)
      const token = (id: string) => ({ id, tokenHash: hashSecret(`second token of ${id}`) })
      const hashOf = async (id: string) =>
        Buffer.from((await subject.registry.credential(id))?.tokenHash ?? [])

      const missing = subject.registry.setTokens([token('a'), token('c'), token('gone')])
      expect(await raised(missing)).toEqual({ code: 'not-found', fields: ['ids[1]', 'ids[2]'] })
      const retired = subject.registry.setTokens([token('a'), token('gone')])
      expect(await raised(retired)).toEqual({ code: 'conflict', fields: ['ids[1]'] })
      const doubled = subject.registry.setTokens([token('a'), token('a')])
      expect(await raised(doubled)).toEqual({ code: 'invalid-request', fields: ['ids[1]'] })
      expect(await hashOf('a')).toEqual(hashSecret('token of a'))

      await subject.registry.setTokens([token('a'), token('b')])
      expect(await hashOf('a')).toEqual(hashSecret('second token of a'))
      expect(await hashOf('b')).toEqual(hashSecret('second token of b'))
    })

    it('keep API keys, the revoked ones too', async () => {
      const key = { id: '0123456789ab', name: 'Trực ban', role: 'operator', now: 5 } as const
      await subject.registry.addApiKey({ ...key, hash: hashSecret('one') })
      await subject.registry.addApiKey({
        id: 'b',
        name: 'Later',
        role: 'viewer',
        hash: hashSecret('two'),
        now: 9,
      })
      const stored = { id: key.id, name: key.name, role: key.role, createdAt: 5, revokedAt: null }
      const found = await subject.registry.apiKey(key.id)
      expect(found).toMatchObject(stored)
      expect(Buffer.from(found?.hash ?? [])).toEqual(hashSecret('one'))
      expect(await subject.registry.apiKey('c')).toBeUndefined()

      const again = subject.registry.addApiKey({ ...key, role: 'admin', hash: hashSecret('three') })
      expect((await raised(again)).code).toBe('conflict')
      await subject.registry.revokeApiKey(key.id, 20)
      await subject.registry.revokeApiKey(key.id, 30)
      expect((await raised(subject.registry.revokeApiKey('c', 20))).code).toBe('not-found')
      expect(await subject.registry.apiKeys()).toEqual([
        { ...stored, revokedAt: 20 },
        { id: 'b', name: 'Later', role: 'viewer', createdAt: 9, revokedAt: null },
      ])
    })
  })
}
