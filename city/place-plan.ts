/**
 * Which public places a commune has: how many of each type, from its inhabitants, whether it is built up and
 * which offices sit there. Called by demonstration.ts. The rates are set so that Bình Dương comes to about
 * 1,800 places, in proportions a resident would recognise.
 */
import type { commonPlaceTypes } from '../model/place.ts'
import type { Random } from '../model/random.ts'
import type { Commune } from './communes.ts'

export type PlaceType = (typeof commonPlaceTypes)[number]

/** `base`: what every commune has (a fraction: that share of the communes); `rate`: more per 10,000 people. */
interface Rate {
  readonly base: number
  readonly rate: number
  /** More at the seat of a district, or of the province. */
  readonly seat?: number
  readonly only?: 'urban'
}

const plan: Readonly<Record<PlaceType, Rate>> = {
  'government-office': { base: 1, rate: 0.22, seat: 2 },
  clinic: { base: 1, rate: 0.14 },
  school: { base: 1.4, rate: 0.62 },
  kindergarten: { base: 1, rate: 0.65 },
  'cultural-house': { base: 1, rate: 0.2 },
  market: { base: 0.7, rate: 0.3 },
  supermarket: { base: 0, rate: 0.26 },
  park: { base: 0.4, rate: 0.28 },
  'bus-station': { base: 0.02, rate: 0.05, seat: 1 },
  square: { base: 0, rate: 0.02, seat: 1, only: 'urban' },
  stadium: { base: 0.25, rate: 0.08, seat: 1 },
  hospital: { base: 0, rate: 0.06, seat: 1 },
  'industrial-zone-gate': { base: 0.15, rate: 0.4 },
  crossing: { base: 1, rate: 0.72 },
  pagoda: { base: 0.4, rate: 0.18 },
}

/** The types of a commune's places, one entry a place, in the order of the plan. */
export function plannedTypes(commune: Commune, random: Random): PlaceType[] {
  return (Object.entries(plan) as [PlaceType, Rate][]).flatMap(([type, { base, rate, seat = 0, only }]) => {
    if (only === 'urban' && !commune.urban) return []
    const expected = base + (rate * commune.population) / 10_000 + (commune.seatOf ? seat : 0)
    // The fraction decides by chance, so that the sums over the province come out as planned.
    const number = Math.floor(expected) + (random.fork(type).next() < expected % 1 ? 1 : 0)
    return Array<PlaceType>(number).fill(type)
  })
}
