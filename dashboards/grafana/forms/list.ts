/** Tables: rows that a person works through, the gravest first, each with its way to the place or device. */
import * as common from '@grafana/grafana-foundation-sdk/common'
import * as table from '@grafana/grafana-foundation-sdk/table'
import { sentence } from '../build/bands.ts'
import { withUnit } from '../build/units.ts'
import { type Column, furnish, type Panel, type PanelOptions, sortedBy, withoutTime } from './panel.ts'

export interface ListOptions extends Omit<PanelOptions, 'height'> {
  readonly height?: number
  /** The column that orders the rows at first, and which end comes first. */
  readonly sort: readonly [column: string, order: 'ascending' | 'descending']
  /** Whether the rows' times stand there: events, not states. */
  readonly keepTime?: boolean
  /** Columns that only links read. */
  readonly hidden?: readonly string[]
}

export function list(options: ListOptions): Panel {
  const { sort, keepTime = false, hidden = [], columns = {}, height = 9, transformations = [] } = options
  const builder = new table.PanelBuilder()
    .showHeader(true)
    .cellHeight(common.TableCellHeight.Sm)
    .filterable(true)
    .align(common.FieldTextAlignment.Auto)
  const coloured: Column = { custom: { cellOptions: { type: 'color-text' } } }
  const shown = Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [
      name,
      column.bands || column.verdict || column.words
        ? { ...column, custom: { ...coloured.custom, ...column.custom } }
        : column,
    ]),
  )
  const hide: Column = { custom: { hidden: true, hideFrom: { viz: true, legend: false, tooltip: false } } }
  const meanings = Object.entries(columns).flatMap(([name, { bands, verdict, unit = '' }]) => {
    const named = bands ?? verdict
    return named ? [`Colours of ${name}: ${sentence(named, (value) => withUnit(value, unit))}.`] : []
  })
  return furnish(builder, {
    ...options,
    height,
    description: [options.description, ...meanings].join(' '),
    columns: { ...shown, ...Object.fromEntries(hidden.map((name) => [name, hide])) },
    transformations: [...transformations, ...(keepTime ? [] : [withoutTime]), sortedBy(...sort)],
  })
}
