/**
 * Place and device: the end of every way through the dashboards. One place, its devices with what is wrong with them, and
 * their raw readings; the device list narrows the charts.
 */

import type { KindName } from '../../../model/kinds.ts'
import { annotations } from '../build/annotations.ts'
import type { Bands } from '../build/bands.ts'
import { board } from '../build/board.ts'
import {
  atPlace,
  columns,
  districtName,
  from,
  fromReadings,
  grouped,
  inRange,
  lately,
  ofDevices,
  perInterval,
} from '../build/influxql.ts'
import * as limits from '../build/limits.ts'
import { idColumns, toDevice } from '../build/links.ts'
import { grafana, level } from '../build/names.ts'
import { rows, series } from '../build/query.ts'
import {
  deviceHealth,
  faultMappings,
  kindMappings,
  occupancy,
  placeState,
  recordingState,
  storageUsed,
} from '../build/states.ts'
import { unit } from '../build/units.ts'
import * as variables from '../build/variables.ts'
import { chart } from '../forms/chart.ts'
import { figure } from '../forms/figure.ts'
import { list } from '../forms/list.ts'
import { timeline } from '../forms/timeline.ts'

const chosen = `${atPlace} AND ${ofDevices}`

const stand = [
  figure({
    title: grafana('place:text'),
    description: 'Whether a camera here works, at the end of the range.',
    width: 6,
    height: 6,
    unit: unit.count,
    verdict: placeState,
    queries: [
      rows(`SELECT last("state") AS "Verdict" FROM ${from('place')} WHERE ${atPlace} AND ${lately()}`, {
        rows: 'one',
      }),
    ],
  }),
  timeline({
    title: 'The place over time',
    description: 'Whether a camera here worked.',
    width: 18,
    height: 6,
    bands: placeState,
    every: '15m',
    queries: [
      series(
        `SELECT last("state") AS "Place" FROM ${from('place')} WHERE ${atPlace} AND ${inRange} ${grouped(perInterval)} fill(previous)`,
      ),
    ],
  }),
  list({
    title: 'Devices here',
    description: 'Every commissioned device of this place, at the end of the range.',
    width: 24,
    height: 8,
    sort: ['Fault', 'descending'],
    hidden: [idColumns.place],
    columns: {
      Device: { link: toDevice },
      Kind: { words: kindMappings },
      Fault: { words: faultMappings },
      'Last heard': { unit: unit.sinceThen },
      'Storage used': { unit: unit.share, decimals: 0, bands: storageUsed },
      Battery: { unit: unit.share, decimals: 0 },
    },
    queries: [
      rows(
        `SELECT ${columns({
          ...{
            Device: 'device',
            Kind: 'kind',
            Fault: 'fault',
            'All faults': 'faults',
            'Last heard': 'heard_at',
          },
          ...{ 'Storage used': 'storage_used_share', Battery: 'battery_level', Type: 'place_type' },
          ...{ [level.title]: districtName, [idColumns.place]: 'place' },
        })} FROM (SELECT ${['fault', 'faults', 'heard_at', 'storage_used_share', 'battery_level'].map((field) => `last("${field}") AS "${field}"`).join(', ')} FROM ${from('device')} WHERE ${atPlace} AND ${lately()} ${grouped('device', 'kind', 'place', 'place_type', districtName)}) WHERE "fault" != 'gone'`,
      ),
    ],
  }),
  timeline({
    title: 'Devices over time',
    description: 'Whether each device was healthy.',
    width: 24,
    height: 7,
    bands: deviceHealth,
    every: '15m',
    queries: [
      series(
        `SELECT last("healthy") FROM ${from('device')} WHERE ${chosen} AND ${inRange} ${grouped(perInterval, 'device')} fill(previous)`,
        '$tag_device',
      ),
    ],
  }),
]

/** A field of the raw readings, one line a device. */
const readings = (options: {
  kind: KindName
  title: string
  description: string
  figure: string
  unit: string
  axis: string
  bands?: Bands
  decimals?: number
  max?: number
  min?: number
}) => {
  const { kind, figure: expression, ...shown } = options
  return chart({
    ...shown,
    width: 8,
    every: '1m',
    empty: 'No such device here, or nothing was heard of it in this range.',
    queries: [
      series(
        `SELECT ${expression} FROM ${fromReadings(kind)} WHERE ${chosen} AND ${inRange} ${grouped(perInterval, 'device')}`,
        '$tag_device',
      ),
    ],
  })
}

const cameraReadings = [
  timeline({
    title: 'Recording',
    description: 'What each camera reported: whether it recorded.',
    width: 24,
    height: 6,
    bands: recordingState,
    every: '1m',
    empty: 'No camera here, or nothing was heard of it in this range.',
    queries: [
      series(
        `SELECT min("recording") FROM ${fromReadings('camera')} WHERE ${chosen} AND ${inRange} ${grouped(perInterval, 'device')}`,
        '$tag_device',
      ),
    ],
  }),
  readings({
    kind: 'camera',
    title: 'Frame rate',
    description: 'As reported. It alone proves nothing: a frozen picture keeps it.',
    figure: 'mean("fps")',
    unit: unit.framesPerSecond,
    axis: 'Frame rate',
  }),
  readings({
    kind: 'camera',
    title: 'Bit rate',
    description: 'As reported.',
    figure: 'mean("bitrateKbps")',
    unit: unit.bitRate,
    axis: 'Bit rate',
  }),
  readings({
    kind: 'camera',
    title: 'Storage used',
    description: 'As reported.',
    figure: 'mean("storageUsedShare")',
    unit: unit.share,
    axis: 'Share of storage',
    decimals: 0,
    max: 1,
    bands: storageUsed,
  }),
]

const counterReadings = [
  readings({
    kind: 'traffic_counter',
    title: 'Flow',
    description: 'Vehicles an hour.',
    figure: 'sum("intensity") / sum("intervalSeconds") * 3600',
    unit: unit.vehiclesPerHour,
    axis: 'Flow',
  }),
  readings({
    kind: 'traffic_counter',
    title: 'Speed',
    description: 'Mean speed of the vehicles.',
    figure: 'mean("averageVehicleSpeed")',
    unit: unit.speed,
    axis: 'Speed',
  }),
  readings({
    kind: 'traffic_counter',
    title: 'Occupancy',
    description: 'Share of the time that the lane is occupied.',
    figure: 'mean("occupancy")',
    unit: unit.share,
    axis: 'Share of the time',
    decimals: 0,
    bands: occupancy,
  }),
]

const air = (title: string, field: string, bands: Bands) =>
  readings({
    kind: 'street_sensor',
    title,
    description: 'As measured; the limits are meant for means over a day (O₃: 8 hours).',
    figure: `mean("${field}")`,
    unit: unit.concentration,
    axis: title,
    bands,
  })

const sensorReadings = [
  air('PM2.5', 'pm25', limits.pm25),
  air('PM10', 'pm10', limits.pm10),
  air('NO₂', 'no2', limits.no2),
  air('O₃', 'o3', limits.o3),
  readings({
    kind: 'street_sensor',
    title: 'Noise',
    description: 'Equivalent continuous sound level. By night (21 to 6 h) the limits are 45 and 55 dB(A).',
    figure: 'mean("LAeq")',
    unit: unit.noise,
    axis: 'Sound level',
    bands: limits.noise,
  }),
  readings({
    kind: 'street_sensor',
    title: 'Water over the street',
    description: 'Highest of each span.',
    figure: 'max("waterLevel")',
    unit: unit.metres,
    axis: 'Water level',
    decimals: 2,
    bands: limits.water,
  }),
]

export const place = () =>
  board({
    name: 'place',
    description: 'One place, its devices with what is wrong with them, and their readings as they came.',
    variables: [variables.district(), variables.place(), variables.device()],
    annotations: annotations(),
    rows: [
      { title: 'The place', panels: stand },
      { title: 'Cameras', panels: cameraReadings },
      { title: 'Traffic counters', panels: counterReadings },
      { title: 'Street sensors', panels: sensorReadings },
    ],
  })
