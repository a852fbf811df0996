/**
 * What can be chosen at the top of the dashboards. People read names, queries filter by codes: each choice comes as one
 * text "Name (code)", the tag `label`, which the variable's regular expression takes apart (Grafana reads one text an
 * entry from InfluxQL). Lists of tag values come from InfluxDB's index and scan nothing.
 */
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard'
import { atPlace, from, inDistricts } from './influxql.ts'
import { dataSource, level } from './names.ts'

/** Named groups: https://grafana.com/docs/grafana/latest/dashboards/variables/add-template-variables/ */
const nameAndCode = '/^(?<text>.*) \\((?<value>[^()]*)\\)$/'

/** The bucket's name; another is set here, in one place, for all queries of a dashboard. */
export const bucket = () => ({
  build: (): dashboard.VariableModel => ({
    ...new dashboard.ConstantVariableBuilder('bucket').value('lantern').build(),
    label: 'Bucket',
    description: 'LANTERN_INFLUX_BUCKET',
    hide: dashboard.VariableHide.HideVariable,
    skipUrlSync: true,
    current: { selected: true, text: 'lantern', value: 'lantern' },
  }),
})

interface ListOptions {
  readonly name: string
  readonly label: string
  readonly description: string
  readonly query: string
  readonly regex?: string
}

const list = ({ name, label, description, query, regex = '' }: ListOptions) =>
  new dashboard.QueryVariableBuilder(name)
    .label(label)
    .description(description)
    .datasource(dataSource)
    .query({ refId: name, query })
    .definition(query)
    .regex(regex)
    .sort(dashboard.VariableSort.NaturalAsc)
    .refresh(dashboard.VariableRefresh.OnDashboardLoad)
    .allowCustomValue(false)

const everything = { selected: true, text: ['All'], value: ['$__all'] }

/** Several, or all; "All" is one expression that everything fits, not a list of everything. */
const several = (options: ListOptions) =>
  list(options).multi(true).includeAll(true).allValue('.*').current(everything)

export const district = () =>
  several({
    name: level.tag,
    label: level.title,
    description: `Only these ${level.tag}s`,
    query: `SHOW TAG VALUES FROM "health" WITH KEY = "label" WHERE "level" = '${level.tag}'`,
    regex: nameAndCode,
  })

export const placeType = () =>
  several({
    name: 'place_type',
    label: 'Place type',
    description: 'Only places of these types',
    query: 'SHOW TAG VALUES FROM "place" WITH KEY = "place_type"',
  })

export const place = () =>
  list({
    name: 'place',
    label: 'Place',
    description: `A place of the chosen ${level.tag}s`,
    query: `SHOW TAG VALUES FROM "place" WITH KEY = "label" WHERE ${inDistricts}`,
    regex: nameAndCode,
  })

export const device = () =>
  several({
    name: 'device',
    label: 'Device',
    description: 'Only these devices of the place',
    query: `SHOW TAG VALUES FROM "device" WITH KEY = "device" WHERE ${atPlace}`,
  })

/**
 * The goal that the city has set (LANTERN_GOAL_TARGET), as it was counted with last. Hidden; what is reckoned against the
 * goal follows the setting, not a number in a dashboard.
 */
export const goal = () =>
  list({
    name: 'target',
    label: 'Goal',
    description: 'The share of public places that shall have a camera',
    query: `SELECT last("target") FROM ${from('coverage')} WHERE "level" = '${level.tag}' AND time > now() - 1d`,
  }).hide(dashboard.VariableHide.HideVariable)
