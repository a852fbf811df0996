/**
 * Environment: air, noise and water in the streets against the limits of build/limits.ts. The verdicts take means over the
 * time that the limit is meant for; hot spots are what the last hour shows.
 */
import { annotations } from '../build/annotations.ts'
import type { Bands } from '../build/bands.ts'
import { board } from '../build/board.ts'
import {
  columns,
  districtName,
  fromRollups,
  grouped,
  inRange,
  lately,
  mean,
  perInterval,
  whereChosen,
} from '../build/influxql.ts'
import * as limits from '../build/limits.ts'
import { idColumns, toDistrict, toDistrictOfSeries, toPlace } from '../build/links.ts'
import { level } from '../build/names.ts'
import { placesOnTheMap, positionColumns } from '../build/places.ts'
import { rows, series } from '../build/query.ts'
import { unit } from '../build/units.ts'
import * as variables from '../build/variables.ts'
import { chart } from '../forms/chart.ts'
import { figure } from '../forms/figure.ts'
import { list } from '../forms/list.ts'
import { map } from '../forms/map.ts'
import { joinedBy } from '../forms/panel.ts'

const sensors = fromRollups('street_sensor')
const day = lately(24 * 60)
const lastHour = lately(60)

interface Quantity {
  readonly title: string
  readonly field: string
  readonly unit: string
  readonly bands: Bands
  /** Over how long the limit's mean goes, before the end of the range. */
  readonly over: string
  readonly overWords: string
}

const quantities: readonly Quantity[] = [
  { title: 'PM2.5', field: 'pm25', bands: limits.pm25, over: day, overWords: '24 hours' },
  { title: 'PM10', field: 'pm10', bands: limits.pm10, over: day, overWords: '24 hours' },
  { title: 'NO₂', field: 'no2', bands: limits.no2, over: day, overWords: '24 hours' },
  { title: 'O₃', field: 'o3', bands: limits.o3, over: lately(8 * 60), overWords: '8 hours' },
].map((quantity) => ({ ...quantity, unit: unit.concentration }))

const air = quantities.map(({ title, field, bands, over, overWords }) =>
  figure({
    title,
    description: `Mean of the last ${overWords} over all chosen sensors: the time that the limits are meant for.`,
    width: 6,
    unit: unit.concentration,
    decimals: 0,
    verdict: bands,
    queries: [
      rows(
        `SELECT ${mean(field)} AS "Mean", ${mean(field)} AS "Verdict" FROM ${sensors} WHERE ${whereChosen} AND ${over}`,
        { rows: 'one' },
      ),
    ],
  }),
)

const street = [
  figure({
    title: 'Noise',
    description: "Mean of the sensors' levels in the last hour, and the loudest.",
    width: 6,
    unit: unit.noise,
    decimals: 0,
    verdict: limits.noise,
    queries: [
      rows(
        `SELECT ${mean('LAeq')} AS "Mean", max("LAeq_max") AS "Loudest", ${mean('LAeq')} AS "Verdict" FROM ${sensors} WHERE ${whereChosen} AND ${lastHour}`,
        { rows: 'one' },
      ),
    ],
  }),
  figure({
    title: 'Highest water',
    description: 'Over the street, the highest of all gauges in the last hour.',
    width: 6,
    unit: unit.metres,
    decimals: 2,
    verdict: limits.water,
    queries: [
      rows(
        `SELECT max("waterLevel_max") AS "Highest", max("waterLevel_max") AS "Verdict" FROM ${sensors} WHERE ${whereChosen} AND ${lastHour}`,
        { rows: 'one' },
      ),
    ],
  }),
  figure({
    title: 'Temperature',
    description: 'Mean of the last hour.',
    width: 6,
    unit: unit.celsius,
    decimals: 1,
    queries: [
      rows(
        `SELECT ${mean('temperature')} AS "Temperature" FROM ${sensors} WHERE ${whereChosen} AND ${lastHour}`,
        { rows: 'one' },
      ),
    ],
  }),
  figure({
    title: 'Humidity',
    description: 'Relative humidity, mean of the last hour.',
    width: 6,
    unit: unit.share,
    decimals: 0,
    queries: [
      rows(
        `SELECT ${mean('relativeHumidity')} AS "Humidity" FROM ${sensors} WHERE ${whereChosen} AND ${lastHour}`,
        { rows: 'one' },
      ),
    ],
  }),
]

/** A quantity of each district over time. */
const byDistrict = (options: {
  title: string
  description: string
  figure: string
  unit: string
  axis: string
  bands?: Bands
  decimals?: number
}) => {
  const { figure: expression, ...shown } = options
  return chart({
    ...shown,
    width: 12,
    link: toDistrictOfSeries('environment'),
    queries: [
      series(
        `SELECT ${expression} FROM ${sensors} WHERE ${whereChosen} AND ${inRange} ${grouped(perInterval, districtName, level.tag)}`,
        `$tag_${districtName}`,
        { districts: districtName },
      ),
    ],
  })
}

const overTime = [
  ...quantities.map(({ title, field, bands, overWords }) =>
    byDistrict({
      title,
      description: `Mean of each ${level.tag}'s sensors, as it was measured; the limits are meant for means over ${overWords}.`,
      figure: mean(field),
      unit: unit.concentration,
      axis: title,
      bands,
    }),
  ),
  byDistrict({
    title: 'Noise',
    description: `Mean level of each ${level.tag}'s sensors. By night (21 to 6 h) the limits are 45 and 55 dB(A).`,
    figure: mean('LAeq'),
    unit: unit.noise,
    axis: 'Sound level',
    bands: limits.noise,
  }),
  byDistrict({
    title: 'Water over the street',
    description: `The highest of each ${level.tag}'s gauges.`,
    figure: 'max("waterLevel_max")',
    unit: unit.metres,
    axis: 'Water level',
    decimals: 2,
    bands: limits.water,
  }),
]

/** What each place's sensors measured in the last hour. */
const placesOfLastHour = (named: Readonly<Record<string, string>>, ...where: readonly string[]) => {
  const figures = [
    ...quantities.map(({ field }) => `${mean(field)} AS "${field}"`),
    `${mean('LAeq')} AS "LAeq", max("waterLevel_max") AS "waterLevel"`,
  ]
  return `SELECT ${columns(named)} FROM (SELECT ${figures.join(', ')} FROM ${sensors} WHERE ${whereChosen} AND ${lastHour} ${grouped('place', 'place_type', districtName, level.tag)})${where.join('')}`
}

const hotSpots = [
  map({
    title: 'PM2.5 in the last hour',
    description: 'Every place with a sensor; a click shows it, with the way to its devices.',
    width: 12,
    height: 14,
    by: 'PM2.5',
    unit: unit.concentration,
    bands: limits.pm25,
    transformations: [joinedBy(idColumns.place)],
    columns: { Noise: { unit: unit.noise, decimals: 0 } },
    queries: [
      rows(
        placesOfLastHour(
          { 'PM2.5': 'pm25', Noise: 'LAeq', Type: 'place_type', [idColumns.place]: 'place' },
          ' WHERE "pm25" > 0',
        ),
      ),
      placesOnTheMap(),
    ],
  }),
  list({
    title: 'Hot spots of air and noise',
    description: 'Places by what their sensors measured in the last hour, the most fine dust first.',
    width: 12,
    height: 14,
    sort: ['PM2.5', 'descending'],
    hidden: [idColumns.place, idColumns.district, ...positionColumns],
    transformations: [joinedBy(idColumns.place)],
    columns: {
      Place: { link: toPlace },
      [level.title]: { link: toDistrict('environment') },
      'PM2.5': { unit: unit.concentration, decimals: 0, bands: limits.pm25 },
      PM10: { unit: unit.concentration, decimals: 0, bands: limits.pm10 },
      Noise: { unit: unit.noise, decimals: 0, bands: limits.noise },
      Verdict: { unit: unit.concentration, verdict: limits.pm25 },
    },
    queries: [
      rows(
        placesOfLastHour(
          {
            ...{ 'PM2.5': 'pm25', Verdict: 'pm25', PM10: 'pm10', Noise: 'LAeq', Type: 'place_type' },
            ...{ [level.title]: districtName, [idColumns.place]: 'place', [idColumns.district]: level.tag },
          },
          ' WHERE "pm25" > 0',
        ),
      ),
      placesOnTheMap(),
    ],
  }),
  list({
    title: 'Water gauges',
    description: 'Every place with a gauge, the deepest water of the last hour first.',
    width: 24,
    height: 8,
    sort: ['Water level', 'descending'],
    hidden: [idColumns.place, idColumns.district, ...positionColumns],
    transformations: [joinedBy(idColumns.place)],
    columns: {
      Place: { link: toPlace },
      [level.title]: { link: toDistrict('environment') },
      'Water level': { unit: unit.metres, decimals: 2, bands: limits.water },
      Verdict: { unit: unit.metres, verdict: limits.water },
    },
    queries: [
      rows(
        placesOfLastHour(
          {
            ...{ 'Water level': 'waterLevel', Verdict: 'waterLevel', Type: 'place_type' },
            ...{ [level.title]: districtName, [idColumns.place]: 'place', [idColumns.district]: level.tag },
          },
          ' WHERE "waterLevel" > -1000',
        ),
      ),
      placesOnTheMap(),
    ],
  }),
]

export const environment = () =>
  board({
    name: 'environment',
    description:
      'Air, noise and water in the streets against the limits for health, and where the hot spots are.',
    variables: [variables.district(), variables.placeType()],
    annotations: annotations(),
    rows: [
      { title: 'Air, over the time that the limits are meant for', panels: air },
      { title: 'Noise, water and weather', panels: street },
      { title: `By ${level.tag}`, panels: overTime },
      { title: 'Hot spots', panels: hotSpots },
    ],
  })
