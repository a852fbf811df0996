/**
 * From which value on what is measured in the streets is how bad, and who says so.
 *
 * Air: "above WHO" is the 24-hour (O3: 8-hour) level of WHO global air quality guidelines 2021, table 0.1
 * (https://www.who.int/publications/i/item/9789240034228); "above the limit" is the mean over the same time in QCVN
 * 05:2023/BTNMT, table 1 (circular 01/2023/TT-BTNMT), Vietnam's regulation of ambient air.
 * Noise: QCVN 26:2010/BTNMT, table 1 (circular 39/2010/TT-BTNMT): in special areas (hospitals, schools, kindergartens,
 * pagodas) 55 dBA from 6 to 21 h and 45 by night, in all others 70 by day and 55 by night. Shown are the limits by day.
 * Water over the street: no regulation; a motorcycle's exhaust pipe is about 0.25 m high, and a car floats from about
 * 0.5 m on.
 */
import type { Bands } from './bands.ts'

const air = (who: number, vietnam: number): Bands => [
  { from: null, colour: 'good', words: 'within WHO 2021' },
  { from: who, colour: 'warning', words: 'above WHO 2021' },
  { from: vietnam, colour: 'bad', words: 'above QCVN 05:2023' },
]

export const pm25: Bands = air(15, 50)
export const pm10: Bands = air(45, 100)
export const no2: Bands = air(25, 100)
export const o3: Bands = air(100, 120)

export const noise: Bands = [
  { from: null, colour: 'good', words: 'within QCVN 26:2010' },
  { from: 55, colour: 'notice', words: 'too loud beside schools and hospitals' },
  { from: 70, colour: 'bad', words: 'above QCVN 26:2010' },
]

export const water: Bands = [
  { from: null, colour: 'good', words: 'dry' },
  { from: 0.05, colour: 'notice', words: 'water on the street' },
  { from: 0.25, colour: 'warning', words: 'too deep for motorcycles' },
  { from: 0.5, colour: 'bad', words: 'closed to all traffic' },
]
