/** What the map's colours and shapes mean, in words, beneath it; and whether its areas are only schematic. */
import { useLocale } from '../parts/store.tsx'
import { shades } from './shown-areas.ts'

const states = ['working', 'installed', 'none'] as const
const severities = ['critical', 'major', 'warning', 'info'] as const

export function MapLegend(props: {
  readonly target: number | undefined
  readonly isSchematic: boolean
  readonly hasAlerts: boolean
  /** A small map has it folded away. */
  readonly isOpen: boolean
}) {
  const { target, isSchematic, hasAlerts, isOpen } = props
  const { t, f } = useLocale()
  const goal = target ?? 0.7
  const bounds = {
    farBelow: t.map.under(f.share(goal - 0.3)),
    below: t.map.between(f.share(goal - 0.3), f.share(goal - 0.15)),
    justBelow: t.map.between(f.share(goal - 0.15), f.share(goal)),
    reached: t.map.between(f.share(goal), f.share(goal + 0.15)),
    wellAbove: t.map.from(f.share(goal + 0.15)),
  }
  const groups = (
    <>
      <dl class="map-legend__group">
        <dt>{t.map.shading(f.share(goal))}</dt>
        {shades.map((shade) => (
          <dd key={shade}>
            <span class={`map-legend__shade map-legend__shade--${shade}`} aria-hidden="true" />
            {bounds[shade]}
          </dd>
        ))}
      </dl>
      <dl class="map-legend__group">
        <dt>{t.map.placesSigns}</dt>
        {states.map((state) => (
          <dd key={state}>
            <Sign name={state} />
            {t.things.states[state]}
          </dd>
        ))}
        <dd>
          <Sign name="ring" />
          {t.map.ring}
        </dd>
      </dl>
      {hasAlerts && (
        <dl class="map-legend__group">
          <dt>{t.map.alertSigns}</dt>
          {severities.map((severity) => (
            <dd key={severity}>
              <Sign name={severity} />
              {t.alerts.severities[severity]}
            </dd>
          ))}
        </dl>
      )}
      {isSchematic && <p class="map-legend__note">{t.map.schematicHelp}</p>}
    </>
  )
  return (
    <figcaption>
      {isOpen ? (
        <div class="map-legend">{groups}</div>
      ) : (
        <details>
          <summary class="map-legend__summary">{t.map.legend}</summary>
          <div class="map-legend">{groups}</div>
        </details>
      )}
    </figcaption>
  )
}

type SignName = (typeof states)[number] | (typeof severities)[number] | 'ring'

/** The shapes that signs.ts draws on the canvas. */
function Sign({ name }: { readonly name: SignName }) {
  return (
    <svg class={`map-legend__sign map-legend__sign--${name}`} viewBox="-9 -9 18 18" aria-hidden="true">
      {name === 'working' && <circle r="5" />}
      {name === 'installed' && <path d="M0-7.5 7.5 0 0 7.5-7.5 0Z" />}
      {name === 'none' && <rect x="-3.5" y="-3.5" width="7" height="7" />}
      {name === 'ring' && (
        <>
          <circle class="map-legend__arc map-legend__arc--none" r="6" />
          <path class="map-legend__arc map-legend__arc--working" d="M0-6A6 6 0 1 1-6 0" />
          <path class="map-legend__arc map-legend__arc--installed" d="M-6 0A6 6 0 0 1-3-5.2" />
        </>
      )}
      {name === 'critical' && <path d="M-3-7.5H3L7.5-3V3L3 7.5H-3L-7.5 3V-3Z" />}
      {(name === 'major' || name === 'warning') && <path d="M0-7 7.5 6H-7.5Z" />}
      {name === 'info' && <circle r="5.5" />}
    </svg>
  )
}
