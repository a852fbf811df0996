/**
 * What every driver of the registry port must do, whatever it is built on. Each driver's test calls this
 * with a way to open one registry again and again.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hashSecret } from '../../model/access.ts'
import { LanternError } from '../../model/errors.ts'
import type { RejectionEvent } from '../../model/rejection.ts'
import { maxRejections, type Registry } from '../../stores/registry/port.ts'
import { area, change, newDevice, place, state } from '../registry-examples.ts'

export interface RegistryUnderTest {
  /** Another handle on the same registry, not started. */
  open(): Registry
  /** Removes everything of it. */
  remove(): Promise<void>
}

const rejected = (device: string | null, at: number, more: Partial<RejectionEvent> = {}): RejectionEvent => ({
  device,
  reason: 'not-json',
  detail: `detail at ${at}`,
  sample: `sample at ${at}`,
  at,
  count: 1,
  ...more,
})

const smallCity = {
  areas: [area('d1', 'top'), area('top', null, 'province'), area('d2', 'top')],
  places: [place('p1', 'd1'), place('p2', 'd2')],
}

/** What it raised; fails where it did not. */
async function raised(doing: Promise<unknown>): Promise<{ code: string; fields: string[] }> {
  const error = await doing.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof LanternError)) throw new Error(`expected a LanternError, got ${String(error)}`)
  return { code: error.code, fields: error.faults.map(({ field }) => field) }
}

export function registryContract(driver: string, prepare: () => Promise<RegistryUnderTest>): void {
  describe(`the registry contract: ${driver}`, () => {
    let subject: RegistryUnderTest
    let registry: Registry

    beforeEach(async () => {
      subject = await prepare()
      registry = subject.open()
      await registry.start()
    })
    afterEach(async () => {
      await registry.stop()
      await subject.remove()
    })

    async function reopen(): Promise<void> {
      await registry.stop()
      registry = subject.open()
      await registry.start()
    }

    describe('its life', () => {
      it('is empty at first', async () => {
        expect(await registry.versions()).toEqual({ city: 0, devices: 0, states: 0 })
        expect(await registry.areas()).toEqual([])
        expect(await registry.places()).toEqual([])
        expect(await registry.devicesSince(0, 10)).toEqual({ devices: [], version: 0 })
        expect(await registry.statesSince(0, 10)).toEqual({ states: [], version: 0 })
        expect(await registry.statePosition()).toBe(0)
        expect(await registry.rejections({ limit: 10 })).toEqual({ items: [], next: null })
      })

      it('raises store-unavailable before start and after stop', async () => {
        const other = subject.open()
        expect((await raised(other.versions())).code).toBe('store-unavailable')
        await other.start()
        expect(await other.versions()).toEqual({ city: 0, devices: 0, states: 0 })
        await other.stop()
        expect((await raised(other.putCity(smallCity))).code).toBe('store-unavailable')
      })

      it('can be stopped twice and started again', async () => {
        await registry.stop()
        await registry.stop()
        await registry.start()
        await registry.start()
        expect(await registry.statePosition()).toBe(0)
      })

      it('ends the writes under way before it stops', async () => {
        await registry.putCity(smallCity)
        const writes = ['a', 'b', 'c', 'd'].map((id) => registry.addDevices([newDevice(id)], 1))
        await registry.stop()
        expect((await Promise.all(writes)).flat().map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd'])
        await registry.start()
        expect((await registry.devicesSince(0, 10)).devices).toHaveLength(4)
      })

      it('goes on with its counters after it was opened again', async () => {
        await registry.putCity(smallCity)
        const [first] = await registry.addDevices([newDevice('a')], 1)
        await registry.applyState(change(5, { states: [state(first?.serial ?? 0)] }))
        await registry.recordRejections([rejected('a', 1)])
        const before = await registry.versions()
        const [oldest] = (await registry.rejections({ limit: 1 })).items

        await reopen()
        expect(await registry.versions()).toEqual(before)
        expect(await registry.statePosition()).toBe(5)
        const [second] = await registry.addDevices([newDevice('b')], 2)
        expect(second?.serial).toBeGreaterThan(first?.serial ?? Number.POSITIVE_INFINITY)
        expect((await registry.versions()).devices).toBeGreaterThan(before.devices)
        await registry.recordRejections([rejected('b', 2)])
        const [newest] = (await registry.rejections({ limit: 1 })).items
        expect(newest?.id).toBeGreaterThan(oldest?.id ?? Number.POSITIVE_INFINITY)
      })

      it('shows what one handle writes to another at once', async () => {
        const other = subject.open()
        await other.start()
        await registry.putCity(smallCity)
        await registry.addDevices([newDevice('a')], 1)
        expect((await other.device('a'))?.place).toBe('p1')
        await other.changeDevice('a', { place: 'p2' }, 2)
        expect((await registry.device('a'))?.place).toBe('p2')
        await other.stop()
      })
    })

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
        await registry.putCity({ areas: [area('d1', 'top'), top], places: [place('p1', 'd1')] })
        expect(await registry.areas()).toEqual([area('d1', 'top'), top])
        expect(await registry.places()).toEqual([place('p1', 'd1')])
      })

      it('replaces what has the same code or id, and keeps the rest', async () => {
        await registry.putCity(smallCity)
        await registry.putCity({
          areas: [{ ...area('d1', null, 'ward'), name: 'New' }],
          places: [{ ...place('p1', 'd2'), type: 'park', longitude: -1.5 }],
        })
        const areas = await registry.areas()
        expect(areas.map(({ code }) => code)).toEqual(['d1', 'd2', 'top'])
        expect(areas[0]).toEqual({ ...area('d1', null, 'ward'), name: 'New' })
        expect(await registry.places()).toEqual([
          { ...place('p1', 'd2'), type: 'park', longitude: -1.5 },
          place('p2', 'd2'),
        ])
      })

      it('moves its version with each change, and only then', async () => {
        await registry.putCity(smallCity)
        const first = await registry.versions()
        expect(first.city).toBeGreaterThan(0)
        await registry.addDevices([newDevice('a')], 1)
        expect((await registry.versions()).city).toBe(first.city)
        await registry.putCity({ areas: [], places: [place('p3', 'd1')] })
        const second = await registry.versions()
        expect(second.city).toBeGreaterThan(first.city)
        await registry.clearCity()
        expect((await registry.versions()).city).toBeGreaterThan(second.city)
      })

      it('refuses a city with faults whole, and names each', async () => {
        await registry.putCity(smallCity)
        const before = await registry.versions()
        const faulty = registry.putCity({
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
        expect(await registry.versions()).toEqual(before)
        expect((await registry.areas()).map(({ code }) => code)).toEqual(['d1', 'd2', 'top'])
        expect((await registry.places()).map(({ id }) => id)).toEqual(['p1', 'p2'])
      })

      it('finds an area that would lie in itself by way of those already there', async () => {
        await registry.putCity(smallCity)
        const turned = registry.putCity({ areas: [area('top', 'd1')], places: [] })
        expect(await raised(turned)).toEqual({ code: 'invalid-request', fields: ['areas[0].parent'] })
      })

      it('is cleared whole, but gives no serial and no version twice', async () => {
        await registry.putCity(smallCity)
        const [device] = await registry.addDevices([newDevice('a')], 1)
        const serial = device?.serial ?? 0
        await registry.applyState(
          change(9, { states: [state(serial)], statuses: [{ serial, payload: '{"online":true}' }] }),
        )
        await registry.addApiKey({ id: 'k', name: 'Key', role: 'admin', hash: hashSecret('k'), now: 1 })
        const before = await registry.versions()

        await registry.clearCity()
        expect(await registry.areas()).toEqual([])
        expect(await registry.places()).toEqual([])
        expect(await registry.device('a')).toBeUndefined()
        expect(await registry.credential('a')).toBeUndefined()
        expect((await registry.statesSince(0, 10)).states).toEqual([])
        expect(await registry.statuses()).toEqual([])
        expect(await registry.statePosition()).toBe(9)
        expect(await registry.apiKeys()).toHaveLength(1)

        await registry.putCity(smallCity)
        const [again] = await registry.addDevices([newDevice('a')], 2)
        expect(again?.serial).toBeGreaterThan(serial)
        expect((await registry.devicesSince(before.devices, 10)).devices).toEqual([again])
      })

      it('loads a whole city with its devices, beside the present one or in its place', async () => {
        await registry.putCity(smallCity)
        await registry.addDevices([newDevice('a')], 1)
        const more = { areas: [area('x', 'top')], places: [place('q1', 'x')] }
        await registry.loadCity({ ...more, devices: [newDevice('b', 'q1')], replace: false }, 2)
        expect((await registry.places()).map(({ id }) => id)).toEqual(['p1', 'p2', 'q1'])
        expect((await registry.device('b'))?.createdAt).toBe(2)

        const other = { areas: [area('z', null)], places: [place('r1', 'z')] }
        await registry.loadCity({ ...other, devices: [newDevice('a', 'r1')], replace: true }, 3)
        expect(await registry.areas()).toEqual(other.areas)
        expect(await registry.places()).toEqual(other.places)
        expect((await registry.device('a'))?.place).toBe('r1')
        expect(await registry.device('b')).toBeUndefined()
      })

      it('keeps the present city when one device of another cannot be added', async () => {
        await registry.putCity(smallCity)
        await registry.addDevices([newDevice('a')], 1)
        const before = await registry.versions()
        const other = { areas: [area('z', null)], places: [place('r1', 'z')] }
        const devices = [newDevice('c', 'r1'), newDevice('d', 'p1')]
        const loading = registry.loadCity({ ...other, devices, replace: true }, 3)
        expect(await raised(loading)).toEqual({ code: 'invalid-request', fields: ['devices[1].place'] })
        expect(await registry.versions()).toEqual(before)
        expect((await registry.places()).map(({ id }) => id)).toEqual(['p1', 'p2'])
        expect(await registry.device('a')).toBeDefined()
      })
    })

    describe('devices', () => {
      beforeEach(async () => {
        await registry.putCity(smallCity)
      })

      it('are added with the defaults of their kind, and found by id', async () => {
        const added = await registry.addDevices(
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
        expect(await registry.device('a')).toEqual(a)
        expect(await registry.device('b')).toEqual(b)
        expect(await registry.device('c')).toBeUndefined()
      })

      it('are added many at once', async () => {
        const many = Array.from({ length: 1201 }, (_, index) => newDevice(`d${index}`))
        const added = await registry.addDevices(many, 1)
        expect(added.map(({ id }) => id)).toEqual(many.map(({ input }) => input.id))
        expect(new Set(added.map(({ serial }) => serial)).size).toBe(1201)
        expect((await registry.devicesSince(0, 5000)).devices).toEqual(added)
      })

      it('are refused all together for an id that is taken, also by a decommissioned one', async () => {
        await registry.addDevices([newDevice('a'), newDevice('b')], 1)
        await registry.decommissionDevice('b', 2)
        const before = await registry.versions()
        const doubled = registry.addDevices([newDevice('c'), newDevice('b'), newDevice('a')], 3)
        expect(await raised(doubled)).toEqual({
          code: 'conflict',
          fields: ['devices[1].id', 'devices[2].id'],
        })
        expect(await registry.device('c')).toBeUndefined()
        expect(await registry.versions()).toEqual(before)
      })

      it('are refused all together for a place that is unknown or an id that comes twice', async () => {
        await registry.addDevices([newDevice('a')], 1)
        const faulty = registry.addDevices(
          [newDevice('c'), newDevice('d', 'nowhere'), newDevice('c'), newDevice('a')],
          2,
        )
        const { code, fields } = await raised(faulty)
        expect(code).toBe('invalid-request')
        expect(fields.sort()).toEqual(['devices[1].place', 'devices[2].id', 'devices[3].id'])
        expect((await registry.devicesSince(0, 10)).devices.map(({ id }) => id)).toEqual(['a'])
      })

      it('change field by field', async () => {
        const [device] = await registry.addDevices([newDevice('a', 'p1', { longitude: 1, latitude: 2 })], 1)
        const moved = await registry.changeDevice('a', { place: 'p2', longitude: 0 }, 2)
        expect(moved).toEqual({ ...device, place: 'p2', longitude: 0 })
        const renamed = await registry.changeDevice(
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
        expect(await registry.device('a')).toEqual(renamed)
      })

      it('refuse a change of what is not there, not in service or not possible', async () => {
        await registry.addDevices([newDevice('a'), newDevice('b')], 1)
        await registry.decommissionDevice('b', 2)
        const before = await registry.versions()
        expect((await raised(registry.changeDevice('c', { name: 'C' }, 3))).code).toBe('not-found')
        expect((await raised(registry.changeDevice('b', { name: 'B' }, 3))).code).toBe('conflict')
        expect(await raised(registry.changeDevice('a', { place: 'nowhere' }, 3))).toEqual({
          code: 'invalid-request',
          fields: ['place'],
        })
        expect(await registry.versions()).toEqual(before)
      })

      it('are decommissioned once, and stay', async () => {
        const [device] = await registry.addDevices([newDevice('a')], 1)
        const retired = await registry.decommissionDevice('a', 2)
        expect(retired).toEqual({ ...device, status: 'decommissioned' })
        const after = await registry.versions()
        expect(await registry.decommissionDevice('a', 3)).toEqual(retired)
        expect(await registry.versions()).toEqual(after)
        expect(await registry.device('a')).toEqual(retired)
        expect((await raised(registry.decommissionDevice('b', 3))).code).toBe('not-found')
      })

      it('are read since a version, each change once, in pages of any size', async () => {
        await registry.addDevices(
          ['a', 'b', 'c', 'd', 'e'].map((id) => newDevice(id)),
          1,
        )
        const seen: string[] = []
        let version = 0
        for (let page = await registry.devicesSince(version, 2); page.devices.length > 0; ) {
          expect(page.version).toBeGreaterThan(version)
          seen.push(...page.devices.map(({ id }) => id))
          version = page.version
          page = await registry.devicesSince(version, 2)
        }
        expect(seen).toEqual(['a', 'b', 'c', 'd', 'e'])
        expect(version).toBe((await registry.versions()).devices)

        await registry.changeDevice('d', { name: 'D' }, 2)
        await registry.changeDevice('b', { name: 'B' }, 2)
        await registry.changeDevice('d', { name: 'D again' }, 2)
        const changed = await registry.devicesSince(version, 10)
        expect(changed.devices.map(({ id, name }) => [id, name])).toEqual([
          ['b', 'B'],
          ['d', 'D again'],
        ])
        expect(changed.version).toBe((await registry.versions()).devices)
        expect(await registry.devicesSince(changed.version, 10)).toEqual({
          devices: [],
          version: changed.version,
        })
      })
    })

    describe('credentials and keys', () => {
      it('give the device and the hash of its token, whatever its status', async () => {
        await registry.putCity(smallCity)
        const [a] = await registry.addDevices([newDevice('a'), newDevice('b')], 1)
        const credential = await registry.credential('a')
        expect(credential?.device).toEqual(a)
        expect(Buffer.from(credential?.tokenHash ?? [])).toEqual(hashSecret('token of a'))
        await registry.decommissionDevice('b', 2)
        expect((await registry.credential('b'))?.device.status).toBe('decommissioned')
        expect(await registry.credential('c')).toBeUndefined()
      })

      it('replace tokens all or none', async () => {
        await registry.putCity(smallCity)
        await registry.addDevices([newDevice('a'), newDevice('b'), newDevice('gone')], 1)
        await registry.decommissionDevice('gone', 2)
        const token = (id: string) => ({ id, tokenHash: hashSecret(`second token of ${id}`) })
        const hashOf = async (id: string) => Buffer.from((await registry.credential(id))?.tokenHash ?? [])

        const missing = registry.setTokens([token('a'), token('c'), token('gone')])
        expect(await raised(missing)).toEqual({ code: 'not-found', fields: ['ids[1]', 'ids[2]'] })
        const retired = registry.setTokens([token('a'), token('gone')])
        expect(await raised(retired)).toEqual({ code: 'conflict', fields: ['ids[1]'] })
        const doubled = registry.setTokens([token('a'), token('a')])
        expect(await raised(doubled)).toEqual({ code: 'invalid-request', fields: ['ids[1]'] })
        expect(await hashOf('a')).toEqual(hashSecret('token of a'))

        await registry.setTokens([token('a'), token('b')])
        expect(await hashOf('a')).toEqual(hashSecret('second token of a'))
        expect(await hashOf('b')).toEqual(hashSecret('second token of b'))
      })

      it('keep API keys, the revoked ones too', async () => {
        const key = { id: '0123456789ab', name: 'Trực ban', role: 'operator', now: 5 } as const
        await registry.addApiKey({ ...key, hash: hashSecret('one') })
        await registry.addApiKey({ id: 'b', name: 'Later', role: 'viewer', hash: hashSecret('two'), now: 9 })
        const stored = { id: key.id, name: key.name, role: key.role, createdAt: 5, revokedAt: null }
        const found = await registry.apiKey(key.id)
        expect(found).toMatchObject(stored)
        expect(Buffer.from(found?.hash ?? [])).toEqual(hashSecret('one'))
        expect(await registry.apiKey('c')).toBeUndefined()

        const again = registry.addApiKey({ ...key, role: 'admin', hash: hashSecret('three') })
        expect((await raised(again)).code).toBe('conflict')
        await registry.revokeApiKey(key.id, 20)
        await registry.revokeApiKey(key.id, 30)
        expect((await raised(registry.revokeApiKey('c', 20))).code).toBe('not-found')
        expect(await registry.apiKeys()).toEqual([
          { ...stored, revokedAt: 20 },
          { id: 'b', name: 'Later', role: 'viewer', createdAt: 9, revokedAt: null },
        ])
      })
    })

    describe('device states', () => {
      let serials: number[]

      beforeEach(async () => {
        await registry.putCity(smallCity)
        const devices = await registry.addDevices(
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
        await registry.applyState(change(1, { states: [full, silent] }))
        const { states } = await registry.statesSince(0, 10)
        expect(states.map((one) => ({ ...one, faults: [...one.faults].sort() }))).toEqual([full, silent])
      })

      it('leave out values that are undefined', async () => {
        const values = { recording: true, peopleCount: undefined }
        await registry.applyState(change(1, { states: [state(serialOf(0), { values })] }))
        const [found] = (await registry.statesSince(0, 10)).states
        expect(Object.keys(found?.values ?? {})).toEqual(['recording'])
      })

      it('are read since a version, each change once, in pages of any size', async () => {
        await registry.applyState(change(1, { states: serials.map((serial) => state(serial)) }))
        const first = await registry.statesSince(0, 2)
        expect(first.states.map(({ serial }) => serial)).toEqual(serials.slice(0, 2))
        const second = await registry.statesSince(first.version, 2)
        expect(second.states.map(({ serial }) => serial)).toEqual(serials.slice(2))
        expect(second.version).toBe((await registry.versions()).states)
        expect(await registry.statesSince(second.version, 2)).toEqual({ states: [], version: second.version })

        await registry.applyState(change(2, { states: [state(serialOf(1), { heardAt: 2000 })] }))
        const third = await registry.statesSince(second.version, 10)
        expect(third.states).toEqual([state(serialOf(1), { heardAt: 2000 })])
        expect(third.version).toBe((await registry.versions()).states)
      })

      it('change nothing when a position comes again or an older one comes late', async () => {
        const once = change(7, {
          states: [state(serialOf(0))],
          statuses: [{ serial: serialOf(0), payload: '{"online":true}' }],
          rejections: [rejected('a', 5, { count: 3 })],
        })
        await registry.applyState(once)
        const versions = await registry.versions()
        const rejections = await registry.rejections({ limit: 10 })
        expect(rejections.items[0]?.count).toBe(3)

        await registry.applyState(once)
        await registry.applyState({ ...once, position: 6, states: [state(serialOf(0), { heardAt: 1 })] })
        expect(await registry.versions()).toEqual(versions)
        expect(await registry.rejections({ limit: 10 })).toEqual(rejections)
        expect(await registry.statePosition()).toBe(7)
        expect((await registry.statesSince(0, 10)).states).toEqual([state(serialOf(0))])
      })

      it('leave out devices that are gone, and keep the rest', async () => {
        await registry.applyState(
          change(1, {
            states: [state(987_654), state(serialOf(2))],
            statuses: [
              { serial: 987_654, payload: '{"online":true}' },
              { serial: serialOf(2), payload: '{"online":false}' },
            ],
          }),
        )
        expect((await registry.statesSince(0, 10)).states).toEqual([state(serialOf(2))])
        expect(await registry.statuses()).toEqual([{ device: 'c', payload: '{"online":false}' }])
        expect(await registry.statePosition()).toBe(1)
      })

      it('are kept all or none', async () => {
        const broken = change(3, {
          states: [state(serialOf(0)), state(serialOf(1), { heardAt: Symbol('no time') as never })],
          rejections: [rejected('a', 5)],
        })
        await expect(registry.applyState(broken)).rejects.toThrow()
        expect(await registry.statePosition()).toBe(0)
        expect((await registry.statesSince(0, 10)).states).toEqual([])
        expect((await registry.rejections({ limit: 10 })).items).toEqual([])
        await registry.applyState(change(3, { states: [state(serialOf(0))] }))
        expect(await registry.statePosition()).toBe(3)
      })

      it('keep the newest status of each device in service', async () => {
        const said = (index: number, payload: string) => ({ serial: serialOf(index), payload })
        await registry.applyState(
          change(1, { statuses: [said(0, '{"online":true}'), said(1, '{"online":true}')] }),
        )
        await registry.applyState(
          change(2, { statuses: [said(1, '{"online":false}'), said(2, '{"online":true}')] }),
        )
        await registry.decommissionDevice('c', 3)
        expect(await registry.statuses()).toEqual([
          { device: 'a', payload: '{"online":true}' },
          { device: 'b', payload: '{"online":false}' },
        ])
      })
    })

    describe('rejections', () => {
      it('are counted by device and reason, with the newest in its own words', async () => {
        await registry.recordRejections([
          rejected('a', 10, { count: 2 }),
          rejected('a', 20, { reason: 'unknown-device' }),
          rejected('a', 30, { count: 4 }),
        ])
        await registry.recordRejections([rejected('a', 25), rejected(null, 40)])
        expect((await registry.rejections({ limit: 10 })).items).toEqual([
          { ...rejected(null, 40), firstAt: 40, id: expect.any(Number) },
          {
            device: 'a',
            reason: 'not-json',
            detail: 'detail at 25',
            sample: 'sample at 25',
            count: 7,
            firstAt: 10,
            at: 30,
            id: expect.any(Number),
          },
          { ...rejected('a', 20, { reason: 'unknown-device' }), firstAt: 20, id: expect.any(Number) },
        ])
      })

      it('come together with those of ingest', async () => {
        await registry.recordRejections([rejected('a', 10)])
        await registry.applyState(change(1, { rejections: [rejected('a', 20), rejected('b', 20)] }))
        const { items } = await registry.rejections({ limit: 10 })
        expect(items.map(({ device, count }) => [device, count])).toEqual([
          ['b', 1],
          ['a', 2],
        ])
      })

      it('keep samples, details and names of senders only so long', async () => {
        const long = 'x'.repeat(100_000)
        await registry.recordRejections([rejected(long, 1, { detail: long, sample: long })])
        const [kept] = (await registry.rejections({ limit: 1 })).items
        expect(kept?.sample).toHaveLength(500)
        expect(kept?.detail).toHaveLength(1000)
        expect(kept?.device).toHaveLength(64)
      })

      it('are listed newest first, in pages, by device or reason or both', async () => {
        await registry.recordRejections([
          rejected('a', 1),
          rejected('b', 2),
          rejected('a', 3, { reason: 'too-deep' }),
          rejected('b', 4, { reason: 'too-deep' }),
          rejected('c', 5),
        ])
        const list = async (request: Parameters<Registry['rejections']>[0]) => {
          const page = await registry.rejections(request)
          return { names: page.items.map(({ device, reason }) => `${device} ${reason}`), next: page.next }
        }
        const first = await list({ limit: 2 })
        expect(first.names).toEqual(['c not-json', 'b too-deep'])
        const second = await list({ limit: 2, before: first.next ?? 0 })
        expect(second.names).toEqual(['a too-deep', 'b not-json'])
        const last = await list({ limit: 2, before: second.next ?? 0 })
        expect(last).toEqual({ names: ['a not-json'], next: null })

        expect((await list({ limit: 9, device: 'a' })).names).toEqual(['a too-deep', 'a not-json'])
        expect((await list({ limit: 9, reason: 'too-deep' })).names).toEqual(['b too-deep', 'a too-deep'])
        expect((await list({ limit: 9, device: 'b', reason: 'not-json' })).names).toEqual(['b not-json'])
        expect(await list({ limit: 1, device: 'a' })).toMatchObject({ next: expect.any(Number) })
        expect(await list({ limit: 2, device: 'a' })).toMatchObject({ next: null })
      })

      it('neither skip nor repeat a row for a reader while others come in', async () => {
        await registry.recordRejections(['a', 'b', 'c', 'd'].map((device, at) => rejected(device, at)))
        const first = await registry.rejections({ limit: 2 })
        await registry.recordRejections([rejected('e', 9), rejected('d', 9)])
        const second = await registry.rejections({ limit: 2, before: first.next ?? 0 })
        expect([...first.items, ...second.items].map(({ device }) => device)).toEqual(['d', 'c', 'b', 'a'])
      })

      it('are bounded: what has not been seen for the longest leaves first', async () => {
        const many = (from: number, count: number) =>
          Array.from({ length: count }, (_, index) => rejected(`d${from + index}`, from + index))
        await registry.recordRejections(many(0, maxRejections))
        await registry.recordRejections([rejected('d0', 50_000)])
        await registry.recordRejections(many(maxRejections, 2))
        const { items } = await registry.rejections({ limit: 20_000 })
        expect(items).toHaveLength(maxRejections)
        const kept = new Set(items.map(({ device }) => device))
        expect(['d0', 'd1', 'd2', 'd3', `d${maxRejections + 1}`].map((id) => kept.has(id))).toEqual([
          true,
          false,
          false,
          true,
          true,
        ])

        await registry.recordRejections(many(100_000, maxRejections + 5))
        const replaced = (await registry.rejections({ limit: 20_000 })).items
        expect(replaced).toHaveLength(maxRejections)
        expect(replaced.at(-1)?.device).toBe('d100005')
      })
    })
  })
}
