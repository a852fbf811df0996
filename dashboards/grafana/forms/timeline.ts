/** How states followed one another: one band of time a series, its colours and words from the bands. */
import * as common from '@grafana/grafana-foundation-sdk/common'
import * as statetimeline from '@grafana/grafana-foundation-sdk/statetimeline'
import { minute } from '../../../model/time.ts'
import { asWords, type Bands, sentence, thresholds } from '../build/bands.ts'
import { furnish, type Panel, type PanelOptions } from './panel.ts'

export function timeline(options: PanelOptions & { bands: Bands; every: '1m' | '5m' | '15m' }): Panel {
  const { bands, every, description } = options
  const builder = new statetimeline.PanelBuilder()
    .interval(every)
    .unit('none')
    .mappings(asWords(bands))
    .thresholds({ build: () => thresholds(bands) })
    .mergeValues(true)
    // Devices report every 10 minutes at the most seldom; a longer silence shows.
    .spanNulls(15 * minute)
    .showValue(common.VisibilityMode.Auto)
    .rowHeight(0.8)
    .fillOpacity(70)
    .lineWidth(0)
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true)
        .calcs([]),
    )
    .tooltip(
      new common.VizTooltipOptionsBuilder()
        .mode(common.TooltipDisplayMode.Single)
        .sort(common.SortOrder.None),
    )
  return furnish(builder, {
    ...options,
    description: `${description} Colours: ${sentence(bands, String)}.`,
  })
}
