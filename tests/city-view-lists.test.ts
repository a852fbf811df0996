/** The lists of the city view: areas, places with their evidence, devices, and the sites that ingest hands on. */
import { describe, expect, it } from 'vitest'
import { target, useTestCity } from './city-view-fixture.ts'
import { area, newDevice, state } from './registry-examples.ts'

const city = useTestCity()

describe('areas', () => {
  it('are found by code, level and where they lie', async () => {
    await city.putSmallCity()
    await city.view.start()
    const codes = (areas: readonly { code: string }[]) => areas.map(({ code }) => code)
    expect(city.view.levels()).toEqual(['province', 'district', 'commune'])
    expect(city.view.area('e1')).toEqual(area('e1', 'east', 'commune'))
    expect(city.view.area('north')).toBeUndefined()
    expect(codes(city.view.areas())).toEqual(['e1', 'e2', 'east', 'vn', 'w1', 'west'])
    expect(codes(city.view.areas({ level: 'commune' }))).toEqual(['e1', 'e2', 'w1'])
    expect(codes(city.view.areas({ within: 'east' }))).toEqual(['e1', 'e2', 'east'])
    expect(codes(city.view.areas({ level: 'commune', within: 'west' }))).toEqual(['w1'])
    expect(codes(city.view.ancestors('e1'))).toEqual(['east', 'vn'])
    expect(codes(city.view.ancestors('vn'))).toEqual([])
    expect(city.view.isWithin('e1', 'vn')).toBe(true)
    expect(city.view.isWithin('e1', 'e1')).toBe(true)
    expect(city.view.isWithin('vn', 'e1')).toBe(false)
    expect(city.view.isWithin('e1', 'west')).toBe(false)
    expect(city.view.isWithin('e1', 'north')).toBe(false)
  })
})

describe('places', () => {
  const ids = (page: { items: readonly { place: { id: string } }[] }) =>
    page.items.map((item) => item.place.id)

  it('are filtered by area, type, state and box', async () => {
    await city.putSmallCity()
    const [healthy = 0] = await city.add(newDevice('cam-1', 'p-e1'), newDevice('cam-2', 'p-w1'))
    await city.putStates(state(healthy, { heardAt: city.now }))
    await city.view.start()
    expect(city.view.places({ limit: 9 }).items.map((item) => item.state)).toEqual([
      'working',
      'none',
      'installed',
      'none',
    ])
    expect(ids(city.view.places({ area: 'west', limit: 9 }))).toEqual(['p-w1', 'p-west'])
    expect(ids(city.view.places({ type: 'park', limit: 9 }))).toEqual(['p-e2', 'p-w1'])
    expect(ids(city.view.places({ state: 'none', limit: 9 }))).toEqual(['p-e2', 'p-west'])
    expect(ids(city.view.places({ state: 'none', area: 'west', type: 'park', limit: 9 }))).toEqual([])
    expect(ids(city.view.places({ bbox: [106, 10, 107, 11], limit: 9 }))).toEqual(['p-e1', 'p-west'])
    expect(ids(city.view.places({ bbox: [106, 10.99, 107, 11], limit: 9 }))).toEqual([])
    expect(ids(city.view.places({ bbox: [179, -11, -179, -9], limit: 9 }))).toEqual(['p-e2', 'p-w1'])
    expect(city.view.place('p-w1')).toEqual({
      place: expect.objectContaining({ id: 'p-w1', area: 'w1' }),
      state: 'installed',
    })
    expect(city.view.place('nowhere')).toBeUndefined()
  })

  it('come in pages that join without gap or overlap', async () => {
    await city.putSmallCity()
    await city.view.start()
    const first = city.view.places({ limit: 3 })
    expect([ids(first), first.next]).toEqual([['p-e1', 'p-e2', 'p-w1'], 'p-w1'])
    const second = city.view.places({ limit: 3, after: 'p-w1' })
    expect([ids(second), second.next]).toEqual([['p-west'], null])
    // The next page exists only if something of the same filter is on it.
    expect(city.view.places({ type: 'park', limit: 2 }).next).toBeNull()
    expect(ids(city.view.places({ limit: 9, after: 'p-e9' }))).toEqual(['p-w1', 'p-west'])
  })

  it('have their devices as evidence', async () => {
    await city.putSmallCity()
    const [b = 0, a = 0] = await city.add(
      newDevice('b', 'p-e1'),
      newDevice('a', 'p-e1', { reportingIntervalSeconds: 10 }),
      newDevice('c', 'p-e2'),
    )
    const frozen = state(a, { heardAt: city.now - 30_001, faults: ['frozen'] })
    await city.putStates(frozen)
    await city.view.start()
    expect(city.view.evidence('p-e1')).toEqual([
      { device: await city.registry.device('a'), state: frozen, faults: ['frozen', 'silent'] },
      { device: await city.registry.device('b'), state: undefined, faults: ['never-heard'] },
    ])
    expect(city.view.state(a)).toEqual(frozen)
    expect(city.view.state(b)).toBeUndefined()
    expect(city.view.evidence('p-west')).toEqual([])
  })
})

describe('devices', () => {
  const ids = (page: { items: readonly { device: { id: string } }[] }) =>
    page.items.map((item) => item.device.id)

  it('are found by id and serial, and filtered', async () => {
    await city.putSmallCity()
    const [a = 0] = await city.add(
      newDevice('a', 'p-e1'),
      newDevice('b', 'p-w1', { kind: 'street_sensor', simulated: true }),
      newDevice('c', 'p-west', { status: 'planned' }),
      newDevice('d', 'p-e1'),
    )
    await city.registry.decommissionDevice('d', city.now)
    await city.putStates(state(a, { heardAt: city.now, faults: ['tampered'] }))
    await city.view.start()
    expect(city.view.device('a')).toEqual(await city.registry.device('a'))
    expect(city.view.deviceBySerial(a)).toEqual(await city.registry.device('a'))
    expect(city.view.device('z')).toBeUndefined()
    expect(city.view.deviceBySerial(9_999)).toBeUndefined()
    expect(city.view.deviceEvidence('a')).toMatchObject({ device: { id: 'a' }, faults: ['tampered'] })
    expect(city.view.deviceEvidence('z')).toBeUndefined()
    expect(ids(city.view.devices({ limit: 9 }))).toEqual(['a', 'b', 'c', 'd'])
    expect(ids(city.view.devices({ kind: 'street_sensor', limit: 9 }))).toEqual(['b'])
    expect(ids(city.view.devices({ place: 'p-e1', limit: 9 }))).toEqual(['a', 'd'])
    expect(ids(city.view.devices({ area: 'west', limit: 9 }))).toEqual(['b', 'c'])
    expect(ids(city.view.devices({ status: 'commissioned', limit: 9 }))).toEqual(['a', 'b'])
    expect(ids(city.view.devices({ status: 'decommissioned', place: 'p-e1', limit: 9 }))).toEqual(['d'])
    expect(ids(city.view.devices({ simulated: false, limit: 9 }))).toEqual(['a', 'c', 'd'])
    expect(ids(city.view.devices({ fault: 'tampered', limit: 9 }))).toEqual(['a'])
    expect(ids(city.view.devices({ fault: 'never-heard', limit: 9 }))).toEqual(['b', 'c', 'd'])
  })

  it('come in pages that join, however many are added in whatever order', async () => {
    await city.putSmallCity()
    await city.view.start()
    const added = Array.from({ length: 2500 }, (_, index) => `d${(index * 7919) % 2500}`)
    for (const part of [added.slice(0, 1), added.slice(1, 1200), added.slice(1200)]) {
      await city.add(...part.map((id) => newDevice(id, 'p-e1')))
      await city.view.refresh()
    }
    const seen: string[] = []
    let after: string | undefined
    do {
      const page = city.view.devices({ limit: 700, after })
      seen.push(...ids(page))
      after = page.next ?? undefined
    } while (after !== undefined)
    expect(seen).toEqual(added.sort())
  })

  it('move between places, with their evidence', async () => {
    await city.putSmallCity()
    await city.add(newDevice('a', 'p-e1'), newDevice('b', 'p-e1'))
    await city.view.start()
    await city.registry.changeDevice('a', { place: 'p-w1' }, city.now)
    await city.view.refresh()
    expect(city.view.evidence('p-e1').map(({ device }) => device.id)).toEqual(['b'])
    expect(city.view.evidence('p-w1').map(({ device }) => device.id)).toEqual(['a'])
    expect(city.view.coverage({ target }).areas.map(({ code, installed }) => [code, installed])).toEqual([
      ['east', 1],
      ['west', 1],
    ])
  })
})

describe('sites', () => {
  it('say where a device stands, the smallest area first', async () => {
    await city.putSmallCity()
    const [serial = 0] = await city.add(newDevice('a', 'p-e1'))
    await city.view.start()
    const site = {
      serial,
      device: 'a',
      kind: 'camera',
      place: 'p-e1',
      placeType: 'school',
      areas: [
        { code: 'e1', level: 'commune', name: 'Area e1' },
        { code: 'east', level: 'district', name: 'Area east' },
        { code: 'vn', level: 'province', name: 'Area vn' },
      ],
    }
    expect(city.view.site(serial)).toEqual(site)
    expect(city.view.site(9_999)).toBeUndefined()
    expect(city.view.sitesSince(0).sites).toEqual([site])
  })

  it('are told once each, and again when they move or the city changes', async () => {
    await city.putSmallCity()
    await city.add(newDevice('a', 'p-e1'), newDevice('b', 'p-e1'))
    await city.view.start()
    const told = (version: number) => {
      const news = city.view.sitesSince(version)
      return { names: news.sites.map(({ device, place }) => `${device} ${place}`), version: news.version }
    }
    const first = told(0)
    expect(first.names).toEqual(['a p-e1', 'b p-e1'])
    expect(told(first.version)).toEqual({ names: [], version: first.version })

    await city.registry.changeDevice('b', { place: 'p-w1' }, city.now)
    await city.registry.changeDevice('a', { name: 'Still there' }, city.now)
    await city.add(newDevice('c', 'p-west'))
    await city.view.refresh()
    const second = told(first.version)
    expect(second.names).toEqual(['b p-w1', 'c p-west'])

    await city.registry.putCity({ areas: [area('e1', 'west', 'commune')], places: [] })
    await city.view.refresh()
    const third = told(second.version)
    expect(third.names.sort()).toEqual(['a p-e1', 'b p-w1', 'c p-west'])
    expect(city.view.sitesSince(second.version).sites[0]?.areas[1]?.code).toBe('west')
    expect(told(third.version).names).toEqual([])
  })
})
