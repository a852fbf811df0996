/** Lines over time, or stacked areas: one unit an axis, gaps of over an hour stay gaps, limits as dashed lines. */
import * as common from '@grafana/grafana-foundation-sdk/common'
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries'
import { hour } from '../../../model/time.ts'
import { type Bands, sentence, thresholds } from '../build/bands.ts'
import type { DataLink } from '../build/links.ts'
import { withUnit } from '../build/units.ts'
import { furnish, type Panel, type PanelOptions } from './panel.ts'

export interface ChartOptions extends Omit<PanelOptions, 'height'> {
  readonly height?: number
  readonly unit: string
  /** What the axis shows, in words. */
  readonly axis: string
  readonly decimals?: number
  readonly min?: number
  readonly max?: number
  readonly stacked?: boolean
  readonly bands?: Bands
  readonly link?: DataLink
  /** How often there are points at most: as often as they are written. */
  readonly every?: '10s' | '1m' | '5m' | '1h' | '1d'
  /** Upright bars, for counts of separate spans of time. */
  readonly upright?: boolean
}

export function chart(options: ChartOptions): Panel {
  const {
    unit,
    axis,
    decimals,
    min = 0,
    max,
    stacked = false,
    bands,
    link,
    every = '5m',
    height = 8,
  } = options
  const { upright = false, description } = options
  const builder = new timeseries.PanelBuilder()
    .unit(unit)
    .axisLabel(axis)
    .axisSoftMin(min)
    .interval(every)
    .drawStyle(upright ? common.GraphDrawStyle.Bars : common.GraphDrawStyle.Line)
    .lineWidth(upright ? 0 : 2)
    .fillOpacity(upright ? 80 : stacked ? 40 : 0)
    .showPoints(common.VisibilityMode.Auto)
    .spanNulls(hour)
    .stacking(
      new common.StackingConfigBuilder().mode(
        stacked ? common.StackingMode.Normal : common.StackingMode.None,
      ),
    )
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true)
        .calcs([]),
    )
    .tooltip(
      new common.VizTooltipOptionsBuilder()
        .mode(common.TooltipDisplayMode.Multi)
        .sort(common.SortOrder.Descending),
    )
  if (decimals !== undefined) builder.decimals(decimals)
  if (max !== undefined) builder.max(max)
  if (bands) {
    builder
      .thresholds({ build: () => thresholds(bands) })
      .thresholdsStyle(
        new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed),
      )
  }
  if (link) builder.overrideByRegexp('/.*/', [{ id: 'links', value: [link] }])
  return furnish(builder, {
    ...options,
    height,
    description: bands
      ? `${description} Dashed lines: ${sentence(bands, (value) => withUnit(value, unit))}.`
      : description,
  })
}
