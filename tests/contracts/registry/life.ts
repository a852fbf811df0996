/** Starting, stopping, opening again, and two handles on one registry: part of the contract of the registry port. */
import { describe, expect, it } from 'vitest'
import { change, newDevice, noVersions, state } from '../../registry-examples.ts'
import { type RegistrySubject, raised, rejected, smallCity } from './subject.ts'

export function lifeContract(subject: RegistrySubject): void {
  describe('its life', () => {
    it('is empty at first', async () => {
      expect(await subject.registry.versions()).toEqual(noVersions)
      expect(await subject.registry.areas()).toEqual([])
      expect(await subject.registry.places()).toEqual([])
      expect(await subject.registry.devicesSince(0, 10)).toEqual({ devices: [], version: 0 })
      expect(await subject.registry.statesSince(0, 10)).toEqual({ states: [], version: 0 })
      expect(await subject.registry.statePosition()).toBe(0)
      expect(await subject.registry.rejections({ limit: 10 })).toEqual({ items: [], next: null })
    })

    it('raises store-unavailable before start and after stop', async () => {
      const other = subject.open()
      expect((await raised(other.versions())).code).toBe('store-unavailable')
      await other.start()
      expect(await other.versions()).toEqual(noVersions)
      await other.stop()
      expect((await raised(other.putCity(smallCity))).code).toBe('store-unavailable')
    })

    it('can be stopped twice and started again', async () => {
      await subject.registry.stop()
      await subject.registry.stop()
      await subject.registry.start()
      await subject.registry.start()
      expect(await subject.registry.statePosition()).toBe(0)
    })

    it('ends the writes under way before it stops', async () => {
      await subject.registry.putCity(smallCity)
      const writes = ['a', 'b', 'c', 'd'].map((id) => subject.registry.addDevices([newDevice(id)], 1))
      await subject.registry.stop()
      expect((await Promise.all(writes)).flat().map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd'])
      await subject.registry.start()
      expect((await subject.registry.devicesSince(0, 10)).devices).toHaveLength(4)
    })

    it('goes on with its counters after it was opened again', async () => {
      await subject.registry.putCity(smallCity)
      const [first] = await subject.registry.addDevices([newDevice('a')], 1)
      await subject.registry.applyState(change(5, { states: [state(first?.serial ?? 0)] }))
      await subject.registry.recordRejections([rejected('a', 1)])
      const before = await subject.registry.versions()
      const [oldest] = (await subject.registry.rejections({ limit: 1 })).items

      await subject.reopen()
      expect(await subject.registry.versions()).toEqual(before)
      expect(await subject.registry.statePosition()).toBe(5)
      const [second] = await subject.registry.addDevices([newDevice('b')], 2)
      expect(second?.serial).toBeGreaterThan(first?.serial ?? Number.POSITIVE_INFINITY)
      expect((await subject.registry.versions()).devices).toBeGreaterThan(before.devices)
      await subject.registry.recordRejections([rejected('b', 2)])
      const [newest] = (await subject.registry.rejections({ limit: 1 })).items
      expect(newest?.id).toBeGreaterThan(oldest?.id ?? Number.POSITIVE_INFINITY)
    })

    it('shows what one handle writes to another at once', async () => {
      const other = subject.open()
      await other.start()
      await subject.registry.putCity(smallCity)
      await subject.registry.addDevices([newDevice('a')], 1)
      expect((await other.device('a'))?.place).toBe('p1')
      await other.changeDevice('a', { place: 'p2' }, 2)
      expect((await subject.registry.device('a'))?.place).toBe('p2')
      await other.stop()
    })
  })
}
