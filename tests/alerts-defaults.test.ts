/** The default rules: complete, and in words. What they find is judged by the scenarios (alerts-scenarios.test.ts). */
import { expect, test } from 'vitest'
import { defaultRules } from '../alerts/default-rules.ts'
import type { SubjectFacts } from '../alerts/engine/city.ts'
import { titleOf } from '../alerts/engine/words.ts'
import { demonstrationCity } from '../city/demonstration.ts'
import { kindNames } from '../model/kinds.ts'

test('there is something for every kind, every id is one, and each says what to do', () => {
  expect(defaultRules.length).toBeGreaterThanOrEqual(12)
  expect(new Set(defaultRules.map(({ id }) => id)).size).toBe(defaultRules.length)
  const kinds = new Set(defaultRules.map(({ scope }) => scope.kind))
  for (const kind of kindNames) expect(kinds).toContain(kind)
  for (const { id, title, action } of defaultRules) {
    expect(action.length, id).toBeGreaterThan(60)
    expect(title, id).toMatch(/\{(place|area)\}/)
    for (const [, name] of title.matchAll(/\{(\w+)\}/g))
      expect(['subject', 'place', 'area', 'value', 'unit', 'threshold'], id).toContain(name)
  }
})

test('what an alert says of a device of the demonstration city says its place once', () => {
  const city = demonstrationCity()
  const places = new Map(city.places.map((place) => [place.id, place]))
  const [rule] = defaultRules.filter(({ id }) => id === 'camera-tampered')
  const cameras = city.devices.filter(({ kind }) => kind === 'camera').slice(0, 200)
  expect(cameras.length).toBe(200)
  for (const { id, name, place: at } of cameras) {
    const place = places.get(at)
    if (!rule || !place) throw new Error(`${id} has no place`)
    const subject: SubjectFacts = {
      ...{ type: 'device', id, name: name ?? id, kind: 'camera', longitude: null, latitude: null },
      ...{ place: at, placeName: place.name, placeType: place.type, areas: [] },
    }
    const title = titleOf({ rule, subject, newest: undefined, limit: undefined })
    expect(title.split(place.name), title).toHaveLength(2)
    expect(title, title).toMatch(/^Camera [^,]+ at /)
  }
})
