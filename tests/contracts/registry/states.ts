/** Device states, their journal position and the status payloads: part of the contract of the registry port. */
import { beforeEach, describe, expect, it } from 'vitest'
import { change, newDevice, state } from '../../registry-examples.ts'
import { type RegistrySubject, rejected, smallCity } from './subject.ts'

export function statesContract(subject: RegistrySubject): void {
  describe('device states', () => {
    let serials: number[]

    beforeEach(async () => {
      await subject.registry.putCity(smallCity)
      const devices = await subject.registry.addDevices(
        ['a', 'b', 'c'].map((id) => newDevice(id)),
        1,
      )
      serials = devices.map(({ serial }) => serial)
    })

    const serialOf = (index: number) => serials[index] ?? 0

    it('are kept whole', async () => {
      const full = state(serialOf(0), {
        faults: ['frozen', 'tampered'],
        values: { recording: false, fps: 24.97, storageUsedShare: 0 },
        online: false,
        onlineChangedAt: 999,
      })
      const silent = state(serialOf(1), {
        heardAt: null,
        observedAt: null,
        receivedAt: null,
        values: {},
        online: true,
        onlineChangedAt: 1000,
      })
      await subject.registry.applyState(change(1, { states: [full, silent] }))
      const { states } = await subject.registry.statesSince(0, 10)
      expect(states.map((one) => ({ ...one, faults: [...one.faults].sort() }))).toEqual([full, silent])
    })

    it('leave out values that are undefined', async () => {
      const values = { recording: true, peopleCount: undefined }
      await subject.registry.applyState(change(1, { states: [state(serialOf(0), { values })] }))
      const [found] = (await subject.registry.statesSince(0, 10)).states
      expect(Object.keys(found?.values ?? {})).toEqual(['recording'])
    })

    it('are read since a version, each change once, in pages of any size', async () => {
      await subject.registry.applyState(change(1, { states: serials.map((serial) => state(serial)) }))
      const first = await subject.registry.statesSince(0, 2)
      expect(first.states.map(({ serial }) => serial)).toEqual(serials.slice(0, 2))
      const second = await subject.registry.statesSince(first.version, 2)
      expect(second.states.map(({ serial }) => serial)).toEqual(serials.slice(2))
      expect(second.version).toBe((await subject.registry.versions()).states)
      expect(await subject.registry.statesSince(second.version, 2)).toEqual({
        states: [],
        version: second.version,
      })

      await subject.registry.applyState(change(2, { states: [state(serialOf(1), { heardAt: 2000 })] }))
      const third = await subject.registry.statesSince(second.version, 10)
      expect(third.states).toEqual([state(serialOf(1), { heardAt: 2000 })])
      expect(third.version).toBe((await subject.registry.versions()).states)
    })

    it('change nothing when a position comes again or an older one comes late', async () => {
      const once = change(7, {
        states: [state(serialOf(0))],
        statuses: [{ serial: serialOf(0), payload: '{"online":true}' }],
        rejections: [rejected('a', 5, { count: 3 })],
      })
      await subject.registry.applyState(once)
      const versions = await subject.registry.versions()
      const rejections = await subject.registry.rejections({ limit: 10 })
      expect(rejections.items[0]?.count).toBe(3)

      await subject.registry.applyState(once)
      await subject.registry.applyState({
        ...once,
        position: 6,
        states: [state(serialOf(0), { heardAt: 1 })],
      })
      expect(await subject.registry.versions()).toEqual(versions)
      expect(await subject.registry.rejections({ limit: 10 })).toEqual(rejections)
      expect(await subject.registry.statePosition()).toBe(7)
      expect((await subject.registry.statesSince(0, 10)).states).toEqual([state(serialOf(0))])
    })

    it('leave out devices that are gone, and keep the rest', async () => {
      await subject.registry.applyState(
        change(1, {
          states: [state(987_654), state(serialOf(2))],
          statuses: [
            { serial: 987_654, payload: '{"online":true}' },
            { serial: serialOf(2), payload: '{"online":false}' },
          ],
        }),
      )
      expect((await subject.registry.statesSince(0, 10)).states).toEqual([state(serialOf(2))])
      expect(await subject.registry.statuses()).toEqual([{ device: 'c', payload: '{"online":false}' }])
      expect(await subject.registry.statePosition()).toBe(1)
    })

    it('are kept all or none', async () => {
      const broken = change(3, {
        states: [state(serialOf(0)), state(serialOf(1), { heardAt: Symbol('no time') as never })],
        rejections: [rejected('a', 5)],
      })
      await expect(subject.registry.applyState(broken)).rejects.toThrow()
      expect(await subject.registry.statePosition()).toBe(0)
      expect((await subject.registry.statesSince(0, 10)).states).toEqual([])
      expect((await subject.registry.rejections({ limit: 10 })).items).toEqual([])
      await subject.registry.applyState(change(3, { states: [state(serialOf(0))] }))
      expect(await subject.registry.statePosition()).toBe(3)
    })

    it('keep the newest status of each device in service', async () => {
      const said = (index: number, payload: string) => ({ serial: serialOf(index), payload })
      await subject.registry.applyState(
        change(1, { statuses: [said(0, '{"online":true}'), said(1, '{"online":true}')] }),
      )
      await subject.registry.applyState(
        change(2, { statuses: [said(1, '{"online":false}'), said(2, '{"online":true}')] }),
      )
      await subject.registry.decommissionDevice('c', 3)
      expect(await subject.registry.statuses()).toEqual([
        { device: 'a', payload: '{"online":true}' },
        { device: 'b', payload: '{"online":false}' },
      ])
    })
  })
}
