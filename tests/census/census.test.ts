/** The census on a hand-made city: when it counts, what is due, what leaves, and what happens while the store is away. */
import { afterEach, describe, expect, it } from 'vitest'
import { createSlices } from '../../ingest/census/slices.ts'
import { faults, gravestFirst } from '../../model/kind.ts'
import { kindNames } from '../../model/kinds.ts'
import { measurements } from '../../model/measurements.ts'
import { rejectionReasonNames } from '../../model/rejection.ts'
import { minute, second } from '../../model/time.ts'
import { begin, device, handMade } from './hand-made.ts'

describe('counting', () => {
  it('counts each area once a minute, at the beginning of the minute', async () => {
    const city = handMade({ points: false })
    city.devices = [device(1), device(2, { place: 'p2' }), device(3, { status: 'planned', place: 'p2' })]
    city.hear(1)
    await city.tick(17 * second)
    for (let ticks = 0; ticks < 6; ticks++) await city.tick(10 * second)
    expect(city.recorded.map(({ at }) => at)).toEqual([begin, begin + minute])
    const row = { name: 'Area d1', level: 'district', target: 0.7 }
    expect(city.recorded[0]?.rows).toEqual([
      { ...row, area: 'bd', name: 'Area bd', level: 'province', places: 2, installed: 2, working: 1 },
      { ...row, area: 'd1', places: 1, installed: 1, working: 1 },
      { ...row, area: 'd2', name: 'Area d2', places: 1, installed: 1, working: 0 },
    ])
    await city.tick(3 * minute)
    expect(city.recorded.at(-1)?.rows.map(({ working }) => working)).toEqual([0, 0, 0])
  })

  it('writes nothing but coverage where nobody looks into the store', async () => {
    const city = handMade({ points: false })
    await city.tick(0)
    await city.tick(minute)
    expect(city.recorded).toHaveLength(2)
  })

  it('counts devices of each area and kind, by each of their faults', async () => {
    const city = handMade()
    city.devices = [1, 2, 3].map((serial) => device(serial))
    city.devices.push(device(4, { kind: 'street_sensor', place: 'p2' }))
    city.hear(1)
    city.hear(2, ['frozen', 'tampered'])
    await city.tick(0)
    const points = city.take('health')
    expect(points).toHaveLength(9)
    const of = (code: string, kind: string) =>
      points.find(({ tags }) => tags.area === code && tags.kind === kind)
    expect(of('d1', 'camera')).toEqual({
      measurement: 'health',
      tags: { area: 'd1', level: 'district', name: 'Area d1', label: 'Area d1 (d1)', kind: 'camera' },
      fields: {
        ...{ devices: 3, healthy: 1, frozen: 1, tampered: 1, 'never-heard': 1, silent: 0 },
        ...{ 'video-loss': 0, 'not-recording': 0, 'battery-low': 0 },
      },
      time: begin,
    })
    expect(of('bd', 'street_sensor')?.fields).toMatchObject({ devices: 1, 'never-heard': 1 })
    expect(of('d1', 'traffic_counter')?.fields).toMatchObject({ devices: 0, healthy: 0 })
  })

  it('gives the thread free after each small step, however many devices there are', async () => {
    let asked = 0
    let rests = 0
    let longest = 0
    const slices = () => ({
      isOver: () => ++asked >= 100,
      async rest() {
        longest = Math.max(longest, asked)
        asked = 0
        rests++
      },
    })
    const city = handMade({ points: false, slices })
    city.devices = Array.from({ length: 100_000 }, (_, serial) => device(serial))
    await city.tick(0)
    expect(city.recorded[0]?.rows[0]).toMatchObject({ installed: 1 })
    expect(longest).toBe(100)
    expect(rests).toBeGreaterThanOrEqual(1000)
  })

  it('measures its slices, and lets timers in between them', async () => {
    const slices = createSlices({ sliceMs: 0, pauseMs: 1 })
    let ran = false
    setTimeout(() => {
      ran = true
    }, 1)
    expect(slices.isOver()).toBe(true)
    await slices.rest()
    await slices.rest()
    expect(ran).toBe(true)
    expect(createSlices({ sliceMs: 60_000 }).isOver()).toBe(false)
  })
})

describe('places and devices', () => {
  it('are written at first, when they change, and otherwise once in 15 minutes, spread over them', async () => {
    const city = handMade()
    city.devices = Array.from({ length: 150 }, (_, serial) =>
      device(serial, { reportingIntervalSeconds: 86_400 }),
    )
    for (const { serial } of city.devices) city.hear(serial)
    await city.tick(0)
    expect(city.take('device')).toHaveLength(150)
    expect(city.take('place')).toHaveLength(2)
    const seen = new Set<string>()
    for (let minutes = 1; minutes <= 15; minutes++) {
      await city.tick(minute)
      const points = city.take('device')
      expect(points).toHaveLength(10)
      for (const { tags } of points) seen.add(tags.device)
    }
    expect(seen.size).toBe(150)
    expect(city.take('place')).toHaveLength(2)
    city.hear(7, ['video-loss', 'frozen'])
    city.hear(8)
    await city.tick(minute)
    const changed = city.take('device').filter(({ tags }) => tags.device === 'dev-7')
    expect(changed).toMatchObject([
      {
        fields: { healthy: 0, fault: 'video-loss', faults: 'video-loss,frozen' },
        time: begin + 16 * minute,
      },
    ])
    expect(city.take('place').find(({ tags }) => tags.place === 'p1')).toMatchObject({
      fields: { state: 2, cameras: 150, healthy: 149 },
    })
  })

  it('have the tags and fields of model/measurements.ts', async () => {
    const city = handMade()
    city.devices = [device(1), device(2, { kind: 'street_sensor', place: 'p2' })]
    city.states.set(1, {
      ...{ serial: 1, heardAt: begin - 5, observedAt: begin - 5, receivedAt: begin, faults: [] },
      ...{ values: { storageUsedShare: 0.93, batteryLevel: 1 }, online: true, onlineChangedAt: null },
    })
    await city.tick(0)
    const tags = { place: 'p1', place_name: 'Place p1', place_type: 'school' }
    const levels = { district: 'd1', district_name: 'Area d1', province: 'bd', province_name: 'Area bd' }
    const [first, second] = city.take('device')
    expect(first?.tags).toEqual({ ...tags, ...levels, device: 'dev-1', kind: 'camera' })
    expect(first?.fields).toEqual({
      ...{ healthy: 1, fault: 'healthy', faults: '', heard_at: begin - 5, storage_used_share: 0.93 },
    })
    expect(second?.fields).toEqual({ healthy: 0, fault: 'never-heard', faults: 'never-heard' })
    expect(city.take('place')).toMatchObject([
      {
        tags: { ...tags, ...levels, label: 'Place p1 (p1)' },
        fields: { state: 2, cameras: 1, healthy: 1, latitude: 10.98, longitude: 106.65 },
      },
      { tags: { place: 'p2' }, fields: { state: 0, cameras: 0, healthy: 0 } },
    ])
  })

  it('say so with their last point when they leave, move or are renamed, and are left out from then on', async () => {
    const city = handMade()
    city.devices = [device(1), device(2)]
    city.hear(1)
    city.hear(2)
    await city.tick(0)
    city.take('device')
    city.take('place')
    city.devices = [device(1, { status: 'decommissioned' }), device(2, { place: 'p2' })]
    await city.tick(minute)
    const gone = { healthy: 0, fault: 'gone', faults: 'gone' }
    const before = begin + minute - 1
    expect(city.take('device')).toMatchObject([
      { tags: { device: 'dev-2', place: 'p1', district: 'd1' }, fields: gone, time: before },
      {
        tags: { device: 'dev-2', place: 'p2', district: 'd2' },
        fields: { healthy: 1 },
        time: begin + minute,
      },
      { tags: { device: 'dev-1', place: 'p1' }, fields: gone, time: before },
    ])
    expect(city.take('place').map(({ fields }) => fields.state)).toEqual([0, 2])
    for (let minutes = 0; minutes < 16; minutes++) {
      city.hear(2)
      await city.tick(minute)
    }
    expect(new Set(city.take('device').map(({ tags }) => tags.device))).toEqual(new Set(['dev-2']))

    city.take('place')
    const [first, second] = city.places
    city.places = first && second ? [first, { ...second, name: 'New' }] : []
    await city.tick(minute)
    expect(city.take('place')).toMatchObject([
      { tags: { place_name: 'Place p2' }, fields: { state: -1 } },
      { tags: { place_name: 'New', label: 'New (p2)' }, fields: { state: 2 } },
    ])
    expect(city.take('device')).toMatchObject([
      { tags: { place_name: 'Place p2' }, fields: gone },
      { tags: { place_name: 'New' }, fields: { healthy: 1 } },
    ])
    city.places = city.places.slice(0, 1)
    await city.tick(minute)
    expect(city.take('place').filter(({ fields }) => fields.state === -1)).toHaveLength(1)
    expect(city.take('device')).toMatchObject([{ fields: gone }])
  })
})

describe('the model', () => {
  it('has a place in health for every fault and an order of them, and no name that is a kind of device', () => {
    expect([...gravestFirst].sort()).toEqual([...faults].sort())
    expect(Object.keys(measurements.health.fields).sort()).toEqual(['devices', 'healthy', ...faults].sort())
    const names = kindNames.flatMap((kind) => [kind, `${kind}_5m`])
    expect(Object.keys(measurements).filter((name) => names.includes(name))).toEqual([])
  })
})

describe('while the store is away', () => {
  it('keeps what was counted, stores it in its order afterwards, and says each change of state once', async () => {
    const city = handMade()
    city.devices = [device(1)]
    await city.tick(0)
    city.failure = new Error('nobody there')
    for (let minutes = 1; minutes <= 3; minutes++) {
      city.rejections.set('not-json', minutes * 10)
      await city.tick(minute)
      await city.tick(0)
    }
    expect(city.recorded).toHaveLength(1)
    city.failure = null
    city.hear(1)
    await city.tick(minute)
    expect(city.recorded.map(({ at }) => (at - begin) / minute)).toEqual([0, 1, 2, 3, 4])
    expect(city.log).toEqual([
      'what is kept beside the readings cannot be stored; it is tried again',
      'what is kept beside the readings is stored again',
    ])
    // What changed meanwhile is written as it is now; what happened in each minute, for that minute.
    expect(city.take('device').at(-1)).toMatchObject({ time: begin + 4 * minute, fields: { healthy: 1 } })
    const counts = city.take('rejection').filter(({ tags }) => tags.reason === 'not-json')
    expect(counts.map(({ time, fields }) => [(time - begin) / minute, fields.count])).toEqual([
      [0, 10],
      [1, 10],
      [2, 10],
      [3, 0],
    ])
  })

  it('does not take its devices for silent because their readings wait in the journal', async () => {
    const city = handMade({ points: false })
    city.devices = [device(1)]
    city.hear(1)
    const figures = { connections: 1, journalBytes: 0, journalLimitBytes: 0, refusals: {} }
    city.door = { ...figures, lagMs: 0 }
    await city.tick(minute)
    city.door = { ...figures, lagMs: 9 * minute }
    await city.tick(9 * minute)
    city.door = { ...figures, lagMs: 10 * second }
    await city.tick(minute)
    expect(city.recorded.map(({ rows }) => rows[0]?.working)).toEqual([1, 1, 0])
  })

  it('gives the oldest counts up beyond its bound, and says so once', async () => {
    const city = handMade({ points: false, maxRows: 9 })
    city.failure = new Error('nobody there')
    for (let minutes = 0; minutes < 6; minutes++) await city.tick(minutes === 0 ? 0 : minute)
    city.failure = null
    await city.tick(10 * second)
    expect(city.recorded.map(({ at }) => (at - begin) / minute)).toEqual([3, 4, 5])
    expect(city.log.filter((line) => line.includes('given up'))).toHaveLength(1)
  })

  it('goes on counting while a write hangs, and begins no second one', async () => {
    const city = handMade({ slices: () => ({ isOver: () => false, rest: async () => undefined }) })
    city.devices = [device(1)]
    let goOn: () => void = () => undefined
    city.hang = new Promise((resolve) => {
      goOn = resolve
    })
    const ticks: Promise<void>[] = []
    for (let minutes = 0; minutes < 3; minutes++) {
      ticks.push(city.tick(minutes === 0 ? 0 : minute))
      // Counting needs no timer here, so it is over then.
      await new Promise(setImmediate)
    }
    // The platform's, the coverage's, the health's, the alerts', and since the second minute the rejections'.
    expect(city.begun).toBe(5)
    goOn()
    await Promise.all(ticks)
    expect(city.recorded.map(({ at }) => (at - begin) / minute)).toEqual([0, 1, 2])
    expect(city.take('device')).toHaveLength(1)
  })
})

describe('Lantern itself', () => {
  it('tells how it is every 10 seconds: rates between two looks, and what the main process says', async () => {
    const city = handMade()
    await city.tick(3 * second)
    const [first] = city.take('platform')
    expect(Object.values(first?.fields ?? {}).filter((value) => value !== undefined)).toEqual([])
    Object.assign(city.progress, { readingsStored: 5000, batchesStored: 4, stageSeconds: { store: 0.5 } })
    city.door = {
      ...{ connections: 12, journalBytes: 100, journalLimitBytes: 1000, lagMs: 250 },
      refusals: { 'sign-in-failed': 3, 'foreign-topic': 1 },
    }
    await city.tick(10 * second)
    expect(city.take('platform')).toEqual([
      {
        measurement: 'platform',
        tags: {},
        fields: {
          ...{ readings_per_second: 500, store_latency: 0.125, lag: 0.25, journal: 100 },
          ...{ journal_limit: 1000, connections: 12, refusals: 4 },
        },
        time: begin + 10 * second,
      },
    ])
    await city.tick(10 * second)
    expect(city.take('platform')[0]?.fields).toMatchObject({ readings_per_second: 0 })
  })

  it('counts what was rejected in each whole minute, by every reason, at the door and behind it', async () => {
    const city = handMade()
    city.rejections.set('not-json', 5)
    await city.tick(40 * second)
    expect(city.take('rejection')).toEqual([])
    city.rejections.set('not-json', 7)
    city.door = {
      ...{ connections: 0, journalBytes: 0, journalLimitBytes: 0, lagMs: 0 },
      refusals: { 'sign-in-failed': 3 },
    }
    await city.tick(20 * second)
    const points = city.take('rejection')
    expect(points.map(({ tags }) => tags.reason)).toEqual(rejectionReasonNames)
    expect(points.every(({ time }) => time === begin)).toBe(true)
    const counts = points.flatMap(({ tags, fields }) => (fields.count ? [[tags.reason, fields.count]] : []))
    expect(counts).toEqual([
      ['not-json', 7],
      ['sign-in-failed', 3],
    ])
    await city.tick(minute)
    expect(city.take('rejection').every(({ fields }) => fields.count === 0)).toBe(true)
  })

  it('says once that the store refuses some, and once that it takes all again', async () => {
    const city = handMade()
    city.refused = ['field type conflict']
    for (let minutes = 0; minutes < 3; minutes++) await city.tick(minute)
    city.refused = []
    for (let minutes = 0; minutes < 2; minutes++) await city.tick(minute)
    expect(city.log).toEqual([
      'the store refuses some of what is kept beside the readings',
      'the store takes all that is kept beside the readings again',
    ])
  })
})

let started: ReturnType<typeof handMade> | undefined
afterEach(() => started?.census.stop())

it('begins with its timer and ends with stop', async () => {
  started = handMade({ points: false })
  // Just before the next ten seconds, so that the timer comes at once.
  started.now = begin + 10 * second - 1
  started.census.start()
  await expect.poll(() => started?.recorded.length).toBeGreaterThan(0)
  await started.census.stop()
})
