/**
 * Parts of InfluxQL queries, with Grafana's variables in them. City-wide figures are made from the 5-minute roll-ups; a
 * bucket may have further parts some ms after its beginning, so means are sums divided by counts. The state of now comes
 * from the last minutes before the end of the chosen range, whatever its length.
 */
import type { KindName } from '../../../model/kinds.ts'
import { type MeasurementName, measurements } from '../../../model/measurements.ts'
import { grafana, level } from './names.ts'

/** The hidden variable that holds the bucket's name; see variables.ts. */
const bucket = grafana('bucket')

/** What is written about the city, on the shelf it is kept on. */
export function from(measurement: MeasurementName): string {
  const shelf = measurements[measurement].kept === 'rollups' ? `${bucket}_5m` : bucket
  return `"${shelf}"."${measurement}"`
}

/** The readings of a kind: for one device or one place only. */
export const fromReadings = (kind: KindName) => `"${bucket}"."${kind}"`

/** The 5-minute roll-ups of a kind. */
export const fromRollups = (kind: KindName) => `"${bucket}_5m"."${kind}_5m"`

export const inRange = '$timeFilter'

const begin = `${grafana('__from')}ms`
const end = `${grafana('__to')}ms`

/** The last so many minutes before the end of the range. Places and devices are written every 15 minutes. */
export const lately = (minutes = 20) => `time > ${end} - ${minutes}m AND time <= ${end}`

/** The same hour as the last one, a day before. */
export const hourOfYesterday = `time > ${end} - 1d - 60m AND time <= ${end} - 1d`

/** The same range, so many days before. */
export const daysBefore = (days: number) => `time >= ${begin} - ${days}d AND time <= ${end} - ${days}d`

/** `:regex` makes one alternative of each choice and escapes it; "All" is `.*`. */
const chosen = (tag: string, variable: string) => `"${tag}" =~ /^${grafana(`${variable}:regex`)}$/`

export const inDistricts = chosen(level.tag, level.tag)
export const ofPlaceTypes = chosen('place_type', 'place_type')
/** What almost every query is narrowed to. */
export const whereChosen = `${inDistricts} AND ${ofPlaceTypes}`
/** For measurements of areas: the chosen districts themselves. */
export const districtRows = `"level" = '${level.tag}' AND ${chosen('area', level.tag)}`
export const atPlace = `"place" = '${grafana('place')}'`
export const ofDevices = chosen('device', 'device')

/** The mean of a field of the roll-ups. */
export const mean = (field: string) => `sum("${field}_sum") / sum("${field}_count")`

/** Windows as wide as the panel can show. */
export const perInterval = 'time($__interval)'

export const grouped = (...by: readonly string[]) =>
  `GROUP BY ${by.map((name) => (name === perInterval ? name : `"${name}"`)).join(', ')}`

export const districtName = `${level.tag}_name`

/** Columns of a table under the names that people read: `columns({ Place: 'place_name' })`. */
export const columns = (named: Readonly<Record<string, string>>) =>
  Object.entries(named)
    .map(([title, source]) => `"${source}" AS "${title}"`)
    .join(', ')
