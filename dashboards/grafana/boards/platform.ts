/**
 * Platform: whether Lantern itself keeps up. From the measurement `platform`, so that a manager's Grafana needs one data
 * source; those who run Lantern have more in /metrics.
 */
import { board } from '../build/board.ts'
import { from, grouped, inRange, lately, perInterval } from '../build/influxql.ts'
import { rows, series } from '../build/query.ts'
import { journalUse, lag, rejectionMappings, storeLatency } from '../build/states.ts'
import { unit } from '../build/units.ts'
import { chart } from '../forms/chart.ts'
import { figure } from '../forms/figure.ts'
import { list } from '../forms/list.ts'

const now = lately(5)
const platform = from('platform')

const stand = [
  figure({
    title: 'Readings',
    description: 'Readings stored, mean of the last 5 minutes.',
    width: 4,
    unit: unit.perSecond,
    decimals: 1,
    queries: [
      rows(`SELECT mean("readings_per_second") AS "Readings" FROM ${platform} WHERE ${now}`, { rows: 'one' }),
    ],
  }),
  figure({
    title: 'Ingest lag',
    description:
      'Age of the oldest message that is acknowledged and not stored yet; the longest of the last 5 minutes.',
    width: 6,
    unit: unit.seconds,
    decimals: 1,
    verdict: lag,
    queries: [
      rows(`SELECT max("lag") AS "Lag", max("lag") AS "Verdict" FROM ${platform} WHERE ${now}`, {
        rows: 'one',
      }),
    ],
  }),
  figure({
    title: 'Journal',
    description:
      'What waits on disk, and what share of the limit that is. At the limit nothing more is acknowledged.',
    width: 5,
    unit: unit.bytes,
    decimals: 0,
    verdict: journalUse,
    verdictUnit: unit.share,
    queries: [
      rows(
        `SELECT last("journal") AS "Journal", last("journal") / last("journal_limit") AS "Verdict" FROM ${platform} WHERE ${now}`,
        { rows: 'one' },
      ),
    ],
  }),
  figure({
    title: 'Connected',
    description: 'Devices and operators with an open MQTT connection.',
    width: 4,
    unit: unit.count,
    decimals: 0,
    queries: [
      rows(`SELECT last("connections") AS "Connections" FROM ${platform} WHERE ${now}`, { rows: 'one' }),
    ],
  }),
  figure({
    title: 'Store latency',
    description: 'Mean time until the store has what it was given, of the last 5 minutes.',
    width: 5,
    unit: unit.seconds,
    verdict: storeLatency,
    queries: [
      rows(
        `SELECT mean("store_latency") AS "Latency", mean("store_latency") AS "Verdict" FROM ${platform} WHERE ${now}`,
        { rows: 'one' },
      ),
    ],
  }),
]

const overTime = (figures: string, alias?: string) => [
  series(`SELECT ${figures} FROM ${platform} WHERE ${inRange} ${grouped(perInterval)}`, alias),
]

const flow = [
  chart({
    title: 'Readings',
    description: 'Readings stored.',
    width: 12,
    unit: unit.perSecond,
    axis: 'Readings',
    every: '10s',
    queries: overTime('mean("readings_per_second") AS "Readings"'),
  }),
  chart({
    title: 'Ingest lag',
    description:
      'Age of the oldest message that is not stored yet, the longest of each span. A line that grows without end means that readings come faster than the store takes them, or that it is away.',
    width: 12,
    unit: unit.seconds,
    axis: 'Lag',
    bands: lag,
    every: '10s',
    queries: overTime('max("lag") AS "Lag"'),
  }),
  chart({
    title: 'Journal',
    description: 'What waits on disk, and the limit at which nothing more is acknowledged.',
    width: 12,
    unit: unit.bytes,
    axis: 'Size',
    every: '10s',
    columns: { Limit: { colour: 'red', custom: { lineStyle: { fill: 'dash', dash: [10, 10] } } } },
    queries: overTime('max("journal") AS "Journal", max("journal_limit") AS "Limit"'),
  }),
  chart({
    title: 'Store latency',
    description: 'Mean time until the store has what it was given.',
    width: 12,
    unit: unit.seconds,
    axis: 'Latency',
    bands: storeLatency,
    every: '10s',
    queries: overTime('mean("store_latency") AS "Latency"'),
  }),
  chart({
    title: 'Connections',
    description: 'Open MQTT connections, the fewest of each span.',
    width: 12,
    unit: unit.count,
    axis: 'Connections',
    decimals: 0,
    every: '10s',
    queries: overTime('min("connections") AS "Connections"'),
  }),
  chart({
    title: 'Refused at the door',
    description:
      'Sign-ins, topics and packets that were refused in each span. Many at once are a wrong roll-out, or somebody who tries.',
    width: 12,
    unit: unit.count,
    axis: 'Refusals',
    decimals: 0,
    upright: true,
    every: '10s',
    queries: overTime('non_negative_difference(max("refusals")) AS "Refusals"'),
  }),
]

const rejections = [
  chart({
    title: 'Rejections by reason',
    description:
      'Messages and readings that could not be taken, in each span. Lantern lists them with the remedy at /v1/rejections.',
    width: 14,
    unit: unit.count,
    axis: 'Rejections',
    decimals: 0,
    stacked: true,
    upright: true,
    every: '1m',
    queries: [
      series(
        `SELECT sum("count") FROM ${from('rejection')} WHERE "count" > 0 AND ${inRange} ${grouped(perInterval, 'reason')} fill(0)`,
        '$tag_reason',
      ),
    ],
  }),
  list({
    title: 'Reasons and remedies',
    description: 'Over the whole range, the most frequent first, with what to do about it.',
    width: 10,
    height: 8,
    sort: ['Rejections', 'descending'],
    empty: 'Nothing was rejected.',
    columns: { Rejections: { unit: unit.count, decimals: 0 }, Remedy: { words: rejectionMappings } },
    queries: [
      rows(
        `SELECT "count" AS "Rejections", "reason" AS "Reason", "reason" AS "Remedy" FROM (SELECT sum("count") AS "count" FROM ${from('rejection')} WHERE "count" > 0 AND ${inRange} ${grouped('reason')})`,
      ),
    ],
  }),
]

export const platformBoard = () =>
  board({
    name: 'platform',
    description: 'Whether Lantern itself keeps up: what comes in, what waits, what is refused.',
    from: 'now-6h',
    refresh: '30s',
    variables: [],
    rows: [
      { title: 'Now', panels: stand },
      { title: 'From the door to the store', panels: flow },
      { title: 'What could not be taken', panels: rejections },
    ],
  })
