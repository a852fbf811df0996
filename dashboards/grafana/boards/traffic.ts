/**
 * Traffic: flow, speed, occupancy and mix, by district and by counter, and against the same weekday of the week before.
 * Everything comes from the roll-ups, which are complete about 5 minutes after the fact.
 */

import { day } from '../../../model/time.ts'
import { annotations } from '../build/annotations.ts'
import { board } from '../build/board.ts'
import {
  columns,
  daysBefore,
  districtName,
  fromRollups,
  grouped,
  inRange,
  lately,
  mean,
  perInterval,
  whereChosen,
} from '../build/influxql.ts'
import { idColumns, toDevice, toDistrictOfSeries, toPlace } from '../build/links.ts'
import { level } from '../build/names.ts'
import { placesOnTheMap, positionColumns } from '../build/places.ts'
import { type Query, rows, series } from '../build/query.ts'
import { congestion, occupancy } from '../build/states.ts'
import { laterBy } from '../build/time-shift.ts'
import { unit } from '../build/units.ts'
import * as variables from '../build/variables.ts'
import { chart } from '../forms/chart.ts'
import { figure } from '../forms/figure.ts'
import { list } from '../forms/list.ts'
import { joinedBy } from '../forms/panel.ts'
import { parts } from '../forms/parts.ts'

const counters = fromRollups('traffic_counter')
/** Vehicles an hour at one counter: what was counted by how long was counted, so that a silent counter is no empty street. */
const flow = 'sum("intensity_sum") / sum("intervalSeconds_sum") * 3600'
const speed = mean('averageVehicleSpeed')
const inUse = mean('occupancy')
const congested = mean('congested')
const lastHour = lately(60)

const byDistrict = (figures: string): Query[] => [
  series(
    `SELECT ${figures} FROM ${counters} WHERE ${whereChosen} AND ${inRange} ${grouped(perInterval, districtName, level.tag)}`,
    `$tag_${districtName}`,
    { districts: districtName },
  ),
]

const stand = [
  figure({
    title: 'Vehicles counted',
    description: 'Over the whole range, by all chosen counters.',
    width: 5,
    unit: 'short',
    decimals: 1,
    queries: [
      rows(`SELECT sum("intensity_sum") AS "Vehicles" FROM ${counters} WHERE ${whereChosen} AND ${inRange}`, {
        rows: 'one',
      }),
    ],
  }),
  figure({
    title: 'Flow',
    description: 'Vehicles an hour at a counter, mean of the last hour.',
    width: 5,
    unit: unit.vehiclesPerHour,
    decimals: 0,
    queries: [
      rows(`SELECT ${flow} AS "Flow" FROM ${counters} WHERE ${whereChosen} AND ${lastHour}`, { rows: 'one' }),
    ],
  }),
  figure({
    title: 'Speed',
    description: 'Mean of the last hour.',
    width: 4,
    unit: unit.speed,
    decimals: 0,
    queries: [
      rows(`SELECT ${speed} AS "Speed" FROM ${counters} WHERE ${whereChosen} AND ${lastHour}`, {
        rows: 'one',
      }),
    ],
  }),
  figure({
    title: 'Occupancy',
    description: 'Share of the time that a lane is occupied, mean of the last hour.',
    width: 5,
    unit: unit.share,
    decimals: 0,
    verdict: occupancy,
    queries: [
      rows(
        `SELECT ${inUse} AS "Occupied", ${inUse} AS "Verdict" FROM ${counters} WHERE ${whereChosen} AND ${lastHour}`,
        { rows: 'one' },
      ),
    ],
  }),
  figure({
    title: 'Congestion',
    description: 'Share of the reports of the last hour in which the counter itself saw congestion.',
    width: 5,
    unit: unit.share,
    decimals: 0,
    verdict: congestion,
    queries: [
      rows(
        `SELECT ${congested} AS "Congested", ${congested} AS "Verdict" FROM ${counters} WHERE ${whereChosen} AND ${lastHour}`,
        { rows: 'one' },
      ),
    ],
  }),
]

/** The range as it is, and the same range a week before, moved onto it. */
const againstWeekBefore = (figures: string, when = grouped(perInterval)): Query[] => [
  series(`SELECT ${figures} FROM ${counters} WHERE ${whereChosen} AND ${inRange} ${when}`, 'This time'),
  series(
    `SELECT ${figures} FROM ${counters} WHERE ${whereChosen} AND ${daysBefore(7)} ${when}`,
    'A week before',
  ),
]
const weekColumns = {
  'This time': { colour: 'blue' },
  'A week before': { colour: 'gray', custom: { lineStyle: { fill: 'dash', dash: [10, 10] } } },
}

const weekday = [
  chart({
    title: 'Flow against the same weekday before',
    description:
      'Vehicles an hour at a counter, and the same hours exactly seven days before, laid over them. Choose "Today so far" for today against the last such weekday.',
    width: 12,
    unit: unit.vehiclesPerHour,
    axis: 'Flow',
    columns: weekColumns,
    transformations: laterBy(7 * day, 'B'),
    queries: againstWeekBefore(flow),
  }),
  chart({
    title: 'Speed against the same weekday before',
    description: 'Mean speed, and the same hours exactly seven days before, laid over them.',
    width: 12,
    unit: unit.speed,
    axis: 'Speed',
    columns: weekColumns,
    transformations: laterBy(7 * day, 'B'),
    queries: againstWeekBefore(speed),
  }),
]

const districts = [
  chart({
    title: 'Flow',
    description: `Vehicles an hour at a counter, mean of each ${level.tag}'s counters.`,
    width: 12,
    unit: unit.vehiclesPerHour,
    axis: 'Flow',
    link: toDistrictOfSeries('traffic'),
    queries: byDistrict(flow),
  }),
  chart({
    title: 'Speed',
    description: `Mean of each ${level.tag}'s counters.`,
    width: 12,
    unit: unit.speed,
    axis: 'Speed',
    link: toDistrictOfSeries('traffic'),
    queries: byDistrict(speed),
  }),
  chart({
    title: 'Occupancy',
    description: `Share of the time that a lane is occupied, mean of each ${level.tag}'s counters.`,
    width: 12,
    unit: unit.share,
    axis: 'Share of the time',
    decimals: 0,
    bands: occupancy,
    link: toDistrictOfSeries('traffic'),
    queries: byDistrict(inUse),
  }),
  chart({
    title: 'Congestion',
    description: 'Share of the reports in which the counter itself saw congestion.',
    width: 12,
    unit: unit.share,
    axis: 'Share of reports',
    decimals: 0,
    max: 1,
    bands: congestion,
    link: toDistrictOfSeries('traffic'),
    queries: byDistrict(congested),
  }),
]

const vehicles = { Motorcycles: 'motorcycles', Cars: 'cars', Buses: 'buses', Trucks: 'trucks' } as const
const vehicleColumns = {
  Motorcycles: { colour: 'blue' },
  Cars: { colour: 'green' },
  Buses: { colour: 'orange' },
  Trucks: { colour: 'purple' },
}
const sums = Object.entries(vehicles)
  .map(([title, field]) => `sum("${field}_sum") AS "${title}"`)
  .join(', ')

const mix = [
  parts({
    title: 'Vehicle mix',
    description: 'What was counted over the whole range.',
    width: 8,
    height: 9,
    unit: unit.count,
    columns: vehicleColumns,
    queries: [rows(`SELECT ${sums} FROM ${counters} WHERE ${whereChosen} AND ${inRange}`, { rows: 'one' })],
  }),
  chart({
    title: 'Vehicle mix over time',
    description: 'Vehicles an hour at a counter, by kind.',
    width: 16,
    height: 9,
    unit: unit.vehiclesPerHour,
    axis: 'Flow',
    stacked: true,
    columns: vehicleColumns,
    queries: [
      series(
        `SELECT ${Object.entries(vehicles)
          .map(([title, field]) => `sum("${field}_sum") / sum("intervalSeconds_sum") * 3600 AS "${title}"`)
          .join(', ')} FROM ${counters} WHERE ${whereChosen} AND ${inRange} ${grouped(perInterval)}`,
      ),
    ],
  }),
]

const byCounter = [
  list({
    title: 'Counters in the last hour',
    description: 'Every counter that reported, the fullest street first (at most 1,000).',
    width: 24,
    height: 12,
    sort: ['Occupancy', 'descending'],
    hidden: [idColumns.place, ...positionColumns],
    transformations: [joinedBy(idColumns.place)],
    columns: {
      Device: { link: toDevice },
      Place: { link: toPlace },
      Flow: { unit: unit.vehiclesPerHour, decimals: 0 },
      Speed: { unit: unit.speed, decimals: 0 },
      Occupancy: { unit: unit.share, decimals: 0 },
      Verdict: { unit: unit.share, verdict: occupancy },
      Motorcycles: { unit: unit.share, decimals: 0 },
      Trucks: { unit: unit.share, decimals: 0 },
    },
    queries: [
      rows(
        `SELECT ${columns({
          ...{
            Device: 'device',
            Type: 'place_type',
            [level.title]: districtName,
            Flow: 'flow',
            Speed: 'speed',
          },
          ...{ Occupancy: 'occupancy', Verdict: 'occupancy', Motorcycles: 'motorcycles', Trucks: 'trucks' },
          [idColumns.place]: 'place',
        })} FROM (SELECT ${flow} AS "flow", ${speed} AS "speed", ${inUse} AS "occupancy", sum("motorcycles_sum") / sum("intensity_sum") AS "motorcycles", sum("trucks_sum") / sum("intensity_sum") AS "trucks" FROM ${counters} WHERE ${whereChosen} AND ${lastHour} ${grouped('device', 'place', 'place_type', districtName)}) LIMIT 1000`,
        { districts: level.title },
      ),
      placesOnTheMap(),
    ],
  }),
]

export const traffic = () =>
  board({
    name: 'traffic',
    description:
      'Flow, speed, occupancy and vehicle mix, by district and by counter, and against the same weekday before.',
    variables: [variables.district(), variables.placeType()],
    annotations: annotations(),
    rows: [
      { title: 'How traffic is', panels: stand },
      { title: 'Against the same weekday before', panels: weekday },
      { title: `By ${level.tag}`, panels: districts },
      { title: 'Vehicle mix', panels: mix },
      { title: 'By counter', panels: byCounter },
    ],
  })
