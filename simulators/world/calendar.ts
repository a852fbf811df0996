/**
 * The city's clock and calendar: hour of the day, day of the week, time of the year, height of the sun.
 * Asia/Ho_Chi_Minh is UTC+7 without summer time, so a fixed offset is exact and costs nothing.
 */
import { day, hour } from '../../model/time.ts'

export const localOffset = 7 * hour

/** Days since 1970 by the city's clock. */
export const localDay = (at: number) => Math.floor((at + localOffset) / day)

/** 0 ≤ hour < 24, with its fraction. */
export const hourOf = (at: number) => ((at + localOffset) % day) / hour

/** 0 Monday … 6 Sunday. */
export const weekdayOf = (at: number) => (localDay(at) + 3) % 7

/** The time of the year in months: 0 ≤ month < 12, with its fraction. */
export const monthOf = (at: number) => ((((at + localOffset) / day) % 365.2425) / 365.2425) * 12

/** A line through [position, value] points around a circle such as a day or a year, made once as a table. */
export function curve(circle: number, points: readonly (readonly [number, number])[]): (x: number) => number {
  const steps = 96
  const [first = [0, 0] as const] = points
  const last = points.at(-1) ?? first
  const closed = [[last[0] - circle, last[1]] as const, ...points, [first[0] + circle, first[1]] as const]
  const table = Float64Array.from({ length: steps + 1 }, (_, index) => {
    const x = ((index % steps) * circle) / steps
    const after = closed.findIndex(([position]) => position > x)
    const [right = last, left = last] = [closed[after], closed[after - 1]]
    return left[1] + ((right[1] - left[1]) * (x - left[0])) / (right[0] - left[0])
  })
  return (x) => {
    const position = (x / circle) * steps
    const step = Math.floor(position)
    const left = table[step] ?? 0
    return left + ((table[step + 1] ?? left) - left) * (position - step)
  }
}

/** The sine of the sun's height above the horizon; below 0 at night. */
export function sunHeight(at: number, longitude: number, latitude: number): number {
  const turn = 2 * Math.PI
  const declination = -0.4091 * Math.cos((turn * (monthOf(at) + 1 / 3)) / 12)
  const solarHour = (at % day) / hour + longitude / 15
  const phi = (latitude * Math.PI) / 180
  return (
    Math.sin(phi) * Math.sin(declination) -
    Math.cos(phi) * Math.cos(declination) * Math.cos((turn * solarHour) / 24)
  )
}
