/** How the city view keeps in step with its registry, also while that changes, fails or is exchanged. */
import { join } from 'node:path'
import { pino } from 'pino'
import { describe, expect, it, vi } from 'vitest'
import { createCityView } from '../stores/registry/city-view.ts'
import type { Registry } from '../stores/registry/port.ts'
import { createSqliteRegistry } from '../stores/registry/sqlite.ts'
import { never, target, useTestCity } from './city-view-fixture.ts'
import { area, newDevice, place, state } from './registry-examples.ts'

const city = useTestCity()

describe('keeping in step', () => {
  it('reads a city and states of several pages', async () => {
    await city.putSmallCity()
    const serials = await city.add(
      ...Array.from({ length: 2100 }, (_, index) => newDevice(`d${index}`, 'p-e1')),
    )
    await city.putStates(...serials.map((serial) => state(serial, { heardAt: city.now })))
    await city.view.start()
    expect(city.view.health()).toEqual({
      name: 'registry',
      ok: true,
      detail: expect.any(String),
      figures: { areas: 6, places: 4, devices: 2100 },
    })
    expect(city.view.evidence('p-e1').filter(({ faults }) => faults.length === 0)).toHaveLength(2100)
    await city.putStates(...serials.map((serial) => state(serial, { heardAt: city.now, faults: ['frozen'] })))
    await city.view.refresh()
    expect(city.view.devices({ fault: 'frozen', limit: 5000 }).items).toHaveLength(2100)
  })

  it('sees after refresh() what was written before it, also while another refresh runs', async () => {
    await city.putSmallCity()
    await city.view.start()
    const running = city.view.refresh()
    await city.add(newDevice('a', 'p-e1'))
    await Promise.all([city.view.refresh(), city.view.refresh()])
    expect(city.view.device('a')).toBeDefined()
    await running
  })

  it('asks by itself every so often, until it is stopped', async () => {
    await city.putSmallCity()
    city.view = createCityView({ registry: city.registry, clock: () => city.now, pollMs: 5 })
    await city.view.start()
    await city.add(newDevice('a', 'p-e1'))
    await vi.waitFor(() => expect(city.view.device('a')).toBeDefined())
    await city.view.stop()
    const asked = vi.spyOn(city.registry, 'versions')
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(asked).not.toHaveBeenCalled()
  })

  it('holds nothing of a city that was cleared', async () => {
    await city.putSmallCity()
    const [serial = 0] = await city.add(newDevice('a', 'p-e1'))
    await city.putStates(state(serial, { heardAt: city.now }))
    await city.view.start()
    await city.registry.clearCity(9)
    await city.registry.putCity({ areas: [area('new', null)], places: [place('q', 'new')] })
    await city.view.refresh()
    expect(city.view.device('a')).toBeUndefined()
    expect(city.view.state(serial)).toBeUndefined()
    expect(city.view.coverage({ target }).areas.map(({ code }) => code)).toEqual(['new'])
    await city.add(newDevice('a', 'q'))
    await city.view.refresh()
    expect(city.view.state(serial)).toBeUndefined()
    expect(city.view.evidence('q')).toHaveLength(1)
  })

  it('reads all again when the registry was exchanged for one whose versions are older', async () => {
    await city.putSmallCity()
    await city.add(newDevice('a', 'p-e1'), newDevice('b', 'p-e1'))
    const other = createSqliteRegistry({ file: join(city.folder, 'other.sqlite') })
    await other.start()
    await other.putCity({ areas: [area('x', null)], places: [place('q', 'x')] })
    await other.addDevices([newDevice('c', 'q')], city.now)
    let current = city.registry
    city.view = createCityView({ registry: forwarding(() => current), clock: () => city.now, pollMs: never })
    await city.view.start()
    current = other
    await city.view.refresh()
    expect(city.view.device('a')).toBeUndefined()
    expect(city.view.device('c')).toBeDefined()
    await other.stop()
  })

  it('keeps a state that it reads before the device it belongs to', async () => {
    await city.putSmallCity()
    const [first = 0] = await city.add(newDevice('a', 'p-e1'))
    let late = 0
    city.view = createCityView({
      registry: {
        ...city.registry,
        statesSince: async (version, limit) => {
          if (late === 0) {
            late = (await city.add(newDevice('late', 'p-e2')))[0] ?? 0
            await city.putStates(state(late, { heardAt: city.now }))
          }
          return city.registry.statesSince(version, limit)
        },
      },
      clock: () => city.now,
      pollMs: never,
    })
    await city.putStates(state(first, { heardAt: city.now }))
    await city.view.start()
    expect(city.view.device('late')).toBeUndefined()
    await city.view.refresh()
    expect(city.view.deviceEvidence('late')?.faults).toEqual([])
    expect(city.view.coverage({ target }).total.working).toBe(2)
  })

  it('starts over when the city is changed while it is read', async () => {
    await city.putSmallCity()
    let interruptions = 1
    const changing: Registry = {
      ...city.registry,
      places: async () => {
        const places = await city.registry.places()
        if (interruptions-- > 0) await city.registry.putCity({ areas: [], places: [place('p-late', 'e1')] })
        return places
      },
    }
    city.view = createCityView({ registry: changing, clock: () => city.now, pollMs: never })
    await city.view.start()
    expect(city.view.place('p-late')).toBeDefined()
  })

  it('does not start on a registry that cannot be read', async () => {
    await city.registry.stop()
    await expect(city.view.start()).rejects.toMatchObject({ code: 'store-unavailable' })
    await city.registry.start()
    await city.view.start()
    expect(city.view.healthy()).toBe(true)
  })

  it('keeps the last view while the registry fails, and says so once each way', async () => {
    await city.putSmallCity()
    await city.add(newDevice('a', 'p-e1'))
    const lines: string[] = []
    const logger = pino({ base: null }, { write: (line: string) => lines.push(line) })
    let failing = false
    const flaky = forwarding(() => {
      if (failing) throw new Error('the disk is gone')
      return city.registry
    })
    city.view = createCityView({ registry: flaky, clock: () => city.now, pollMs: never, logger })
    await city.view.start()
    failing = true
    await city.view.refresh()
    await city.view.refresh()
    expect(city.view.healthy()).toBe(false)
    expect(city.view.health()).toMatchObject({
      ok: false,
      detail: expect.stringContaining('the disk is gone'),
    })
    expect(city.view.device('a')).toBeDefined()
    expect(city.view.coverage({ target }).total.places).toBe(4)

    await city.add(newDevice('b', 'p-e1'))
    failing = false
    await city.view.refresh()
    await city.view.refresh()
    expect(city.view.healthy()).toBe(true)
    expect(city.view.device('b')).toBeDefined()
    expect(lines.map((line) => JSON.parse(line).level)).toEqual([50, 30])
  })
})

/** A registry whose calls of versions() go to whichever is current; so do the reads that follow. */
function forwarding(current: () => Registry): Registry {
  return {
    ...city.registry,
    versions: async () => current().versions(),
    areas: async () => current().areas(),
    places: async () => current().places(),
    devicesSince: async (version, limit) => current().devicesSince(version, limit),
    statesSince: async (version, limit) => current().statesSince(version, limit),
  }
}
