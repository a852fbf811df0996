/**
 * The areas as a layer of OpenLayers: one feature an area, changed in place when its figures or outline change, shaded by
 * its distance from the target, outlined when it is pointed at.
 */
import Feature from 'ol/Feature'
import MultiPolygon from 'ol/geom/MultiPolygon'
import VectorLayer from 'ol/layer/Vector'
import VectorSource from 'ol/source/Vector'
import Fill from 'ol/style/Fill'
import Stroke from 'ol/style/Stroke'
import Style from 'ol/style/Style'
import type { Polygon } from './polygons.ts'
import type { Shade } from './shown-areas.ts'
import type { Look } from './sprites.ts'

/** The code that stands for the rest of the city around the shown areas. */
export const rest = '*'

export interface AreaLayer {
  readonly layer: VectorLayer
  setOutlines(outlines: ReadonlyMap<string, readonly Polygon[]>): void
  setShades(shades: ReadonlyMap<string, Shade | undefined>): void
  setLook(look: Look, isOverBaseMap: boolean): void
  setHovered(code: string | undefined): void
  codeAt(coordinate: number[]): string | undefined
}

export function createAreaLayer(): AreaLayer {
  const source = new VectorSource<Feature<MultiPolygon>>({ wrapX: false })
  const layer = new VectorLayer({ source, renderBuffer: 0, updateWhileAnimating: false })
  let drawn: ReadonlyMap<string, readonly Polygon[]> = new Map()
  let shades: ReadonlyMap<string, Shade | undefined> = new Map()
  let hovered: string | undefined
  let styles = new Map<string, Style>()

  function styleOf(look: Look, isOverBaseMap: boolean): Map<string, Style> {
    const { palette, scale } = look
    const over = (colour: string) =>
      isOverBaseMap ? `color-mix(in srgb, ${colour} 62%, transparent)` : colour
    const style = (fill: string, line: string, width: number, zIndex: number) =>
      new Style({
        fill: new Fill({ color: over(fill) }),
        stroke: new Stroke({ color: line, width: width * scale, lineJoin: 'round' }),
        zIndex,
      })
    return new Map([
      ...Object.entries(palette.shades).flatMap(([shade, fill]): [string, Style][] => [
        [shade, style(fill, palette.border, 1.2, 1)],
        [`${shade} hovered`, style(fill, palette.accent, 3, 2)],
      ]),
      ['unknown', style(palette.unknown, palette.border, 1.2, 1)],
      ['unknown hovered', style(palette.unknown, palette.accent, 3, 2)],
      [rest, style(palette.rest, palette.restLine, 1, 0)],
    ])
  }

  layer.setStyle((feature) => {
    const code = String(feature.getId())
    if (code === rest) return styles.get(rest)
    return styles.get(`${shades.get(code) ?? 'unknown'}${code === hovered ? ' hovered' : ''}`)
  })

  return {
    layer,
    setOutlines(outlines) {
      for (const code of drawn.keys()) {
        const gone = outlines.has(code) ? null : source.getFeatureById(code)
        if (gone && !Array.isArray(gone)) source.removeFeature(gone)
      }
      for (const [code, polygons] of outlines) {
        if (drawn.get(code) === polygons) continue
        const shape = new MultiPolygon(
          polygons.map((polygon) =>
            polygon.map((ring) => [...ring, ...ring.slice(0, 1)].map((at) => [...at])),
          ),
        )
        const known = source.getFeatureById(code)
        if (known && !Array.isArray(known)) known.setGeometry(shape)
        else {
          const feature = new Feature(shape)
          feature.setId(code)
          source.addFeature(feature)
        }
      }
      drawn = outlines
    },
    setShades(next) {
      if ([...next].every(([code, shade]) => shades.get(code) === shade) && next.size === shades.size) return
      shades = next
      layer.changed()
    },
    setLook(look, isOverBaseMap) {
      styles = styleOf(look, isOverBaseMap)
      layer.changed()
    },
    setHovered(code) {
      if (code === hovered) return
      hovered = code
      layer.changed()
    },
    codeAt(coordinate) {
      const codes = source.getFeaturesAtCoordinate(coordinate).map((feature) => String(feature.getId()))
      return codes.find((code) => code !== rest)
    },
  }
}
