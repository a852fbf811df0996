/**
 * City coverage: how much of the city is watched over, against the goal, and where the next camera or the next repair
 * does most. The home page of the operations centre. Counted from the newest state of every place, so that the chosen
 * districts and place types apply everywhere; only the history is of all types.
 */
import { annotations } from '../build/annotations.ts'
import { board } from '../build/board.ts'
import {
  columns,
  districtName,
  districtRows,
  from,
  grouped,
  inRange,
  lately,
  perInterval,
  whereChosen,
} from '../build/influxql.ts'
import { idColumns, toDistrict, toPlace } from '../build/links.ts'
import { grafana, level, lowerLevel } from '../build/names.ts'
import { rows, series } from '../build/query.ts'
import { againstGoal, gapToGoal, placeState, workingShare } from '../build/states.ts'
import { unit } from '../build/units.ts'
import * as variables from '../build/variables.ts'
import { bars } from '../forms/bars.ts'
import { chart } from '../forms/chart.ts'
import { figure } from '../forms/figure.ts'
import { list } from '../forms/list.ts'
import { map } from '../forms/map.ts'

const goal = grafana('target')

/**
 * Each place once: `one`, whether a camera is installed (`i`) and whether one works (`w`). The state is 0, 1 or 2 (-1:
 * the place has left), and InfluxQL has no conditions, so they are reckoned: s(3 - s)/2 is 0, 1, 1 and s(s - 1)/2 is 0, 0, 1.
 */
const everyPlace = (...by: readonly string[]) => {
  const newest = `SELECT last("state") AS "s" FROM ${from('place')} WHERE ${whereChosen} AND ${lately()} ${grouped('place', ...by)}`
  return `(SELECT "s" * (3 - "s") / 2 AS "i", "s" * ("s" - 1) / 2 AS "w" FROM (${newest}) WHERE "s" >= 0 ${grouped('place', ...by)})`
}
const installed = 'sum("i") / count("i")'
const working = 'sum("w") / count("w")'

/** Figures of groups of places as one list; the names of the groups become columns. */
const byGroup = (group: readonly string[], named: Readonly<Record<string, string>>) => {
  const figures = [
    `${installed} AS "installed", ${working} AS "working", ${goal} - ${installed} AS "gap"`,
    'sum("i") - sum("w") AS "idle", count("i") AS "places", count("i") - sum("i") AS "bare"',
  ]
  return `SELECT ${columns(named)} FROM (SELECT ${figures.join(', ')} FROM ${everyPlace(...group)} ${grouped(...group)})`
}

const stand = [
  figure({
    title: 'Installed',
    description:
      'Share of the public places that have at least one commissioned camera, and how that stands to the goal (verdict: share minus goal).',
    width: 6,
    unit: unit.share,
    decimals: 1,
    verdict: againstGoal,
    queries: [
      rows(`SELECT ${installed} AS "Installed", ${installed} - ${goal} AS "Verdict" FROM ${everyPlace()}`, {
        rows: 'one',
      }),
    ],
  }),
  figure({
    title: 'Working now',
    description:
      'Share of the public places where at least one camera is healthy: heard, recording, with a live and untouched picture (verdict: share minus goal).',
    width: 6,
    unit: unit.share,
    decimals: 1,
    verdict: againstGoal,
    queries: [
      rows(`SELECT ${working} AS "Working", ${working} - ${goal} AS "Verdict" FROM ${everyPlace()}`, {
        rows: 'one',
      }),
    ],
  }),
  figure({
    title: 'Goal',
    description: 'The share of public places that the city has set out to equip.',
    width: 3,
    unit: unit.share,
    decimals: 0,
    queries: [
      rows(
        `SELECT last("target") AS "Goal" FROM ${from('coverage')} WHERE "level" = '${level.tag}' AND ${lately()}`,
        { rows: 'one' },
      ),
    ],
  }),
  figure({
    title: 'Places still to equip',
    description:
      'How many more places need a camera until the chosen part of the city reaches the goal; none or below: it has.',
    width: 4,
    unit: unit.count,
    decimals: 0,
    queries: [
      // Rounded upwards: InfluxDB 1.6 has no ceil().
      rows(`SELECT count("i") * ${goal} - sum("i") + 0.499 AS "Places" FROM ${everyPlace()}`, {
        rows: 'one',
      }),
    ],
  }),
  figure({
    title: 'Installed, none working',
    description:
      'Places that an inventory counts and where no camera works now. The verdict is the share of the equipped places that work.',
    width: 5,
    unit: unit.count,
    decimals: 0,
    verdict: workingShare,
    verdictUnit: unit.share,
    queries: [
      rows(`SELECT sum("i") - sum("w") AS "Places", sum("w") / sum("i") AS "Verdict" FROM ${everyPlace()}`, {
        rows: 'one',
      }),
    ],
  }),
]

const byDistrict = [
  bars({
    title: `${level.title}s, the widest gap to the goal first`,
    description: `Share of places with a camera, and with one that works, in each ${level.tag}. A click on a bar narrows this dashboard to it.`,
    width: 14,
    height: 12,
    by: level.title,
    unit: unit.share,
    axis: 'Share of public places',
    max: 1,
    sort: ['Gap to the goal', 'descending'],
    unseen: ['Gap to the goal', idColumns.district],
    link: toDistrict('coverage'),
    columns: { Installed: { colour: 'blue', decimals: 1 }, Working: { colour: 'green', decimals: 1 } },
    queries: [
      rows(
        byGroup([districtName, level.tag], {
          [level.title]: districtName,
          ...{ Installed: 'installed', Working: 'working', 'Gap to the goal': 'gap' },
          [idColumns.district]: level.tag,
        }),
        { districts: level.title },
      ),
    ],
  }),
  list({
    title: 'Widest gaps between installed and working',
    description: `${lowerLevel.title}s where cameras are there and do not work: the repairs that bring most.`,
    width: 10,
    height: 12,
    sort: ['Not working', 'descending'],
    hidden: [idColumns.district],
    columns: {
      [level.title]: { link: toDistrict('coverage') },
      'Not working': { unit: unit.count, decimals: 0 },
      Installed: { unit: unit.share, decimals: 1 },
      Working: { unit: unit.share, decimals: 1 },
      Verdict: { unit: unit.share, verdict: gapToGoal },
    },
    queries: [
      rows(
        byGroup([districtName, level.tag, `${lowerLevel.tag}_name`], {
          [level.title]: districtName,
          [lowerLevel.title]: `${lowerLevel.tag}_name`,
          ...{ 'Not working': 'idle', Installed: 'installed', Working: 'working', Verdict: 'gap' },
          [idColumns.district]: level.tag,
        }),
        { districts: level.title },
      ),
    ],
  }),
]

const overTime = [
  chart({
    title: 'Both shares over time',
    description: `Share of places with a camera, and with one that works, against the goal; of the chosen ${level.tag}s, all place types. A fall of the working share alone is an outage.`,
    width: 14,
    unit: unit.share,
    axis: 'Share of public places',
    decimals: 1,
    max: 1,
    columns: {
      Installed: { colour: 'blue' },
      Working: { colour: 'green' },
      Goal: { colour: 'orange', custom: { lineStyle: { fill: 'dash', dash: [10, 10] }, lineWidth: 1 } },
    },
    queries: [
      series(
        `SELECT sum("installed") / sum("places") AS "Installed", sum("working") / sum("places") AS "Working", mean("target") AS "Goal" FROM ${from('coverage')} WHERE ${districtRows} AND ${inRange} ${grouped(perInterval)}`,
      ),
    ],
  }),
  bars({
    title: 'By type of place',
    description: 'Which types of place are left behind: share with a camera and share with one that works.',
    width: 10,
    height: 8,
    by: 'Place type',
    unit: unit.share,
    axis: 'Share of public places',
    max: 1,
    sort: ['Installed', 'ascending'],
    columns: { Installed: { colour: 'blue', decimals: 1 }, Working: { colour: 'green', decimals: 1 } },
    queries: [
      rows(
        byGroup(['place_type'], { 'Place type': 'place_type', Installed: 'installed', Working: 'working' }),
      ),
    ],
  }),
]

/** Each place with its newest state. */
const placesNow = (named: Readonly<Record<string, string>>, where = '"state" >= 0') => {
  const fields = ['state', 'cameras', 'healthy', 'latitude', 'longitude']
  const newest = fields.map((field) => `last("${field}") AS "${field}"`).join(', ')
  const by = ['place', 'place_name', 'place_type', districtName, `${lowerLevel.tag}_name`]
  return `SELECT ${columns(named)} FROM (SELECT ${newest} FROM ${from('place')} WHERE ${whereChosen} AND ${lately()} ${grouped(...by)}) WHERE ${where}`
}

const places = [
  map({
    title: 'Places',
    description: 'Every public place; a click shows it, with the way to its devices.',
    width: 14,
    height: 16,
    by: 'State',
    bands: placeState,
    columns: { Cameras: { unit: unit.count }, Healthy: { unit: unit.count } },
    queries: [
      rows(
        placesNow({
          ...{
            Place: 'place_name',
            State: 'state',
            Type: 'place_type',
            Cameras: 'cameras',
            Healthy: 'healthy',
          },
          ...{ Latitude: 'latitude', Longitude: 'longitude', [idColumns.place]: 'place' },
        }),
        { rows: 'some' },
      ),
    ],
  }),
  list({
    title: 'Places whose cameras do not work',
    description: 'Installed, and none working: where a person has to go. A click on the name shows why.',
    width: 10,
    height: 16,
    sort: ['Cameras', 'descending'],
    hidden: [idColumns.place],
    empty: 'Every equipped place has a working camera.',
    columns: { Place: { link: toPlace }, Cameras: { unit: unit.count, decimals: 0 } },
    queries: [
      rows(
        placesNow(
          {
            ...{ Place: 'place_name', Type: 'place_type', Cameras: 'cameras', [level.title]: districtName },
            [lowerLevel.title]: `${lowerLevel.tag}_name`,
            [idColumns.place]: 'place',
          },
          '"state" = 1',
        ),
      ),
    ],
  }),
]

export const coverage = () =>
  board({
    name: 'coverage',
    description:
      'How many public places are watched over, against the goal: installed is what an inventory says, working is what the cameras prove now.',
    from: 'now-7d',
    variables: [variables.district(), variables.placeType(), variables.goal()],
    annotations: annotations(),
    rows: [
      { title: 'Where the city stands', panels: stand },
      { title: `${level.title} by ${level.tag}`, panels: byDistrict },
      { title: 'Over time, and by type of place', panels: overTime },
      { title: 'Places', panels: places },
    ],
  })
