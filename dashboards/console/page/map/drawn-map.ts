/**
 * The map itself, on a canvas, with OpenLayers: the chunk that city-map.tsx loads when a map is first shown. It draws what
 * it is given, moves when asked, says what lies where, and lets go of everything at its end.
 */
import Layer from 'ol/layer/Layer'
import TileLayer from 'ol/layer/Tile'
import OlMap from 'ol/Map'
import { fromLonLat } from 'ol/proj'
import XYZ from 'ol/source/XYZ'
import View from 'ol/View'
import type { BaseMap } from '../../../../model/answers/city.ts'
import { shortNames } from '../words/short-names.ts'
import { createAreaLayer, rest } from './area-layer.ts'
import type { Content, DrawnMap, Events, Pixel, Thing } from './drawing.ts'
import { gestures, isTouch } from './gestures.ts'
import { inTwoLines } from './labels.ts'
import { createLayouts } from './layouts.ts'
import { createOutlineSource } from './outlines.ts'
import { noPoints, renewed } from './place-points.ts'
import { boundsOf } from './polygons.ts'
import { figuresOf, shadeOf, shownAbove, shownAreas } from './shown-areas.ts'
import { createSprites } from './sprites.ts'
import { type Frame, mark, paint, type Scene, signAt } from './symbols.ts'

const nearestZoom = 18
const zoomOfPlace = 15.5
/** CSS pixels; styles/map.css has the same. */
const narrow = 600
const pointerReach = 9
const fingerReach = 22
const keyboardReach = 26

export function createDrawnMap(options: { target: HTMLElement; isStill: boolean; events: Events }): DrawnMap {
  const { target, isStill, events } = options
  const view = new View({ maxZoom: nearestZoom, smoothExtentConstraint: false, enableRotation: false })
  const areaLayer = createAreaLayer()
  const tiles = new TileLayer()
  const outlineSource = createOutlineSource()
  let content: Content | undefined
  let points = noPoints
  let sprites: ReturnType<typeof createSprites> | undefined
  let labels: Scene['labels'] = new Map()
  let outlines: ReturnType<typeof outlineSource.outlines> = { isSchematic: false, polygons: new Map() }
  let labelled: typeof outlines | undefined
  let pointed: { x: number; y: number } | undefined
  let fitted: string | undefined
  let isMoved = false
  const layouts = createLayouts({ points, alerts: [], areas: [], scale: 1 })
  const duration = isStill ? 0 : 200

  const frameOf = (size: readonly number[], centre: readonly number[], resolution: number): Frame => ({
    width: size[0] ?? 0,
    height: size[1] ?? 0,
    centre: [centre[0] ?? 0, centre[1] ?? 0],
    resolution,
  })

  function sceneAt(resolution: number): Scene | undefined {
    return (
      sprites && { sprites, points, labels, layout: layouts.at(resolution), chosen: content?.place ?? null }
    )
  }

  areaLayer.layer.on('postrender', ({ context, frameState }) => {
    if (!(context instanceof CanvasRenderingContext2D) || !frameState) return
    const { size, pixelRatio, viewState } = frameState
    const scene = sceneAt(viewState.resolution)
    if (!scene) return
    context.save()
    context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0)
    const frame = frameOf(size, viewState.center, viewState.resolution)
    paint(context, frame, scene)
    if (pointed) {
      const x = (pointed.x - frame.centre[0]) / frame.resolution + frame.width / 2
      const y = (frame.centre[1] - pointed.y) / frame.resolution + frame.height / 2
      const { scale, palette } = scene.sprites.look
      mark(context, x, y, 15 * scale, palette.text)
    }
    context.restore()
  })

  function thingAt(pixel: Pixel, within: number): Thing | undefined {
    const [size, centre, resolution] = [map.getSize(), view.getCenter(), view.getResolution()]
    if (!size || !centre || !resolution) return undefined
    const scene = sceneAt(resolution)
    const scale = sprites?.look.scale ?? 1
    const found = scene && signAt(pixel, within * scale, frameOf(size, centre, resolution), scene)
    const coordinate = map.getCoordinateFromPixel([...pixel])
    const code = found || !coordinate ? undefined : areaLayer.codeAt(coordinate)
    const isOther = found?.x !== pointed?.x || found?.y !== pointed?.y
    pointed = found && { x: found.x, y: found.y }
    areaLayer.setHovered(code)
    if (isOther) map.render()
    return found?.sign ?? (code === undefined ? undefined : { kind: 'area', code })
  }

  const map = new OlMap({
    target,
    view,
    layers: [tiles, areaLayer.layer],
    controls: [],
    interactions: gestures({ onHint: events.onHint, isStill }),
    maxTilesLoading: 6,
  })
  tiles.setVisible(false)

  map.on('pointermove', ({ pixel, dragging, originalEvent }) => {
    if (dragging || isTouch(originalEvent)) return events.onPoint(undefined, [0, 0])
    const at: Pixel = [pixel[0] ?? 0, pixel[1] ?? 0]
    events.onPoint(thingAt(at, pointerReach), at)
  })
  map.on('click', ({ pixel, originalEvent }) => {
    const thing = thingAt([pixel[0] ?? 0, pixel[1] ?? 0], isTouch(originalEvent) ? fingerReach : pointerReach)
    if (thing) events.onOpen(thing)
  })
  // Who has moved the map keeps what is seen when the window changes; else all of it stays in view.
  const onMoved = () => {
    isMoved = true
  }
  map.on('pointerdrag', onMoved)
  // Without a key the wheel scrolls the page, and the map stays.
  const onWheel = (event: WheelEvent) => {
    if (event.ctrlKey || event.metaKey) onMoved()
  }
  target.addEventListener('wheel', onWheel, { passive: true })
  map.on('moveend', () => events.onMove())
  map.on('change:size', () => {
    if (!isMoved) showAll(0)
  })
  const onLeave = () => {
    pointed = undefined
    areaLayer.setHovered(undefined)
    map.render()
    events.onPoint(undefined, [0, 0])
  }
  target.addEventListener('pointerleave', onLeave)
  const onFonts = () => {
    if (content) show({ ...content, look: { ...content.look } })
  }
  document.fonts?.addEventListener('loadingdone', onFonts)

  /** West, south, east, north of the shown areas, or of all places where there are none. */
  function wholeExtent(): [number, number, number, number] | undefined {
    const shown = [...outlines.polygons].flatMap(([code, polygons]) => (code === rest ? [] : polygons))
    if (shown.length > 0) return boundsOf(shown)
    if (points.x.length === 0) return undefined
    return boundsOf([[Array.from(points.x, (x, index) => [x, points.y[index] ?? 0] as const)]])
  }

  function showAll(milliseconds = duration): void {
    const place = content?.place ? content.places?.get(content.place) : undefined
    isMoved = false
    if (place) {
      view.setCenter(fromLonLat([place.longitude, place.latitude]))
      view.setZoom(zoomOfPlace)
      return
    }
    const extent = wholeExtent()
    const size = map.getSize()
    if (!extent || !size || size.every((side) => side === 0)) return
    // On a phone the buttons lie above the city, beside it elsewhere.
    const above = (size[0] ?? 0) < narrow ? 72 : 24
    view.fit(extent, { padding: [above, 24, 36, 24], maxZoom: 16, duration: milliseconds })
  }

  function show(next: Content): { isSchematic: boolean } {
    const before = content
    content = next
    const { areas, within, place, places, boundaries, look } = next
    const isAnew = before?.areas !== areas || before.within !== within || before.place !== place
    if (isAnew) pointed = undefined
    const shown = shownAreas(areas, within)
    let isMovedAbout = isAnew || before?.boundaries !== boundaries
    if (isAnew || before?.places !== places) {
      const above = place === null ? shownAbove(areas, shown) : undefined
      const scope = new Map([...(places ?? [])].filter(([, { area }]) => !above || above.has(area)))
      const [renewedPoints, change] = renewed(points, scope)
      points = renewedPoints
      if (change !== 'nothing') layouts.change({ points })
      isMovedAbout ||= change === 'positions' || outlines.polygons.size === 0
    }
    if (isMovedAbout) {
      outlines = outlineSource.outlines({ areas, shown, boundaries, places })
      areaLayer.setOutlines(outlines.polygons)
    }
    if (before?.look !== look) {
      sprites = createSprites(look)
      areaLayer.setLook(look, next.baseMap !== null)
      layouts.change({ scale: look.scale })
    }
    if (before?.look !== look || before.coverage !== next.coverage || isMovedAbout) label(next)
    if (before?.alerts !== next.alerts || isAnew) {
      const codes = new Set(shown.map(({ code }) => code))
      const alerts = [...(next.alerts?.values() ?? [])]
      layouts.change({
        alerts:
          place === null ? alerts.filter((alert) => alert.areas.some((code) => codes.has(code))) : alerts,
      })
    }
    if (before?.baseMap?.url !== next.baseMap?.url) layBaseMap(next.baseMap)
    const whole = `${within} ${place}`
    if (fitted !== whole && wholeExtent() && places && boundaries !== undefined) {
      showAll(fitted === undefined ? 0 : duration)
      fitted = whole
    }
    map.render()
    return { isSchematic: outlines.isSchematic && outlines.polygons.size > 0 }
  }

  function label({ areas, within, coverage, look }: Content): void {
    const shown = shownAreas(areas, within)
    const figures = coverage ? figuresOf(coverage, shown) : new Map()
    const target = coverage?.goal.target ?? 0
    const shareOf = (code: string) => figures.get(code)?.installedShare ?? null
    areaLayer.setShades(new Map(shown.map(({ code }) => [code, shadeOf(shareOf(code), target)])))
    const made = sprites
    if (!made) return
    const short = shortNames(shown.map(({ name }) => name))
    const next = new Map(
      shown.map(({ code, name }) => {
        const figure = look.share(shareOf(code))
        const lines = [inTwoLines(name), inTwoLines(short.get(name) ?? name), []]
        return [code, lines.map((of) => made.areaLabel(of, figure))]
      }),
    )
    // Figures come every few seconds and seldom read otherwise: then nothing is laid out anew.
    const isSame = [...next].every(([code, sprites]) => labels.get(code)?.[0] === sprites[0])
    if (isSame && next.size === labels.size && outlines === labelled) return
    labels = next
    labelled = outlines
    layouts.change({
      areas: shown.flatMap(({ code }) => {
        const polygons = outlines.polygons.get(code)
        return polygons ? [{ code, polygons, labels: next.get(code) ?? [] }] : []
      }),
    })
  }

  function layBaseMap(baseMap: BaseMap | null): void {
    tiles.setSource(baseMap && new XYZ({ url: baseMap.url, attributions: baseMap.attribution }))
    tiles.setVisible(baseMap !== null)
  }

  return {
    show,
    showAll: () => showAll(),
    zoomBy(levels) {
      isMoved = true
      view.cancelAnimations()
      view.animate({ zoom: (view.getZoom() ?? 0) + levels, duration })
    },
    panBy(right, down) {
      const resolution = view.getResolution() ?? 1
      isMoved = true
      view.adjustCenter([right * resolution, -down * resolution])
    },
    middle() {
      const [width = 0, height = 0] = map.getSize() ?? []
      const pixel: Pixel = [width / 2, height / 2]
      return { thing: thingAt(pixel, keyboardReach), pixel }
    },
    zoomTo(positions) {
      if (positions.length === 0) return
      const corners = positions.map((position) => {
        const [x = 0, y = 0] = fromLonLat([...position])
        return [x, y] as const
      })
      isMoved = true
      const [west, south, east, north] = boundsOf([[corners]])
      const zoom = view.getZoom() ?? 0
      const wanted =
        view.getZoomForResolution(view.getResolutionForExtent([west, south, east, north])) ?? zoom
      view.cancelAnimations()
      // Even where all lie on one spot: a step nearer, and never a step that cannot be followed.
      const next = Math.min(nearestZoom, zoom + 3, Math.max(zoom + 1, wanted - 0.5))
      view.animate({ center: [(west + east) / 2, (south + north) / 2], zoom: next, duration })
    },
    stop() {
      document.fonts?.removeEventListener('loadingdone', onFonts)
      target.removeEventListener('pointerleave', onLeave)
      target.removeEventListener('wheel', onWheel)
      const layers = map.getLayers().getArray().slice()
      map.dispose()
      for (const layer of layers) if (layer instanceof Layer) layer.dispose()
      tiles.getSource()?.dispose()
      areaLayer.layer.getSource()?.dispose()
    },
  }
}
