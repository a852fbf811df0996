/**
 * Cameras: which ones do not do their work, why, for how long, and where storage runs out. Each list leads to the place
 * and the device.
 */
import { annotations } from '../build/annotations.ts'
import { board } from '../build/board.ts'
import { everyCamera } from '../build/cameras.ts'
import {
  columns,
  districtName,
  districtRows,
  from,
  grouped,
  inRange,
  lately,
  perInterval,
} from '../build/influxql.ts'
import { idColumns, toDevice, toDistrict, toDistrictOfSeries, toPlace } from '../build/links.ts'
import { level } from '../build/names.ts'
import { rows, series } from '../build/query.ts'
import { cameraFaults, faultMappings, faultWords, storageUsed, workingShare } from '../build/states.ts'
import { unit } from '../build/units.ts'
import * as variables from '../build/variables.ts'
import { bars } from '../forms/bars.ts'
import { chart } from '../forms/chart.ts'
import { figure } from '../forms/figure.ts'
import { list } from '../forms/list.ts'
import { storageAndNetwork } from './cameras-by-district.ts'

const atPlaces = ['place', 'place_name', 'place_type', districtName]
/** The cameras of whole districts, as they are counted each minute. */
const counted = `"kind" = 'camera' AND ${districtRows}`

const stand = [
  figure({
    title: 'Healthy',
    description:
      'Share of the commissioned cameras that are heard, record and show a live, untouched picture.',
    width: 6,
    unit: unit.share,
    decimals: 1,
    verdict: workingShare,
    queries: [
      rows(
        `SELECT sum("healthy") / count("healthy") AS "Healthy", sum("healthy") / count("healthy") AS "Verdict" FROM ${everyCamera(['healthy'])}`,
        { rows: 'one' },
      ),
    ],
  }),
  figure({
    title: 'Cameras',
    description: 'Commissioned cameras, and how many of them have something wrong.',
    width: 7,
    unit: unit.count,
    decimals: 0,
    columns: { 'With a fault': { colour: 'red' } },
    queries: [
      rows(
        `SELECT count("healthy") AS "Commissioned", count("healthy") - sum("healthy") AS "With a fault" FROM ${everyCamera(['healthy'])}`,
        { rows: 'one' },
      ),
    ],
  }),
  figure({
    title: 'Storage used',
    description: 'Mean over the cameras, and the fullest.',
    width: 11,
    unit: unit.share,
    decimals: 0,
    verdict: storageUsed,
    queries: [
      rows(
        `SELECT mean("storage_used_share") AS "Mean", max("storage_used_share") AS "Fullest", max("storage_used_share") AS "Verdict" FROM ${everyCamera(['storage_used_share'])}`,
        { rows: 'one' },
      ),
    ],
  }),
]

const reasonColours: Readonly<Record<string, string>> = {
  'never-heard': 'dark-red',
  silent: 'red',
  'video-loss': 'light-red',
  tampered: 'purple',
  frozen: 'orange',
  'not-recording': 'yellow',
}
const reasonColumns = Object.fromEntries(
  cameraFaults.map((fault) => [faultWords[fault], { colour: reasonColours[fault] ?? 'red', decimals: 0 }]),
)
const reasons = (aggregate: (field: string) => string) =>
  cameraFaults.map((fault) => `${aggregate(fault)} AS "${faultWords[fault]}"`).join(', ')

const why = [
  bars({
    title: `Faults by reason, in each ${level.tag}`,
    description: `Cameras with something wrong, at the end of the range. A camera with two faults stands in both. All place types.`,
    width: 12,
    by: level.title,
    unit: unit.count,
    axis: 'Cameras',
    decimals: 0,
    stacked: true,
    sort: [faultWords.silent, 'descending'],
    unseen: [idColumns.district],
    link: toDistrict('cameras'),
    columns: reasonColumns,
    queries: [
      rows(
        `SELECT "name" AS "${level.title}", ${reasons((field) => `"${field}"`)}, "area" AS "${idColumns.district}" FROM (SELECT ${cameraFaults.map((fault) => `last("${fault}") AS "${fault}"`).join(', ')} FROM ${from('health')} WHERE ${counted} AND ${lately()} ${grouped('name', 'area')})`,
        { districts: level.title },
      ),
    ],
  }),
  chart({
    title: 'Faults by reason, over time',
    description:
      'Cameras with something wrong; a step that many districts share is a network or power cut. All place types.',
    width: 12,
    height: 9,
    unit: unit.count,
    axis: 'Cameras',
    decimals: 0,
    stacked: true,
    every: '1m',
    columns: reasonColumns,
    queries: [
      series(
        `SELECT ${reasons((field) => `sum("${field}")`)} FROM (SELECT ${cameraFaults.map((fault) => `mean("${fault}") AS "${fault}"`).join(', ')} FROM ${from('health')} WHERE ${counted} AND ${inRange} ${grouped(perInterval, 'area')}) WHERE ${inRange} ${grouped(perInterval)}`,
      ),
    ],
  }),
  list({
    title: `${level.title}s`,
    description: `Cameras of each ${level.tag}, and what share of them is healthy. All place types.`,
    width: 10,
    sort: ['Healthy', 'ascending'],
    hidden: [idColumns.district],
    columns: {
      [level.title]: { link: toDistrict('cameras') },
      Cameras: { unit: unit.count, decimals: 0 },
      Healthy: { unit: unit.share, decimals: 1 },
      Verdict: { unit: unit.share, verdict: workingShare },
    },
    queries: [
      rows(
        `SELECT "name" AS "${level.title}", "devices" AS "Cameras", "share" AS "Healthy", "share" AS "Verdict", "area" AS "${idColumns.district}" FROM (SELECT last("devices") AS "devices", last("healthy") / last("devices") AS "share" FROM ${from('health')} WHERE ${counted} AND ${lately()} ${grouped('name', 'area')})`,
        { districts: level.title },
      ),
    ],
  }),
  chart({
    title: 'Healthy share over time',
    description: `Of each ${level.tag}'s cameras. All place types.`,
    width: 14,
    height: 9,
    unit: unit.share,
    axis: 'Share of cameras',
    decimals: 1,
    max: 1,
    bands: workingShare,
    every: '1m',
    link: toDistrictOfSeries('cameras', 'area'),
    queries: [
      series(
        `SELECT sum("healthy") / sum("devices") FROM ${from('health')} WHERE ${counted} AND ${inRange} ${grouped(perInterval, 'name', 'area')}`,
        '$tag_name',
        { districts: 'name' },
      ),
    ],
  }),
]

const work = [
  list({
    title: 'Longest silent',
    description:
      'Cameras that are not heard any more, the longest first (at most 200). Those that were never heard are in the list of faults.',
    width: 12,
    sort: ['Last heard', 'ascending'],
    hidden: [idColumns.place],
    empty: 'No camera is silent.',
    columns: {
      'Last heard': { unit: unit.sinceThen },
      Device: { link: toDevice },
      Place: { link: toPlace },
    },
    queries: [
      rows(
        `SELECT bottom("heard_at", 200) AS "Last heard", ${columns({ Device: 'device', Place: 'place_name', Type: 'place_type', [level.title]: districtName, [idColumns.place]: 'place' })} FROM ${everyCamera(['heard_at'], ...atPlaces)} AND "fault" = 'silent'`,
      ),
    ],
  }),
  list({
    title: 'Storage running out',
    description:
      'Cameras that have used 80 % of their recording storage and more, the fullest first (at most 200).',
    width: 12,
    sort: ['Used', 'descending'],
    hidden: [idColumns.place],
    empty: 'Every camera has room for its recordings.',
    columns: {
      Used: { unit: unit.share, decimals: 1 },
      Verdict: { unit: unit.share, verdict: storageUsed },
      Device: { link: toDevice },
      Place: { link: toPlace },
    },
    queries: [
      rows(
        `SELECT top("storage_used_share", 200) AS "Used", ${columns({ Verdict: 'storage_used_share', Device: 'device', Place: 'place_name', Type: 'place_type', [level.title]: districtName, [idColumns.place]: 'place' })} FROM ${everyCamera(['storage_used_share'], ...atPlaces)} AND "storage_used_share" >= 0.8`,
      ),
    ],
  }),
  list({
    title: 'Every camera with a fault',
    description: 'The gravest fault of each camera, at the end of the range (at most 1,000).',
    width: 24,
    height: 11,
    sort: ['Fault', 'ascending'],
    hidden: [idColumns.place],
    empty: 'No camera has a fault.',
    columns: {
      Fault: { words: faultMappings },
      Device: { link: toDevice },
      Place: { link: toPlace },
      'Last heard': { unit: unit.sinceThen },
    },
    queries: [
      rows(
        `SELECT ${columns({ Fault: 'fault', 'All faults': 'faults', Device: 'device', Place: 'place_name', Type: 'place_type', [level.title]: districtName, 'Last heard': 'heard_at', [idColumns.place]: 'place' })} FROM ${everyCamera(['faults', 'heard_at', 'healthy'], ...atPlaces)} AND "healthy" = 0 LIMIT 1000`,
      ),
    ],
  }),
]

export const cameras = () =>
  board({
    name: 'cameras',
    description: 'Which cameras do not do their work, why, for how long, and where storage runs out.',
    variables: [variables.district(), variables.placeType()],
    annotations: annotations(),
    rows: [
      { title: 'How the cameras are', panels: stand },
      { title: 'What is wrong, and where', panels: why },
      { title: 'Work for today', panels: work },
      { title: `Storage and network, by ${level.tag}`, panels: storageAndNetwork() },
    ],
  })
