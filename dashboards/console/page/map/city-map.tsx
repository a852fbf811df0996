/**
 * The city's map: areas by coverage, places by state, open alerts above them, for pointer, fingers and keyboard. It feeds the
 * drawing (drawn-map.ts, a chunk of its own with OpenLayers) from the store and says in words what is pointed at.
 */
import '../styles/map.css'
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks'
import { type AreaSummary, areaFeatures } from '../../../../model/answers/areas.ts'
import { coverage } from '../../../../model/coverage.ts'
import { useLocale, useStore } from '../parts/store.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { routeOf } from '../requests.ts'
import type { Thing } from './drawing.ts'
import { onMapKey } from './keys.ts'
import { MapButtons } from './map-buttons.tsx'
import { MapLegend } from './map-legend.tsx'
import { MapTooltip } from './map-tooltip.tsx'
import { paletteOf } from './palette.ts'
import { shownAreas } from './shown-areas.ts'
import { linkOf, positionsOf, tell } from './told.ts'
import { useDrawnMap } from './use-drawn-map.ts'

const coverageEveryMs = 5000
const boundariesEveryMs = 600_000
const hintForMs = 2000
/** What is in the middle is said when the map has come to rest. */
const saidAfterMs = 400

interface Pointed {
  readonly thing: Thing
  readonly at: readonly [number, number]
  readonly isByKeyboard: boolean
}

export function CityMap(props: {
  /** The code of the area whose parts are shown; null: the whole city. */
  readonly within: string | null
  /** The place that the page is about: the map shows what is around it. */
  readonly place?: string | null
  readonly height?: 'page' | 'small'
}) {
  const { within, place = null, height = 'page' } = props
  const { city, places, alerts, navigation, preferences } = useStore()
  const { t, f } = useLocale()
  const canvas = useRef<HTMLDivElement>(null)
  const [pointed, setPointed] = useState<Pointed>()
  const [said, setSaid] = useState('')
  const [hint, setHint] = useState<'wheel' | 'touch'>()
  const [isSchematic, setSchematic] = useState(false)
  const scale = useScale()
  const help = useId()

  const areas = city.areas.value
  const shown = useMemo(() => (areas ? shownAreas(areas, within) : []), [areas, within])
  const coverageRoute = routeOf('/v1/coverage', { within: within ?? undefined })
  const figures = useAnswer(coverageRoute, coverage, { everyMs: coverageEveryMs }).value
  const asked = useAnswer(boundariesRoute(shown, within), areaFeatures, { everyMs: boundariesEveryMs })
  // Until they are known, nothing schematic is drawn that would change under the eye.
  const boundaries = asked.value ?? (asked.error ? null : undefined)
  const theme = preferences.theme.value
  const all = places.places.value
  const open = alerts.open.value
  const baseMap = city.city.value?.baseMap ?? null

  const { drawn, hasFailed } = useDrawnMap(canvas, {
    onPoint: (thing, at) => setPointed(thing && { thing, at, isByKeyboard: false }),
    onOpen: openThing,
    onHint: setHint,
    onMove: lookAtMiddle,
  })

  // The theme is among them for the colours that are read here.
  const look = useMemo(
    () =>
      canvas.current &&
      drawn && {
        palette: paletteOf(canvas.current),
        font: getComputedStyle(canvas.current).fontFamily,
        pixelRatio: devicePixelRatio,
        scale,
        whole: f.whole,
        share: f.share,
      },
    [drawn, theme, scale, f],
  )
  useEffect(() => places.start(), [places])
  useEffect(() => {
    if (!drawn || !areas || !look) return
    const content = { areas, within, place, places: all, boundaries, coverage: figures, alerts: open }
    setSchematic(drawn.show({ ...content, baseMap, look }).isSchematic)
  }, [drawn, areas, within, place, all, boundaries, figures, open, baseMap, look])
  // What was pointed at is not on another page's map.
  useEffect(() => setPointed(undefined), [within, place])
  useEffect(() => {
    if (!hint) return undefined
    const timer = setTimeout(() => setHint(undefined), hintForMs)
    return () => clearTimeout(timer)
  }, [hint])

  const told = pointed && tell(pointed.thing, { t, f, areas, coverage: figures, alerts: open, places: all })
  const toSay = pointed?.isByKeyboard && told ? [told.title, ...told.lines].join('. ') : ''
  useEffect(() => {
    const timer = setTimeout(() => setSaid(toSay), saidAfterMs)
    return () => clearTimeout(timer)
  }, [toSay])

  function openThing(thing: Thing): void {
    const link = linkOf(thing)
    if (link) navigation.go(link)
    else drawn?.zoomTo(positionsOf(thing))
  }

  function lookAtMiddle(): void {
    if (!drawn || !canvas.current?.matches(':focus-visible')) return
    const { thing, pixel } = drawn.middle()
    setPointed(thing && { thing, at: pixel, isByKeyboard: true })
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (!drawn) return
    const isOurs = onMapKey(event, {
      ...drawn,
      open: () => {
        const { thing } = drawn.middle()
        if (thing) openThing(thing)
      },
      dismiss: () => setPointed(undefined),
    })
    if (isOurs) event.preventDefault()
  }

  return (
    <figure class={`city-map city-map--${height}`} aria-label={t.map.title}>
      <div class="city-map__frame">
        <div
          ref={canvas}
          class="city-map__canvas"
          role="application"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: an application has keys of its own, which are described
          tabIndex={0}
          aria-label={t.map.label}
          aria-describedby={help}
          onKeyDown={onKeyDown}
          onFocus={lookAtMiddle}
          onBlur={() => setPointed(undefined)}
        />
        <span class="city-map__cross" aria-hidden="true" />
        {(!drawn || !all) && <p class="city-map__wait">{hasFailed ? t.shell.failed : t.shell.loading}</p>}
        {drawn && <MapButtons drawn={drawn} />}
        {isSchematic && <p class="city-map__note">{t.map.schematic}</p>}
        {baseMap && <p class="city-map__credit">{baseMap.attribution}</p>}
        {told && pointed && (
          <MapTooltip
            told={told}
            at={pointed.at}
            size={[canvas.current?.clientWidth ?? 0, canvas.current?.clientHeight ?? 0]}
          />
        )}
        <p class="city-map__hint" role="status">
          {hint && t.map.hints[hint]}
        </p>
      </div>
      <p id={help} class="visually-hidden">
        {t.map.help}
      </p>
      <p class="visually-hidden" role="status">
        {said}
      </p>
      <MapLegend
        target={figures?.goal.target}
        isSchematic={isSchematic}
        hasAlerts={(open?.size ?? 0) > 0}
        isOpen={height === 'page'}
      />
    </figure>
  )
}

/** The shown areas with their boundaries. A rung is asked for as a whole; null: there is nothing to ask for yet. */
function boundariesRoute(shown: readonly AreaSummary[], within: string | null): string | null {
  const levels = new Set(shown.map(({ level }) => level))
  const [level] = levels
  if (level === undefined) return null
  return routeOf('/v1/areas', {
    format: 'geojson',
    within: within ?? undefined,
    level: levels.size === 1 ? level : undefined,
    limit: 1000,
  })
}

/** How much larger signs and letters are than on a desk: they follow the page's own size of type. */
function useScale(): number {
  const [scale, setScale] = useState(scaleNow)
  useEffect(() => {
    const onResize = () => setScale(scaleNow())
    addEventListener('resize', onResize)
    return () => removeEventListener('resize', onResize)
  }, [])
  return scale
}

function scaleNow(): number {
  return Math.max(1, Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16)
}
