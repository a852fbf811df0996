/**
 * Alerts: what is open, where, since when it grows, and how long people need to take an alert up and to clear it. Place
 * types do not apply: an alert is of an area.
 */
import { board } from '../build/board.ts'
import {
  columns,
  districtName,
  districtRows,
  from,
  grouped,
  inDistricts,
  inRange,
  lately,
  perInterval,
} from '../build/influxql.ts'
import { idColumns, toDistrict } from '../build/links.ts'
import { level } from '../build/names.ts'
import { rows, series } from '../build/query.ts'
import { anyOpen, severityMappings, stepMappings, waiting } from '../build/states.ts'
import { unit } from '../build/units.ts'
import * as variables from '../build/variables.ts'
import { bars } from '../forms/bars.ts'
import { chart } from '../forms/chart.ts'
import { figure } from '../forms/figure.ts'
import { list } from '../forms/list.ts'

/** Each area and severity once, as counted in the newest minute. */
const openNow = (...by: readonly string[]) =>
  `(SELECT last("open") AS "open", last("unacknowledged") AS "unacknowledged" FROM ${from('alert_open')} WHERE ${districtRows} AND ${lately(10)} ${grouped('area', 'severity', ...by)})`
const steps = (step: string) =>
  `FROM ${from('alert')} WHERE "step" = '${step}' AND ${inDistricts} AND ${inRange}`

const stand = [
  figure({
    title: 'Open',
    description: 'Alerts that are not cleared yet.',
    width: 6,
    unit: unit.count,
    decimals: 0,
    verdict: anyOpen,
    queries: [
      rows(`SELECT sum("open") AS "Open", sum("open") AS "Verdict" FROM ${openNow()}`, { rows: 'one' }),
    ],
  }),
  figure({
    title: 'Not acknowledged',
    description: 'Open alerts that nobody has taken up.',
    width: 6,
    unit: unit.count,
    decimals: 0,
    verdict: waiting,
    queries: [
      rows(
        `SELECT sum("unacknowledged") AS "Waiting", sum("unacknowledged") AS "Verdict" FROM ${openNow()}`,
        { rows: 'one' },
      ),
    ],
  }),
  figure({
    title: 'Time to acknowledge',
    description:
      'Of the alerts that were acknowledged in the range: half of them sooner than the median, nine of ten sooner than the second figure.',
    width: 6,
    unit: unit.seconds,
    decimals: 0,
    queries: [
      rows(
        `SELECT median("seconds_to_acknowledge") AS "Median", percentile("seconds_to_acknowledge", 90) AS "Nine of ten" ${steps('acknowledged')}`,
        { rows: 'one' },
      ),
    ],
  }),
  figure({
    title: 'Time to clear',
    description:
      'Of the alerts that were cleared in the range: half of them sooner than the median, nine of ten sooner than the second figure.',
    width: 6,
    unit: unit.seconds,
    decimals: 0,
    queries: [
      rows(
        `SELECT median("seconds_to_clear") AS "Median", percentile("seconds_to_clear", 90) AS "Nine of ten" ${steps('cleared')}`,
        { rows: 'one' },
      ),
    ],
  }),
]

const where = [
  bars({
    title: 'Open, by severity',
    description: 'Alerts that are not cleared yet, and how many of them wait for somebody.',
    width: 10,
    by: 'Severity',
    unit: unit.count,
    axis: 'Alerts',
    decimals: 0,
    sort: ['Open', 'descending'],
    columns: { Open: { colour: 'orange' }, 'Not acknowledged': { colour: 'red' } },
    queries: [
      rows(
        `SELECT ${columns({ Severity: 'severity', Open: 'open', 'Not acknowledged': 'unacknowledged' })} FROM (SELECT sum("open") AS "open", sum("unacknowledged") AS "unacknowledged" FROM ${openNow()} ${grouped('severity')})`,
      ),
    ],
  }),
  bars({
    title: `Open, by ${level.tag}`,
    description: 'Alerts that are not cleared yet. A click on a bar narrows this dashboard to it.',
    width: 14,
    by: level.title,
    unit: unit.count,
    axis: 'Alerts',
    decimals: 0,
    sort: ['Open', 'descending'],
    unseen: [idColumns.district],
    link: toDistrict('alerts'),
    columns: { Open: { colour: 'orange' }, 'Not acknowledged': { colour: 'red' } },
    queries: [
      rows(
        `SELECT ${columns({ [level.title]: 'name', Open: 'open', 'Not acknowledged': 'unacknowledged', [idColumns.district]: 'area' })} FROM (SELECT sum("open") AS "open", sum("unacknowledged") AS "unacknowledged" FROM ${openNow('name')} ${grouped('name', 'area')})`,
        { districts: level.title },
      ),
    ],
  }),
]

const overTime = [
  chart({
    title: 'Open over time',
    description: 'By severity.',
    width: 12,
    unit: unit.count,
    axis: 'Alerts',
    decimals: 0,
    stacked: true,
    every: '1m',
    queries: [
      series(
        `SELECT sum("open") FROM (SELECT mean("open") AS "open" FROM ${from('alert_open')} WHERE ${districtRows} AND ${inRange} ${grouped(perInterval, 'area', 'severity')}) WHERE ${inRange} ${grouped(perInterval, 'severity')}`,
        '$tag_severity',
      ),
    ],
  }),
  chart({
    title: 'Opened and cleared',
    description:
      'How many alerts were opened, acknowledged and cleared. More opened than cleared, day after day, is a backlog.',
    width: 12,
    unit: unit.count,
    axis: 'Alerts in each hour or longer',
    decimals: 0,
    upright: true,
    every: '1h',
    queries: [
      series(
        `SELECT count("alert") FROM ${from('alert')} WHERE ${inDistricts} AND ${inRange} ${grouped(perInterval, 'step')} fill(0)`,
        '$tag_step',
      ),
    ],
  }),
  chart({
    title: 'Time to acknowledge',
    description: 'Median of the alerts that were acknowledged, by severity.',
    width: 12,
    unit: unit.seconds,
    axis: 'Time',
    every: '1h',
    queries: [
      series(
        `SELECT median("seconds_to_acknowledge") ${steps('acknowledged')} ${grouped(perInterval, 'severity')}`,
        '$tag_severity',
      ),
    ],
  }),
  chart({
    title: 'Time to clear',
    description: 'Median of the alerts that were cleared, by severity.',
    width: 12,
    unit: unit.seconds,
    axis: 'Time',
    every: '1h',
    queries: [
      series(
        `SELECT median("seconds_to_clear") ${steps('cleared')} ${grouped(perInterval, 'severity')}`,
        '$tag_severity',
      ),
    ],
  }),
]

const log = [
  list({
    title: 'What happened',
    description: "Every step of an alert's life in the range, the newest first (at most 500).",
    width: 24,
    height: 12,
    keepTime: true,
    sort: ['Time', 'descending'],
    hidden: [idColumns.district],
    columns: {
      Severity: { words: severityMappings },
      Step: { words: stepMappings },
      [level.title]: { link: toDistrict('cameras') },
      Acknowledged: { unit: unit.seconds },
      Cleared: { unit: unit.seconds },
    },
    queries: [
      rows(
        `SELECT ${columns({
          ...{
            Alert: 'title',
            Severity: 'severity',
            Step: 'step',
            [level.title]: districtName,
            Rule: 'rule',
          },
          ...{ Acknowledged: 'seconds_to_acknowledge', Cleared: 'seconds_to_clear' },
          [idColumns.district]: level.tag,
        })} FROM ${from('alert')} WHERE ${inDistricts} AND ${inRange} ORDER BY time DESC LIMIT 500`,
        { districts: level.title },
      ),
    ],
  }),
]

export const alerts = () =>
  board({
    name: 'alerts',
    description: 'What is open, where, and how long people need to take alerts up and to clear them.',
    from: 'now-7d',
    variables: [variables.district()],
    rows: [
      { title: 'Now', panels: stand },
      { title: 'Where', panels: where },
      { title: 'Over time', panels: overTime },
      { title: 'Log', panels: log },
    ],
  })
