/**
 * The demonstration city: its facts are the census', its shape is what the README promises, every row is of
 * the model's form, and the same seed gives the same city.
 */
import { describe, expect, test } from 'vitest'
import { readCommunes } from '../city/communes.ts'
import { demonstrationCity } from '../city/demonstration.ts'
import { metresBetween } from '../city/scatter.ts'
import { area } from '../model/area.ts'
import { deviceInput } from '../model/device.ts'
import { commonPlaceTypes, place } from '../model/place.ts'

const city = demonstrationCity()
const communes = new Map(readCommunes().map((commune) => [commune.code, commune]))
const placesById = new Map(city.places.map((entry) => [entry.id, entry]))
const watched = new Set(city.devices.filter(({ kind }) => kind === 'camera').map((camera) => camera.place))
const share = <T>(list: readonly T[], holds: (item: T) => boolean) => list.filter(holds).length / list.length

test('every row is of the form that the registry and the API take', () => {
  for (const row of city.areas) expect(area.parse(row)).toEqual(row)
  for (const row of city.places) expect(place.parse(row)).toEqual(row)
  for (const row of city.devices) expect(deviceInput.parse(row)).toEqual(row)
  for (const list of [
    city.areas.map((a) => a.code),
    city.places.map((p) => p.id),
    city.devices.map((d) => d.id),
  ])
    expect(new Set(list).size).toBe(list.length)
})

test('the areas are the province, its 9 districts and 91 communes, with the census of 2019', () => {
  const levels = Map.groupBy(city.areas, (entry) => entry.level)
  expect(levels.get('province')).toMatchObject([{ code: '74', parent: null, population: 2_426_561 }])
  expect(levels.get('district')?.map((entry) => entry.parent)).toEqual(new Array(9).fill('74'))
  expect(levels.get('commune')).toHaveLength(91)
  for (const district of levels.get('district') ?? []) {
    const within = city.areas.filter((entry) => entry.parent === district.code)
    expect(within.reduce((sum, entry) => sum + (entry.population ?? 0), 0)).toBe(district.population)
  }
  expect(city.areas.find((entry) => entry.code === '718')).toMatchObject({
    name: 'Thành phố Thủ Dầu Một',
    population: 321_607,
  })
})

describe.each(['74', 'another', '3'])('with seed %s', (seed) => {
  const other = demonstrationCity({ seed })

  test('it has about 1,800 places and 3,000 devices', () => {
    expect(other.places.length).toBeGreaterThan(1750)
    expect(other.places.length).toBeLessThan(1860)
    expect(other.devices.length).toBeGreaterThan(2900)
    expect(other.devices.length).toBeLessThan(3150)
  })

  test('about 62 % of the places have a camera', () => {
    const cameras = new Set(
      other.devices.filter(({ kind }) => kind === 'camera').map((camera) => camera.place),
    )
    const installed = share(other.places, (entry) => cameras.has(entry.id))
    expect(installed).toBeGreaterThan(0.61)
    expect(installed).toBeLessThan(0.63)
  })
})

test('cameras are spread unevenly: some districts beyond the goal, some far from it', () => {
  const byDistrict = Map.groupBy(city.places, (entry) => communes.get(entry.area)?.district.code)
  const shares = [...byDistrict.values()].map((within) => share(within, (entry) => watched.has(entry.id)))
  expect(shares).toHaveLength(9)
  expect(shares.filter((installed) => installed > 0.7).length).toBeGreaterThanOrEqual(2)
  expect(shares.filter((installed) => installed < 0.45).length).toBeGreaterThanOrEqual(2)
})

test('every commune has its office, clinic, school and kindergarten, and places follow the people', () => {
  const byCommune = Map.groupBy(city.places, (entry) => entry.area)
  expect(byCommune.size).toBe(91)
  for (const within of byCommune.values())
    expect(within.map((entry) => entry.type)).toEqual(
      expect.arrayContaining(['government-office', 'clinic', 'school', 'kindergarten', 'crossing']),
    )
  const number = (code: string) => byCommune.get(code)?.length ?? 0
  expect(number('25987')).toBeGreaterThan(4 * number('25876'))
  expect(new Set(city.places.map((entry) => entry.type))).toEqual(new Set(commonPlaceTypes))
})

test('a name comes once in a commune', () => {
  const names = city.places.map((entry) => `${entry.area} ${entry.name}`)
  expect(new Set(names).size).toBe(names.length)
  expect(placesById.get('clinic-25741-01')?.name).toBe('Trạm Y tế phường Hiệp Thành')
})

test('places lie in the circle of their commune, apart from one another, and devices at their place', () => {
  for (const entry of city.places) {
    const commune = communes.get(entry.area)
    if (!commune) throw new Error(`${entry.id} is in no commune`)
    expect(metresBetween(entry, commune)).toBeLessThan(1000 * Math.sqrt(commune.areaKm2 / Math.PI))
  }
  for (const device of city.devices) {
    const at = placesById.get(device.place)
    if (!at) throw new Error(`${device.id} is at no place`)
    const { longitude = 0, latitude = 0 } = device
    expect(metresBetween(at, { longitude, latitude })).toBeLessThan(45)
  }
  const spots = new Set(city.places.map((entry) => `${entry.longitude} ${entry.latitude}`))
  expect(spots.size).toBe(city.places.length)
})

test('a device id says the kind and the commune; water is measured at rivers more than elsewhere', () => {
  const prefixes = { camera: ['cam'], traffic_counter: ['cnt'], street_sensor: ['env', 'wat'] }
  for (const device of city.devices) {
    const [prefix = '', commune] = device.id.split('-')
    expect(prefixes[device.kind]).toContain(prefix)
    expect(placesById.get(device.place)?.area).toBe(commune)
    expect(device.reportingIntervalSeconds).toBeOneOf(device.kind === 'street_sensor' ? [60, 120, 300] : [60])
  }
  const gauged = new Set(city.devices.filter(({ id }) => id.startsWith('wat-')).map((gauge) => gauge.place))
  const crossings = city.places.filter((entry) => entry.type === 'crossing')
  const at = (river: boolean) =>
    share(
      crossings.filter((entry) => communes.get(entry.area)?.riverside === river),
      (entry) => gauged.has(entry.id),
    )
  expect(at(true)).toBeGreaterThan(3 * at(false))
})

test('the same seed gives the same city, another seed another', () => {
  expect(demonstrationCity({ seed: 74 })).toEqual(city)
  expect(demonstrationCity({ seed: 75 }).places).not.toEqual(city.places)
})
