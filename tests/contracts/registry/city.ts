/** Areas and places, put, replaced, cleared and loaded whole: part of the contract of the registry port. */
import { describe, expect, it } from 'vitest'
import { hashSecret } from '../../../model/access.ts'
import { area, change, newDevice, place, state } from '../../registry-examples.ts'
import { type RegistrySubject, raised, smallCity } from './subject.ts'

export function cityContract(subject: RegistrySubject): void {
  describe('the city', () => {
    it('takes areas in any order and gives them back whole', async () => {
      const boundary = {
        type: 'Polygon' as const,
        coordinates: [
          [
            [106.1, 10.9],
            [106.2, 10.9],
            [106.2, 11],
            [106.1, 10.9],
          ] satisfies [number, number][],
        ],
      }
      const top = { ...area('top', null, 'province'), name: 'Bình Dương', population: 2_763_124, boundary }
      await subject.registry.putCity({ areas: [area('d1', 'top'), top], places: [place('p1', 'd1')] })
      expect(await subject.registry.areas()).toEqual([area('d1', 'top'), top])
      expect(await subject.registry.places()).toEqual([place('p1', 'd1')])
    })

    it('replaces what has the same code or id, and keeps the rest', async () => {
      await subject.registry.putCity(smallCity)
      await subject.registry.putCity({
        areas: [{ ...area('d1', null, 'ward'), name: 'New' }],
        places: [{ ...place('p1', 'd2'), type: 'park', longitude: -1.5 }],
      })
      const areas = await subject.registry.areas()
      expect(areas.map(({ code }) => code)).toEqual(['d1', 'd2', 'top'])
      expect(areas[0]).toEqual({ ...area('d1', null, 'ward'), name: 'New' })
      expect(await subject.registry.places()).toEqual([
        { ...place('p1', 'd2'), type: 'park', longitude: -1.5 },
        place('p2', 'd2'),
      ])
    })

    it('moves its version with each change, and only then', async () => {
      await subject.registry.putCity(smallCity)
      const first = await subject.registry.versions()
      expect(first.city).toBeGreaterThan(0)
      await subject.registry.addDevices([newDevice('a')], 1)
      expect((await subject.registry.versions()).city).toBe(first.city)
      await subject.registry.putCity({ areas: [], places: [place('p3', 'd1')] })
      const second = await subject.registry.versions()
      expect(second.city).toBeGreaterThan(first.city)
      await subject.registry.clearCity(9)
      expect((await subject.registry.versions()).city).toBeGreaterThan(second.city)
    })

    it('refuses a city with faults whole, and names each', async () => {
      await subject.registry.putCity(smallCity)
      const before = await subject.registry.versions()
      const faulty = subject.registry.putCity({
        areas: [area('x', 'top'), area('y', 'nowhere'), area('top', 'x'), area('x', 'top')],
        places: [place('q1', 'x'), place('q2', 'nowhere'), place('q1', 'x')],
      })
      expect(await raised(faulty)).toEqual({
        code: 'invalid-request',
        fields: [
          'areas[3].code',
          'places[2].id',
          'areas[0].parent',
          'areas[1].parent',
          'areas[2].parent',
          'areas[3].parent',
          'places[1].area',
        ],
      })
      expect(await subject.registry.versions()).toEqual(before)
      expect((await subject.registry.areas()).map(({ code }) => code)).toEqual(['d1', 'd2', 'top'])
      expect((await subject.registry.places()).map(({ id }) => id)).toEqual(['p1', 'p2'])
    })

    it('finds an area that would lie in itself by way of those already there', async () => {
      await subject.registry.putCity(smallCity)
      const turned = subject.registry.putCity({ areas: [area('top', 'd1')], places: [] })
      expect(await raised(turned)).toEqual({ code: 'invalid-request', fields: ['areas[0].parent'] })
    })

    it('is cleared whole, but gives no serial and no version twice', async () => {
      await subject.registry.putCity(smallCity)
      const [device] = await subject.registry.addDevices([newDevice('a')], 1)
      const serial = device?.serial ?? 0
      await subject.registry.applyState(
        change(9, { states: [state(serial)], statuses: [{ serial, payload: '{"online":true}' }] }),
      )
      await subject.registry.addApiKey({ id: 'k', name: 'Key', role: 'admin', hash: hashSecret('k'), now: 1 })
      const before = await subject.registry.versions()

      await subject.registry.clearCity(9)
      expect(await subject.registry.areas()).toEqual([])
      expect(await subject.registry.places()).toEqual([])
      expect(await subject.registry.device('a')).toBeUndefined()
      expect(await subject.registry.credential('a')).toBeUndefined()
      expect((await subject.registry.statesSince(0, 10)).states).toEqual([])
      expect(await subject.registry.statuses()).toEqual([])
      expect(await subject.registry.statePosition()).toBe(9)
      expect(await subject.registry.apiKeys()).toHaveLength(1)

      await subject.registry.putCity(smallCity)
      const [again] = await subject.registry.addDevices([newDevice('a')], 2)
      expect(again?.serial).toBeGreaterThan(serial)
      expect((await subject.registry.devicesSince(before.devices, 10)).devices).toEqual([again])
    })

    it('loads a whole city with its devices, beside the present one or in its place', async () => {
      await subject.registry.putCity(smallCity)
      await subject.registry.addDevices([newDevice('a')], 1)
      const more = { areas: [area('x', 'top')], places: [place('q1', 'x')] }
      await subject.registry.loadCity({ ...more, devices: [newDevice('b', 'q1')], replace: false }, 2)
      expect((await subject.registry.places()).map(({ id }) => id)).toEqual(['p1', 'p2', 'q1'])
      expect((await subject.registry.device('b'))?.createdAt).toBe(2)

      const other = { areas: [area('z', null)], places: [place('r1', 'z')] }
      await subject.registry.loadCity({ ...other, devices: [newDevice('a', 'r1')], replace: true }, 3)
      expect(await subject.registry.areas()).toEqual(other.areas)
      expect(await subject.registry.places()).toEqual(other.places)
      expect((await subject.registry.device('a'))?.place).toBe('r1')
      expect(await subject.registry.device('b')).toBeUndefined()
    })

    it('keeps the present city when one device of another cannot be added', async () => {
      await subject.registry.putCity(smallCity)
      await subject.registry.addDevices([newDevice('a')], 1)
      const before = await subject.registry.versions()
      const other = { areas: [area('z', null)], places: [place('r1', 'z')] }
      const devices = [newDevice('c', 'r1'), newDevice('d', 'p1')]
      const loading = subject.registry.loadCity({ ...other, devices, replace: true }, 3)
      expect(await raised(loading)).toEqual({ code: 'invalid-request', fields: ['devices[1].place'] })
      expect(await subject.registry.versions()).toEqual(before)
      expect((await subject.registry.places()).map(({ id }) => id)).toEqual(['p1', 'p2'])
      expect(await subject.registry.device('a')).toBeDefined()
    })
  })
}
