/** Cameras, last row: where storage fills up and where the network throttles, district by district. Called by cameras.ts. */
import { everyCamera } from '../build/cameras.ts'
import {
  columns,
  districtName,
  fromRollups,
  grouped,
  hourOfYesterday,
  lately,
  mean,
  whereChosen,
} from '../build/influxql.ts'
import { idColumns, toDistrict } from '../build/links.ts'
import { level } from '../build/names.ts'
import { rows } from '../build/query.ts'
import { unit } from '../build/units.ts'
import { bars } from '../forms/bars.ts'
import { joinedBy, type Panel } from '../forms/panel.ts'

/** The mean bit rate of the cameras of each district, from the roll-ups of one hour: a day of all cameras takes seconds. */
const bitRate = (when: string, named: Readonly<Record<string, string>>) =>
  `SELECT ${columns(named)} FROM (SELECT ${mean('bitrateKbps')} AS "rate" FROM ${fromRollups('camera')} WHERE ${whereChosen} AND ${when} ${grouped(districtName, level.tag)})`

export const storageAndNetwork = (): Panel[] => [
  bars({
    title: 'Storage used',
    description: `Mean of each ${level.tag}'s cameras and the fullest one, at the end of the range.`,
    width: 12,
    by: level.title,
    unit: unit.share,
    axis: 'Share of storage',
    decimals: 0,
    max: 1,
    sort: ['Fullest', 'descending'],
    unseen: [idColumns.district],
    link: toDistrict('cameras'),
    columns: { Mean: { colour: 'blue' }, Fullest: { colour: 'orange' } },
    queries: [
      rows(
        `SELECT ${columns({ [level.title]: districtName, Mean: 'mean', Fullest: 'fullest', [idColumns.district]: level.tag })} FROM (SELECT mean("storage_used_share") AS "mean", max("storage_used_share") AS "fullest" FROM ${everyCamera(['storage_used_share'], districtName, level.tag)} ${grouped(districtName, level.tag)})`,
        { districts: level.title },
      ),
    ],
  }),
  bars({
    title: 'Bit rate of a camera',
    description: `Mean of each ${level.tag}'s cameras in the last hour, and in the same hour a day before. A fall without a fault is a network that throttles.`,
    width: 12,
    by: level.title,
    unit: unit.bitRate,
    axis: 'Bit rate',
    decimals: 0,
    sort: ['Last hour', 'ascending'],
    unseen: [idColumns.district],
    link: toDistrict('cameras'),
    transformations: [joinedBy(level.title)],
    columns: { 'Last hour': { colour: 'blue' }, 'A day before': { colour: 'gray' } },
    queries: [
      rows(
        bitRate(lately(60), {
          ...{ [level.title]: districtName, 'Last hour': 'rate', [idColumns.district]: level.tag },
        }),
        { districts: level.title },
      ),
      rows(bitRate(hourOfYesterday, { [level.title]: districtName, 'A day before': 'rate' }), {
        districts: level.title,
      }),
    ],
  }),
]
