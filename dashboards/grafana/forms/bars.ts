/** Lying bars, one group for each name of the first column: districts, place types, reasons. */
import * as barchart from '@grafana/grafana-foundation-sdk/barchart'
import * as common from '@grafana/grafana-foundation-sdk/common'
import type { DataLink } from '../build/links.ts'
import { furnish, type Panel, type PanelOptions, sortedBy, withoutTime } from './panel.ts'

export interface BarsOptions extends Omit<PanelOptions, 'height'> {
  readonly height?: number
  /** The column with the names. */
  readonly by: string
  readonly unit: string
  /** What the axis shows, in words. */
  readonly axis: string
  readonly decimals?: number
  readonly max?: number
  readonly sort: readonly [column: string, order: 'ascending' | 'descending']
  /** Columns that order the bars or are read by links, and are no bars. */
  readonly unseen?: readonly string[]
  readonly stacked?: boolean
  readonly link?: DataLink
}

export function bars(options: BarsOptions): Panel {
  const { by, unit, axis, decimals, max, sort, unseen = [], stacked = false, link, height = 9 } = options
  const { columns = {}, transformations = [] } = options
  const builder = new barchart.PanelBuilder()
    .xField(by)
    .unit(unit)
    .axisLabel(axis)
    .min(0)
    .orientation(common.VizOrientation.Horizontal)
    .stacking(stacked ? common.StackingMode.Normal : common.StackingMode.None)
    .showValue(common.VisibilityMode.Auto)
    // The SDK would write 0, which cuts names short.
    .xTickLabelMaxLength(60)
    .barWidth(0.9)
    .groupWidth(0.8)
    .fillOpacity(80)
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true)
        .calcs([]),
    )
    .tooltip(
      new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.None),
    )
  if (decimals !== undefined) builder.decimals(decimals)
  if (max !== undefined) builder.max(max)
  if (link) builder.overrideByRegexp('/.*/', [{ id: 'links', value: [link] }])
  const hide = { custom: { hideFrom: { viz: true, legend: true, tooltip: true } } }
  return furnish(builder, {
    ...options,
    height,
    columns: { ...columns, ...Object.fromEntries(unseen.map((name) => [name, hide])) },
    transformations: [...transformations, withoutTime, sortedBy(...sort)],
  })
}
