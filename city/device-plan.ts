/**
 * Which devices stand where: which places have cameras and how many, which are counted and measured. Called by
 * demonstration.ts. Districts differ on purpose (the goal of 70 % is reached in some and far off in others),
 * so that a map of the demonstration city has something to say.
 */
import type { Place } from '../model/place.ts'
import type { Random } from '../model/random.ts'
import type { PlaceType } from './place-plan.ts'

/** The share of a district's places with a camera; about 62 % of the province's. */
const cameraShareOfDistrict: Readonly<Record<string, number>> = {
  '718': 0.79,
  '719': 0.48,
  '720': 0.36,
  '721': 0.63,
  '722': 0.41,
  '723': 0.58,
  '724': 0.76,
  '725': 0.71,
  '726': 0.44,
}

interface Equipment {
  /** How much sooner than others a place of this type gets cameras, and how many it then gets. */
  readonly urgency: number
  readonly cameras: readonly [min: number, max: number]
  /** The chance of a traffic counter, and how many at most. */
  readonly counter: number
  readonly counters?: number
  /** The chance of a street sensor for air and noise. */
  readonly sensor: number
}

const equipment: Readonly<Record<PlaceType, Equipment>> = {
  hospital: { urgency: 6, cameras: [2, 5], counter: 0.4, sensor: 0.8 },
  'bus-station': { urgency: 6, cameras: [2, 5], counter: 0.7, sensor: 0.7 },
  square: { urgency: 6, cameras: [2, 4], counter: 0.5, sensor: 0.9 },
  'industrial-zone-gate': { urgency: 4, cameras: [1, 3], counter: 0.6, sensor: 0.5 },
  crossing: { urgency: 3, cameras: [1, 2], counter: 0.75, counters: 2, sensor: 0.45 },
  market: { urgency: 2.5, cameras: [1, 3], counter: 0.25, sensor: 0.4 },
  supermarket: { urgency: 2.5, cameras: [1, 3], counter: 0.25, sensor: 0.15 },
  'government-office': { urgency: 2.5, cameras: [1, 2], counter: 0.1, sensor: 0.3 },
  stadium: { urgency: 1.5, cameras: [1, 3], counter: 0.2, sensor: 0.3 },
  school: { urgency: 1.3, cameras: [1, 2], counter: 0.05, sensor: 0.3 },
  clinic: { urgency: 1.2, cameras: [1, 1], counter: 0, sensor: 0.25 },
  park: { urgency: 1, cameras: [1, 2], counter: 0.05, sensor: 0.6 },
  kindergarten: { urgency: 0.9, cameras: [1, 1], counter: 0, sensor: 0.25 },
  'cultural-house': { urgency: 0.5, cameras: [1, 1], counter: 0, sensor: 0.2 },
  pagoda: { urgency: 0.4, cameras: [1, 1], counter: 0, sensor: 0.1 },
}

export interface PlaceEquipment {
  readonly cameras: number
  readonly counters: number
  readonly airSensors: number
  readonly waterSensors: number
}

/** What each place of a district is equipped with, by place id. */
export function planEquipment(
  district: string,
  places: readonly (Place & { readonly type: PlaceType; readonly riverside: boolean })[],
  random: Random,
): Map<string, PlaceEquipment> {
  const share = cameraShareOfDistrict[district] ?? 0.6
  // Weighted sampling without replacement: the keys u^(1/w), the largest win (Efraimidis and Spirakis).
  const watched = new Set(
    places
      .map(({ id, type }) => ({ id, key: random.fork(id).next() ** (1 / equipment[type].urgency) }))
      .sort((a, b) => b.key - a.key)
      .slice(0, Math.round(share * places.length))
      .map(({ id }) => id),
  )
  return new Map(
    places.map((place) => {
      const { cameras, counter, counters = 1, sensor } = equipment[place.type]
      const chance = random.fork(`${place.id}/equipment`)
      return [
        place.id,
        {
          cameras: watched.has(place.id) ? chance.int(...cameras) : 0,
          counters: chance.next() < counter ? chance.int(1, counters) : 0,
          airSensors: chance.next() < sensor ? 1 : 0,
          waterSensors: chance.next() < waterChance(place) ? 1 : 0,
        },
      ]
    }),
  )
}

/** Water is measured where it stands after rain: at crossings and markets by a river, and at some others. */
function waterChance(place: { type: PlaceType; riverside: boolean }): number {
  if (place.type === 'crossing') return place.riverside ? 0.7 : 0.12
  return place.riverside && (place.type === 'market' || place.type === 'park') ? 0.35 : 0
}
