/** Devices, added, changed, decommissioned and read since a version: part of the contract of the registry port. */
import { beforeEach, describe, expect, it } from 'vitest'
import { newDevice } from '../../registry-examples.ts'
import { type RegistrySubject, raised, smallCity } from './subject.ts'

export function devicesContract(subject: RegistrySubject): void {
  describe('devices', () => {
    beforeEach(async () => {
      await subject.registry.putCity(smallCity)
    })

    it('are added with the defaults of their kind, and found by id', async () => {
      const added = await subject.registry.addDevices(
        [
          newDevice('a'),
          newDevice('b', 'p2', {
            kind: 'street_sensor',
            name: 'Trạm 7',
            status: 'planned',
            reportingIntervalSeconds: 300,
            longitude: 106.6,
            latitude: 0,
            simulated: true,
          }),
        ],
        1234,
      )
      const [a, b] = added
      expect(a).toEqual({
        serial: expect.any(Number),
        id: 'a',
        kind: 'camera',
        place: 'p1',
        name: null,
        status: 'commissioned',
        reportingIntervalSeconds: 60,
        longitude: null,
        latitude: null,
        simulated: false,
        createdAt: 1234,
      })
      expect(b).toEqual({
        serial: expect.any(Number),
        id: 'b',
        kind: 'street_sensor',
        place: 'p2',
        name: 'Trạm 7',
        status: 'planned',
        reportingIntervalSeconds: 300,
        longitude: 106.6,
        latitude: 0,
        simulated: true,
        createdAt: 1234,
      })
      expect(a?.serial).not.toBe(b?.serial)
      expect(await subject.registry.device('a')).toEqual(a)
      expect(await subject.registry.device('b')).toEqual(b)
      expect(await subject.registry.device('c')).toBeUndefined()
    })

    it('are added many at once', async () => {
      const many = Array.from({ length: 1201 }, (_, index) => newDevice(`d${index}`))
      const added = await subject.registry.addDevices(many, 1)
      expect(added.map(({ id }) => id)).toEqual(many.map(({ input }) => input.id))
      expect(new Set(added.map(({ serial }) => serial)).size).toBe(1201)
      expect((await subject.registry.devicesSince(0, 5000)).devices).toEqual(added)
    })

    it('are refused all together for an id that is taken, also by a decommissioned one', async () => {
      await subject.registry.addDevices([newDevice('a'), newDevice('b')], 1)
      await subject.registry.decommissionDevice('b', 2)
      const before = await subject.registry.versions()
      const doubled = subject.registry.addDevices([newDevice('c'), newDevice('b'), newDevice('a')], 3)
      expect(await raised(doubled)).toEqual({
        code: 'conflict',
        fields: ['devices[1].id', 'devices[2].id'],
      })
      expect(await subject.registry.device('c')).toBeUndefined()
      expect(await subject.registry.versions()).toEqual(before)
    })

    it('are refused all together for a place that is unknown or an id that comes twice', async () => {
      await subject.registry.addDevices([newDevice('a')], 1)
      const faulty = subject.registry.addDevices(
        [newDevice('c'), newDevice('d', 'nowhere'), newDevice('c'), newDevice('a')],
        2,
      )
      const { code, fields } = await raised(faulty)
      expect(code).toBe('invalid-request')
      expect(fields.sort()).toEqual(['devices[1].place', 'devices[2].id', 'devices[3].id'])
      expect((await subject.registry.devicesSince(0, 10)).devices.map(({ id }) => id)).toEqual(['a'])
    })

    it('change field by field', async () => {
      const [device] = await subject.registry.addDevices(
        [newDevice('a', 'p1', { longitude: 1, latitude: 2 })],
        1,
      )
      const moved = await subject.registry.changeDevice('a', { place: 'p2', longitude: 0 }, 2)
      expect(moved).toEqual({ ...device, place: 'p2', longitude: 0 })
      const renamed = await subject.registry.changeDevice(
        'a',
        { name: 'Gate', status: 'planned', reportingIntervalSeconds: 5, latitude: -3 },
        3,
      )
      expect(renamed).toEqual({
        ...moved,
        name: 'Gate',
        status: 'planned',
        reportingIntervalSeconds: 5,
        latitude: -3,
      })
      expect(await subject.registry.device('a')).toEqual(renamed)
    })

    it('refuse a change of what is not there, not in service or not possible', async () => {
      await subject.registry.addDevices([newDevice('a'), newDevice('b')], 1)
      await subject.registry.decommissionDevice('b', 2)
      const before = await subject.registry.versions()
      expect((await raised(subject.registry.changeDevice('c', { name: 'C' }, 3))).code).toBe('not-found')
      expect((await raised(subject.registry.changeDevice('b', { name: 'B' }, 3))).code).toBe('conflict')
      expect(await raised(subject.registry.changeDevice('a', { place: 'nowhere' }, 3))).toEqual({
        code: 'invalid-request',
        fields: ['place'],
      })
      expect(await subject.registry.versions()).toEqual(before)
    })

    it('are decommissioned once, and stay', async () => {
      const [device] = await subject.registry.addDevices([newDevice('a')], 1)
      const retired = await subject.registry.decommissionDevice('a', 2)
      expect(retired).toEqual({ ...device, status: 'decommissioned' })
      const after = await subject.registry.versions()
      expect(await subject.registry.decommissionDevice('a', 3)).toEqual(retired)
      expect(await subject.registry.versions()).toEqual(after)
      expect(await subject.registry.device('a')).toEqual(retired)
      expect((await raised(subject.registry.decommissionDevice('b', 3))).code).toBe('not-found')
    })

    it('are read since a version, each change once, in pages of any size', async () => {
      await subject.registry.addDevices(
        ['a', 'b', 'c', 'd', 'e'].map((id) => newDevice(id)),
        1,
      )
      const seen: string[] = []
      let version = 0
      for (let page = await subject.registry.devicesSince(version, 2); page.devices.length > 0; ) {
        expect(page.version).toBeGreaterThan(version)
        seen.push(...page.devices.map(({ id }) => id))
        version = page.version
        page = await subject.registry.devicesSince(version, 2)
      }
      expect(seen).toEqual(['a', 'b', 'c', 'd', 'e'])
      expect(version).toBe((await subject.registry.versions()).devices)

      await subject.registry.changeDevice('d', { name: 'D' }, 2)
      await subject.registry.changeDevice('b', { name: 'B' }, 2)
      await subject.registry.changeDevice('d', { name: 'D again' }, 2)
      const changed = await subject.registry.devicesSince(version, 10)
      expect(changed.devices.map(({ id, name }) => [id, name])).toEqual([
        ['b', 'B'],
        ['d', 'D again'],
      ])
      expect(changed.version).toBe((await subject.registry.versions()).devices)
      expect(await subject.registry.devicesSince(changed.version, 10)).toEqual({
        devices: [],
        version: changed.version,
      })
    })
  })
}
