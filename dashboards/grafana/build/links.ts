/**
 * Ways from one dashboard to the next: the city's dashboards among one another with everything that is chosen, from a
 * district's bar or row to the same dashboard for that district, and from a place or device to its own. All carry the time.
 */
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard'
import { type BoardName, boards, grafana, level, tag } from './names.ts'

/** As a field's configuration keeps it. */
export interface DataLink {
  readonly title: string
  readonly url: string
  readonly targetBlank: false
}

/** At the top of every dashboard: the others, with the chosen district, place type and time. */
export const toOthers = () =>
  new dashboard.DashboardLinkBuilder('Dashboards')
    .type(dashboard.DashboardLinkType.Dashboards)
    .tags([tag])
    .asDropdown(true)
    .includeVars(true)
    .keepTime(true)
    .tooltip('The other dashboards, with the same choices and time')

const pathOf = (board: BoardName) => `/d/${boards[board].uid}`
const time = grafana('__url_time_range')
const placeTypes = grafana('place_type:queryparam')
/** A column of the row that was clicked; the columns with ids are hidden in the lists. */
const cell = (column: string) => grafana(`__data.fields["${column}"]:percentencode`)

/** Names of the columns that the links read. */
export const idColumns = { district: `${level.title} code`, place: 'Place id', device: 'Device' } as const

/** Narrows a dashboard to the district of the row that was clicked. */
export const toDistrict = (board: BoardName): DataLink => ({
  title: `${boards[board].title} of this ${level.tag}`,
  url: `${pathOf(board)}?${time}&${placeTypes}&var-${level.tag}=${cell(idColumns.district)}`,
  targetBlank: false,
})

/** The same from a series that is grouped by the district's code, which is in that tag. */
export const toDistrictOfSeries = (board: BoardName, label: string = level.tag): DataLink => ({
  title: `${boards[board].title} of this ${level.tag}`,
  url: `${pathOf(board)}?${time}&${placeTypes}&var-${level.tag}=${grafana(`__field.labels.${label}:percentencode`)}`,
  targetBlank: false,
})

export const toPlace: DataLink = {
  title: 'This place and its devices',
  url: `${pathOf('place')}?${time}&var-place=${cell(idColumns.place)}`,
  targetBlank: false,
}

export const toDevice: DataLink = {
  title: 'This device',
  url: `${pathOf('place')}?${time}&var-place=${cell(idColumns.place)}&var-device=${cell(idColumns.device)}`,
  targetBlank: false,
}
