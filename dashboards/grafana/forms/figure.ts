/**
 * Single figures: a number in large type, with its verdict in words beside it where there are bands. The query's columns
 * are the figures; a column `Verdict` shows the words of its bands.
 */
import * as common from '@grafana/grafana-foundation-sdk/common'
import * as stat from '@grafana/grafana-foundation-sdk/stat'
import { type Bands, sentence } from '../build/bands.ts'
import { withUnit } from '../build/units.ts'
import { furnish, type Panel, type PanelOptions, withoutTime } from './panel.ts'

export interface FigureOptions extends Omit<PanelOptions, 'height'> {
  readonly height?: number
  readonly unit: string
  readonly decimals?: number
  /** Of the query's column `Verdict`. */
  readonly verdict?: Bands
  /** What the verdict is reckoned from, where that is not the figure itself: its unit. */
  readonly verdictUnit?: string
  /** Behind the figure, how it was over the range. */
  readonly trend?: boolean
}

export function figure(options: FigureOptions): Panel {
  const { unit, decimals, verdict, verdictUnit = unit, trend = false, height = 4 } = options
  const builder = new stat.PanelBuilder()
    .unit(unit)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false))
    .graphMode(trend ? common.BigValueGraphMode.Area : common.BigValueGraphMode.None)
    .colorMode(common.BigValueColorMode.Value)
    .justifyMode(common.BigValueJustifyMode.Auto)
    .textMode(common.BigValueTextMode.Auto)
    .orientation(common.VizOrientation.Vertical)
    .wideLayout(true)
    .colorScheme({ build: () => ({ mode: 'fixed', fixedColor: 'text' }) as never })
  if (decimals !== undefined) builder.decimals(decimals)
  const { description, columns = {} } = options
  return furnish(builder, {
    transformations: trend ? [] : [withoutTime],
    ...options,
    height,
    description: verdict
      ? `${description} Colours: ${sentence(verdict, (value) => withUnit(value, verdictUnit))}.`
      : description,
    columns: verdict ? { ...columns, Verdict: { bands: verdict, verdict } } : columns,
  })
}
