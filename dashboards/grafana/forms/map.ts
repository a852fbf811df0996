/** A map of places: one dot each, coloured by the bands of one column, with a way to the place. */
import * as common from '@grafana/grafana-foundation-sdk/common'
import * as geomap from '@grafana/grafana-foundation-sdk/geomap'
import { type Bands, sentence } from '../build/bands.ts'
import { toPlace } from '../build/links.ts'
import { withUnit } from '../build/units.ts'
import { furnish, type Panel, type PanelOptions } from './panel.ts'

export interface MapOptions extends PanelOptions {
  /** The column that colours, with its bands; its words stand in the tooltip when it has no unit. */
  readonly by: string
  readonly unit?: string
  readonly bands: Bands
}

/** The query has the columns Latitude, Longitude and those that the tooltip shows. */
export function map(options: MapOptions): Panel {
  const { by, unit, bands, columns = {} } = options
  const circle = {
    color: { field: by, fixed: 'gray' },
    opacity: 0.8,
    size: { fixed: 5, min: 2, max: 15 },
    symbol: { mode: 'fixed', fixed: 'img/icons/marker/circle.svg' },
    symbolAlign: { horizontal: 'center', vertical: 'center' },
    rotation: { fixed: 0, mode: 'mod', min: -360, max: 360 },
    textConfig: { fontSize: 12, offsetX: 0, offsetY: 0, textAlign: 'center', textBaseline: 'middle' },
  }
  const builder = new geomap.PanelBuilder()
    .basemap(new common.MapLayerOptionsBuilder().type('osm-standard').name('OpenStreetMap').config({}))
    .layers([
      new common.MapLayerOptionsBuilder()
        .type('markers')
        .name('Places')
        .config({ showLegend: true, style: circle })
        .location(
          new common.FrameGeometrySourceBuilder()
            .mode(common.FrameGeometrySourceMode.Coords)
            .latitude('Latitude')
            .longitude('Longitude'),
        )
        .tooltip(true),
    ])
    .view({ build: () => ({ id: 'fit', allLayers: true, lat: 0, lon: 0, zoom: 15, padding: 5 }) })
    .controls(
      new geomap.ControlsOptionsBuilder()
        .showZoom(true)
        .mouseWheelZoom(false)
        .showAttribution(true)
        .showScale(true),
    )
    .tooltip({ build: () => ({ mode: geomap.TooltipMode.Details }) })
  return furnish(builder, {
    ...options,
    description: `${options.description} Colours: ${sentence(bands, (value) => (unit ? withUnit(value, unit) : String(value)))}.`,
    columns: {
      ...columns,
      [by]: unit ? { bands, unit, decimals: 0 } : { bands, verdict: bands },
      Place: { ...columns.Place, link: toPlace },
    },
  })
}
