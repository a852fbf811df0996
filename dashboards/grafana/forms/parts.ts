/** Parts of a whole as a ring, with numbers and shares beside it; the query's columns are the parts. */
import * as common from '@grafana/grafana-foundation-sdk/common'
import * as piechart from '@grafana/grafana-foundation-sdk/piechart'
import { furnish, type Panel, type PanelOptions, withoutTime } from './panel.ts'

export function parts(options: PanelOptions & { unit: string }): Panel {
  const builder = new piechart.PanelBuilder()
    .unit(options.unit)
    .decimals(0)
    .pieType(piechart.PieChartType.Donut)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false))
    .displayLabels([piechart.PieChartLabels.Percent])
    .legend(
      new piechart.PieChartLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.Table)
        .placement(common.LegendPlacement.Right)
        .showLegend(true)
        .values([piechart.PieChartLegendValues.Value, piechart.PieChartLegendValues.Percent]),
    )
    .tooltip(
      new common.VizTooltipOptionsBuilder()
        .mode(common.TooltipDisplayMode.Single)
        .sort(common.SortOrder.None),
    )
  return furnish(builder, { transformations: [withoutTime], ...options })
}
