/**
 * The weather over the city: showers that neighbours share and that drift with the wind, temperature and
 * humidity against each other, clouds, and the water that rain leaves in low places. Everything is a
 * function of seed, position and time. Called by place.ts; a scenario may add rain.
 */
import { hour, minute } from '../../model/time.ts'
import { curve, hourOf, localDay, monthOf, sunHeight } from './calendar.ts'
import { chance, clamp, drift, field, keyOf } from './noise.ts'

export interface Position {
  /** WGS 84 degrees. */
  readonly longitude: number
  readonly latitude: number
}

export interface Weather {
  /** mm/h. */
  rain(at: Position, time: number): number
  /** The rain of the last hour, its near past weighing more, mm/h. */
  recentRain(at: Position, time: number): number
  /** 0 clear – 1 overcast. */
  cloud(at: Position, time: number): number
  /** °C. */
  temperature(at: Position, time: number): number
  /** 0–1. */
  relativeHumidity(at: Position, time: number): number
  /** lx under the open sky, without lamps. */
  daylight(at: Position, time: number): number
  /** Metres of water that stands, where `lowness` is 0 (a height) to 1 (a hollow). */
  standingWater(at: Position, lowness: number, time: number): number
}

/** How much it rains in each month of the south: dry from December to April, wet from May to November. */
const season = curve(12, [
  ...([
    [0.5, 0.03],
    [1.5, 0.02],
    [2.5, 0.05],
    [3.5, 0.25],
    [4.5, 0.65],
    [5.5, 0.85],
    [6.5, 0.88],
  ] as const),
  ...([
    [7.5, 0.92],
    [8.5, 1],
    [9.5, 0.95],
    [10.5, 0.5],
    [11.5, 0.1],
  ] as const),
])
/** Showers come in the afternoon. */
const showers = curve(24, [
  [0, 0.3],
  [6, 0.15],
  [11, 0.25],
  [13, 0.65],
  [15, 1],
  [17.5, 1],
  [19.5, 0.65],
  [22, 0.4],
])
const monthlyMean = curve(12, [
  ...([
    [0.5, 26.8],
    [1.5, 27.4],
    [2.5, 28.6],
    [3.5, 29.4],
    [4.5, 29],
    [5.5, 28.2],
    [6.5, 27.9],
  ] as const),
  ...([
    [7.5, 27.9],
    [8.5, 27.6],
    [9.5, 27.4],
    [10.5, 27.2],
    [11.5, 26.8],
  ] as const),
])
const dailySwing = curve(24, [
  [0, -1.7],
  [3, -2.4],
  [5.5, -2.8],
  [7.5, -1],
  [10, 2.2],
  [13.5, 4.4],
  [16, 3.2],
  [18.5, 0.6],
  [21, -0.8],
])

/** Weights of the rain of the last three hours, every 20 min: water comes at once and leaves slowly. */
const waterSteps = 9
const waterStep = 20 * minute
const waterWeights = Array.from({ length: waterSteps }, (_, step) => Math.exp(-step / 3.5))
const waterWeightSum = waterWeights.reduce((sum, weight) => sum + weight, 0)

export function createWeather(options: {
  seed: string | number
  /** Rain that a scenario adds, mm/h. */
  extraRain?: ((at: Position, time: number) => number) | undefined
}): Weather {
  const { seed, extraRain } = options
  const key = keyOf(seed, 'weather')
  const rainKey = keyOf(seed, 'rain')
  const cloudKey = keyOf(seed, 'cloud')

  /** Rain cells are about 7 km wide, live about an hour and move with the south-west monsoon. */
  function rain(at: Position, time: number): number {
    const extra = extraRain ? extraRain(at, time) : 0
    const likely = season(monthOf(time)) * showers(hourOf(time)) * (0.7 + 0.6 * chance(key, localDay(time)))
    const threshold = 0.95 - 0.62 * likely
    if (threshold >= 0.93) return extra
    const hours = time / hour
    const east = at.longitude * 15.6 - hours * 1.3
    const north = at.latitude * 15.9 - hours * 0.9
    return extra + Math.max(0, field(rainKey, east, north, hours) - threshold) * 85
  }

  function recentRain(at: Position, time: number): number {
    return (3 * rain(at, time) + 2 * rain(at, time - 20 * minute) + rain(at, time - 45 * minute)) / 6
  }

  const wetness = (at: Position, time: number) => Math.min(1, recentRain(at, time) / 8)

  function temperature(at: Position, time: number): number {
    const day = localDay(time)
    return (
      monthlyMean(monthOf(time)) +
      dailySwing(hourOf(time)) * (0.85 + 0.2 * chance(key, day + 40_000)) +
      0.5 * drift(key, time / (60 * hour)) +
      0.3 * field(key, at.longitude * 30, at.latitude * 30, 0) -
      2.6 * wetness(at, time) * Math.max(0.25, sunHeight(time, at.longitude, at.latitude))
    )
  }

  function cloud(at: Position, time: number): number {
    const shape = field(cloudKey, at.longitude * 6, at.latitude * 6, time / (2 * hour))
    return clamp(0.25 + 0.3 * season(monthOf(time)) + 0.4 * shape + 0.5 * wetness(at, time), 0, 1)
  }

  return {
    rain,
    recentRain,
    cloud,
    temperature,
    relativeHumidity(at, time) {
      const dry = 0.06 * (1 - season(monthOf(time)))
      return clamp(0.8 - dry - 0.043 * (temperature(at, time) - 27.8) + 0.12 * wetness(at, time), 0.35, 0.99)
    },
    daylight(at, time) {
      const height = sunHeight(time, at.longitude, at.latitude)
      // Below the horizon twilight fades within about 6 degrees.
      if (height <= 0) return 400 * Math.max(0, 1 + height / 0.1) ** 3
      return (400 + 105_000 * height ** 1.15) * (1 - 0.78 * cloud(at, time))
    },
    standingWater(at, lowness, time) {
      let sum = 0
      for (let step = 0; step < waterSteps; step++)
        sum += (waterWeights[step] ?? 0) * rain(at, time - step * waterStep)
      // 50 mm/h that does not stop fills a hollow to 0.6 m; the first 4 mm/h run off.
      return Math.max(0, sum / waterWeightSum - 4) * 0.013 * lowness
    },
  }
}
