/**
 * What the simulated devices read: the same for the same seed whoever asks and in whatever order, valid for
 * the model, and shaped like a city's days, weeks and weather.
 */
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { demonstrationCity } from '../city/demonstration.ts'
import type { Values } from '../model/kind.ts'
import { kindOf } from '../model/kinds.ts'
import { day, hour, minute } from '../model/time.ts'
import { isWaterGauge, locate, planFleet, type SimulatedDevice } from '../simulators/fleet-plan.ts'
import { createReaders } from '../simulators/readings/reader.ts'
import { ordinaryDay } from '../simulators/scenarios/ordinary-day.ts'
import { createWeather } from '../simulators/world/weather.ts'

const city = demonstrationCity()
const places = locate(city.places, city.areas)
const fleet = planFleet({ seed: 'test', count: 600, places })
const midnight = (date: string) => Date.parse(`${date}T00:00:00+07:00`)
const wednesday = midnight('2025-09-17')
const sunday = midnight('2025-09-21')
const dryWednesday = midnight('2025-02-12')

function readersOf(seed: string) {
  return createReaders({ seed, course: ordinaryDay.course({ seed, devices: [], startedAt: 0, speed: 1 }) })
}
const readerOf = readersOf('test')

const mean = (numbers: readonly number[]) => numbers.reduce((sum, n) => sum + n, 0) / numbers.length

/** The mean of a field over devices at some moments, silent devices and absent fields left out. */
function meanOf(devices: readonly SimulatedDevice[], field: string, moments: readonly number[]): number {
  const values = devices.flatMap((device) => {
    const reader = readerOf(device)
    return moments
      .filter((at) => !reader.silent(at))
      .map((at) => reader.read(at)[field])
      .filter((value) => typeof value === 'number')
  })
  expect(values.length).toBeGreaterThan(20)
  return mean(values)
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index]
  if (item === undefined) throw new RangeError(`there is no item ${index}`)
  return item
}

const ofKind = (kind: string) => fleet.filter((device) => device.kind === kind)
const crossings = ofKind('traffic_counter').filter(({ place }) => place.type === 'crossing')
const airSensors = ofKind('street_sensor').filter(({ id }) => !isWaterGauge(id))
const around = (at: number) => [-20, -10, 0, 10, 20].map((minutes) => at + minutes * minute)

describe('same seed, same values', () => {
  // A city of its own, so that the golden hashes do not depend on the demonstration city.
  const types = ['crossing', 'school', 'market', 'park', 'industrial-zone-gate', 'harbour']
  const few = types.map((type, index) => ({
    ...{ id: `${type}-1`, name: type, type, area: 'a', areas: ['a'] },
    ...{ longitude: 106.6 + index / 50, latitude: 11 + index / 40 },
  }))

  /** A hash of everything that some devices read over two days. */
  function hashOf(seed: string): string {
    const readersOfSeed = readersOf(seed)
    const hash = createHash('sha256')
    for (const device of planFleet({ seed, count: 40, places: few })) {
      const reader = readersOfSeed(device)
      for (let at = wednesday; at < wednesday + 2 * day; at += 47 * minute)
        hash.update(`${device.id} ${at} ${reader.silent(at) ? '' : JSON.stringify(reader.read(at))}\n`)
    }
    return hash.digest('hex').slice(0, 16)
  }

  test.each([
    ['test', '782e92ff410af866'],
    ['7', '0a34d04cbcc17260'],
  ])('seed %s gives the values that it gave before', (seed, golden) => {
    expect(hashOf(seed)).toBe(golden)
  })

  test('a reading does not depend on what was read before', () => {
    const device = fc.constantFrom(...fleet)
    const moment = fc.integer({ min: wednesday, max: wednesday + 30 * day })
    fc.assert(
      fc.property(device, fc.array(moment, { minLength: 2, maxLength: 5 }), (one, moments) => {
        const forwards = readerOf(one)
        const alone = moments.map((at) => readersOf('test')(one).read(at))
        expect(moments.map((at) => forwards.read(at))).toEqual(alone)
        expect([...moments].reverse().map((at) => forwards.read(at))).toEqual([...alone].reverse())
      }),
      { numRuns: 60 },
    )
  })

  test('the fleet of a seed is the same each time, and a larger one contains it', () => {
    expect(planFleet({ seed: 'test', count: 600, places: [...places].reverse() })).toEqual(fleet)
    expect(planFleet({ seed: 'test', count: 700, places }).slice(0, 600)).toEqual(fleet)
    expect(planFleet({ seed: 'other', count: 600, places }).map(({ place }) => place.id)).not.toEqual(
      fleet.map(({ place }) => place.id),
    )
  })
})

test('every reading of every kind is valid, in any year, for any seed', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...fleet),
      fc.integer({ min: Date.parse('2020-01-01'), max: Date.parse('2040-01-01') }),
      fc.stringMatching(/^[a-z0-9]{1,16}$/),
      (device, at, seed) => {
        const values = readersOf(seed)(device).read(at)
        expect(kindOf(device.kind).schema.parse(values)).toEqual(values)
      },
    ),
    { numRuns: 1500 },
  )
})

describe('traffic', () => {
  const at = (start: number, hours: number) => meanOf(crossings, 'intensity', around(start + hours * hour))

  test('has rush hours, a lunch dip and quiet nights', () => {
    const [morning, lunch, evening, night] = [7.25, 12.5, 17.25, 2.5].map((h) => at(dryWednesday, h))
    for (const rush of [morning, evening]) {
      expect(rush).toBeGreaterThan(1.7 * (lunch ?? 0))
      expect(rush).toBeGreaterThan(10 * (night ?? 0))
    }
    expect(at(dryWednesday, 10.5)).toBeGreaterThan(lunch ?? 0)
  })

  test('is another on Sundays: less in the morning', () => {
    expect(at(sunday, 7.25)).toBeLessThan(0.7 * at(wednesday, 7.25))
  })

  test('is mostly motorcycles, and its parts are its sum', () => {
    const readings = crossings.flatMap((device) =>
      around(wednesday + 17 * hour).map((moment) => readerOf(device).read(moment)),
    )
    const sumOf = (field: string) => readings.reduce((sum, values) => sum + Number(values[field]), 0)
    const share = sumOf('motorcycles') / sumOf('intensity')
    expect(share).toBeGreaterThan(0.8)
    expect(share).toBeLessThan(0.9)
    for (const { intensity, motorcycles, cars, buses, trucks } of readings)
      expect(Number(motorcycles) + Number(cars) + Number(buses) + Number(trucks)).toBe(intensity)
  })

  test('slows down and fills the road as it grows', () => {
    const speed = (h: number) => meanOf(crossings, 'averageVehicleSpeed', around(dryWednesday + h * hour))
    const occupancy = (h: number) => meanOf(crossings, 'occupancy', around(dryWednesday + h * hour))
    expect(speed(7.25)).toBeLessThan(speed(10) - 4)
    expect(speed(10)).toBeLessThan(speed(2))
    expect(occupancy(7.25)).toBeGreaterThan(1.6 * occupancy(10))
  })

  test('leaves particles, nitrogen dioxide and noise behind', () => {
    const rush = around(dryWednesday + 7.5 * hour)
    const calm = around(dryWednesday + 13 * hour)
    for (const field of ['pm25', 'no2', 'LAeq'])
      expect(meanOf(airSensors, field, rush)).toBeGreaterThan(meanOf(airSensors, field, calm))
    expect(meanOf(airSensors, 'o3', around(dryWednesday + 13.5 * hour))).toBeGreaterThan(
      3 * meanOf(airSensors, 'o3', around(dryWednesday + 6 * hour)),
    )
  })
})

describe('weather', () => {
  const weather = createWeather({ seed: 'test' })
  const hours = Array.from({ length: 24 * 60 }, (_, index) => index / 2)
  const here = { longitude: 106.65, latitude: 10.98 }
  const nextDoor = { longitude: 106.655, latitude: 10.983 }
  const farAway = { longitude: 106.35, latitude: 11.4 }
  const rainAt = (place: typeof here, start: number) =>
    hours.map((h) => weather.rain(place, start + h * hour))

  test('it rains in the wet season, mostly in the afternoon, and hardly in February', () => {
    const wet = rainAt(here, midnight('2025-09-01'))
    expect(wet.filter((rain) => rain > 0.5).length).toBeGreaterThan(40)
    const afternoon = hours.flatMap((h, index) => (h % 24 >= 13 && h % 24 < 19 ? [wet[index] ?? 0] : []))
    expect(mean(afternoon)).toBeGreaterThan(2 * mean(wet))
    expect(mean(rainAt(here, midnight('2025-02-01')))).toBeLessThan(0.05 * mean(wet))
  })

  test('neighbours share a shower, far places do not', () => {
    const start = midnight('2025-09-01')
    const [a, b, c] = [here, nextDoor, farAway].map((place) => rainAt(place, start))
    const wet = hours.map((_, index) => index).filter((index) => (a?.[index] ?? 0) > 3)
    expect(wet.length).toBeGreaterThan(20)
    const alsoIn = (other: number[] = []) =>
      wet.filter((index) => (other[index] ?? 0) > 1).length / wet.length
    expect(alsoIn(b)).toBeGreaterThan(0.85)
    expect(alsoIn(c)).toBeLessThan(0.6)
  })

  test('temperature stays between 22 and 37 °C over the year, and humidity goes against it', () => {
    const year = Array.from({ length: 365 * 8 }, (_, index) => midnight('2025-01-01') + index * 3 * hour)
    const temperatures = year.map((at) => weather.temperature(here, at))
    expect(Math.min(...temperatures)).toBeGreaterThan(22)
    expect(Math.max(...temperatures)).toBeLessThan(37)
    const [warm, cool] = [13.5, 5].map((h) => weather.relativeHumidity(here, dryWednesday + h * hour))
    expect(warm).toBeLessThan((cool ?? 0) - 0.15)
  })

  test('water stands where it rained hard, in hollows, and goes away again', () => {
    const burst = midnight('2025-02-12') + 15 * hour
    const stormy = createWeather({
      seed: 'test',
      extraRain: (_, at) => (at >= burst && at < burst + hour ? 60 : 0),
    })
    const level = (lowness: number, minutes: number) =>
      stormy.standingWater(here, lowness, burst + minutes * minute)
    expect(level(1, -10)).toBe(0)
    expect(level(1, 50)).toBeGreaterThan(0.3)
    expect(level(0.2, 50)).toBeLessThan(0.3 * level(1, 50))
    expect(level(1, 300)).toBeLessThan(0.05)
  })
})

describe('cameras', () => {
  const cameras = planFleet({ seed: 'many', count: 4000, places }).filter(({ kind }) => kind === 'camera')
  const now = wednesday + 10 * hour

  /** What is wrong with each camera at a moment; '' when nothing is. */
  const wrong = (at: number) =>
    cameras.map((device) => {
      const reader = readerOf(device)
      return reader.silent(at) ? 'silent' : kindOf('camera').faultsOf(reader.read(at)).join()
    })

  test('about 4 % are broken, in every way there is, and stay so for hours', () => {
    const broken = wrong(now)
    const share = broken.filter(Boolean).length / cameras.length
    expect(share).toBeGreaterThan(0.03)
    expect(share).toBeLessThan(0.05)
    expect(new Set(broken)).toEqual(
      new Set(['', 'silent', 'video-loss', 'tampered', 'frozen', 'not-recording']),
    )
    const later = wrong(now + 6 * hour)
    const changed = broken.filter((state, index) => state !== later[index]).length
    expect(changed).toBeLessThanOrEqual(cameras.length * 0.005)
    expect(wrong(now + 60 * day)).not.toEqual(broken)
  })

  test('fill their storage slowly and clear it at once', () => {
    const reader = readerOf(at(cameras, 0))
    const shares = Array.from({ length: 60 * 24 }, (_, h) =>
      Number(reader.read(now + h * hour).storageUsedShare),
    )
    const steps = shares.slice(1).map((share, index) => share - (shares[index] ?? 0))
    const clearances = steps.filter((step) => step < -0.5).length
    expect(clearances).toBeGreaterThanOrEqual(2)
    expect(clearances).toBeLessThanOrEqual(7)
    expect(steps.filter((step) => step < 0 && step > -0.5)).toEqual([])
  })

  test('see people when there are people', () => {
    const schools = cameras.filter(({ place }) => place.type === 'school')
    const people = (hours: number) => meanOf(schools, 'peopleCount', [wednesday + hours * hour])
    expect(people(6.75)).toBeGreaterThan(3 * people(9))
    expect(people(9)).toBeGreaterThan(people(2))
  })

  test('a frozen picture keeps its frame rate and counts the same people', () => {
    const index = wrong(now).indexOf('frozen')
    const reader = readerOf(at(cameras, index))
    const readings: Values[] = [0, 1, 2, 3].map((hours) => reader.read(now + hours * hour))
    expect(new Set(readings.map(({ peopleCount }) => peopleCount)).size).toBe(1)
    for (const { fps } of readings) expect(fps).toBeGreaterThan(10)
  })
})

test('a device reports the same fields every time', () => {
  for (const device of fleet.slice(0, 100)) {
    const reader = readerOf(device)
    const fields = (at: number) =>
      Object.keys(reader.read(at))
        .filter((name) => name !== 'averageVehicleSpeed')
        .join()
    expect(fields(wednesday + 3 * hour)).toBe(fields(sunday + 17 * hour))
  }
})
