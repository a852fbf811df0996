/**
 * What each type of place is like: how many vehicles and people, and when. A type that is not listed here
 * (a city has its own) is taken as an ordinary street.
 */
import { curve, hourOf, weekdayOf } from './calendar.ts'

/** A rhythm says how busy it is at a moment, 0 to about 1, on working days. */
const rhythms = {
  road: curve(24, [
    ...([
      [0, 0.06],
      [3, 0.03],
      [4.5, 0.1],
      [5.5, 0.35],
      [6.5, 0.86],
      [7.25, 1],
      [8, 0.84],
    ] as const),
    ...([
      [9, 0.55],
      [10.5, 0.52],
      [11.25, 0.62],
      [12.5, 0.4],
      [13.5, 0.5],
      [15.5, 0.6],
    ] as const),
    ...([
      [16.5, 0.88],
      [17.25, 1],
      [18.5, 0.82],
      [19.5, 0.55],
      [21, 0.38],
      [22.5, 0.17],
    ] as const),
  ]),
  shifts: curve(24, [
    ...([
      [0, 0.08],
      [4.5, 0.08],
      [5.75, 0.6],
      [6.75, 1],
      [7.5, 0.7],
      [8.5, 0.25],
      [11.5, 0.35],
    ] as const),
    ...([
      [13, 0.25],
      [15.5, 0.35],
      [16.75, 1],
      [18, 0.7],
      [19.5, 0.35],
      [20.25, 0.5],
      [22, 0.25],
    ] as const),
  ]),
  school: curve(24, [
    ...([
      [0, 0.01],
      [5.5, 0.03],
      [6.25, 0.6],
      [6.75, 1],
      [7.25, 0.55],
      [8, 0.16],
      [10.25, 0.15],
    ] as const),
    ...([
      [11, 0.7],
      [11.75, 0.3],
      [13, 0.45],
      [13.75, 0.15],
      [16, 0.3],
      [16.75, 1],
      [17.5, 0.4],
    ] as const),
    ...([
      [19, 0.12],
      [21, 0.04],
    ] as const),
  ]),
  market: curve(24, [
    ...([
      [0, 0.05],
      [3, 0.1],
      [4.5, 0.45],
      [6, 0.95],
      [7.5, 1],
      [9.5, 0.7],
      [11.5, 0.4],
      [13, 0.22],
    ] as const),
    ...([
      [15, 0.4],
      [17, 0.85],
      [18.5, 0.5],
      [20, 0.2],
      [22, 0.07],
    ] as const),
  ]),
  office: curve(24, [
    ...([
      [0, 0.06],
      [5, 0.08],
      [6.5, 0.45],
      [7.5, 0.95],
      [9.5, 1],
      [11, 0.75],
      [12.25, 0.35],
    ] as const),
    ...([
      [13.5, 0.8],
      [15, 0.85],
      [16.75, 0.7],
      [18, 0.4],
      [20, 0.22],
      [22, 0.1],
    ] as const),
  ]),
  leisure: curve(24, [
    ...([
      [0, 0.05],
      [3, 0.01],
      [4.75, 0.25],
      [5.75, 0.65],
      [7, 0.5],
      [9, 0.25],
      [13, 0.14],
    ] as const),
    ...([
      [16, 0.4],
      [17.5, 0.75],
      [19.25, 1],
      [20.75, 0.8],
      [22, 0.35],
      [23, 0.12],
    ] as const),
  ]),
}

export interface PlaceCharacter {
  readonly rhythm: keyof typeof rhythms
  /** Vehicles a minute past a counter there, when it is busiest. */
  readonly vehicles: number
  /** People in a camera's picture, when it is busiest. */
  readonly people: number
  /** Share of lorries among the vehicles outside the rush hours. */
  readonly trucks: number
}

const street: PlaceCharacter = { rhythm: 'road', vehicles: 40, people: 5, trucks: 0.02 }

const characters: Readonly<Record<string, PlaceCharacter>> = {
  crossing: { rhythm: 'road', vehicles: 105, people: 6, trucks: 0.05 },
  'industrial-zone-gate': { rhythm: 'shifts', vehicles: 75, people: 16, trucks: 0.12 },
  school: { rhythm: 'school', vehicles: 45, people: 26, trucks: 0.005 },
  kindergarten: { rhythm: 'school', vehicles: 30, people: 14, trucks: 0.005 },
  market: { rhythm: 'market', vehicles: 60, people: 24, trucks: 0.02 },
  supermarket: { rhythm: 'leisure', vehicles: 50, people: 15, trucks: 0.01 },
  hospital: { rhythm: 'office', vehicles: 60, people: 18, trucks: 0.01 },
  clinic: { rhythm: 'office', vehicles: 25, people: 6, trucks: 0.01 },
  'government-office': { rhythm: 'office', vehicles: 35, people: 6, trucks: 0.01 },
  'bus-station': { rhythm: 'road', vehicles: 65, people: 20, trucks: 0.03 },
  square: { rhythm: 'leisure', vehicles: 60, people: 18, trucks: 0.01 },
  park: { rhythm: 'leisure', vehicles: 30, people: 10, trucks: 0.005 },
  stadium: { rhythm: 'leisure', vehicles: 40, people: 12, trucks: 0.01 },
  pagoda: { rhythm: 'leisure', vehicles: 20, people: 4, trucks: 0.005 },
  'cultural-house': { rhythm: 'leisure', vehicles: 22, people: 5, trucks: 0.005 },
}

export const characterOf = (placeType: string): PlaceCharacter => characters[placeType] ?? street

// On Saturday many work half the day, on Sunday few do: the rhythm of work fades into that of leisure.
const workShare = [1, 1, 1, 1, 1, 0.65, 0.3] as const
const schoolShare = [1, 1, 1, 1, 1, 0.35, 0.03] as const

/** How busy a place of that character is at a moment: 0 to about 1. */
export function busyness({ rhythm }: PlaceCharacter, at: number): number {
  const hour = hourOf(at)
  const weekday = weekdayOf(at)
  const own = rhythms[rhythm](hour)
  if (rhythm === 'leisure') return own * (weekday >= 5 ? 1 : 0.75)
  if (rhythm === 'market') return own * (weekday >= 5 ? 1 : 0.85)
  const share = (rhythm === 'school' ? schoolShare : workShare)[weekday] ?? 1
  return own * share + rhythms.leisure(hour) * (1 - share) * (rhythm === 'school' ? 0.05 : 0.6)
}
