/** Nearer, farther and the whole city, for those who have neither wheel nor keys at hand. */
import { useLocale } from '../parts/store.tsx'
import type { DrawnMap } from './drawing.ts'

const paths = {
  nearer: 'M8 3v10M3 8h10',
  farther: 'M3 8h10',
  whole: 'M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3',
} as const

export function MapButtons({ drawn }: { readonly drawn: DrawnMap }) {
  const { t } = useLocale()
  const actions = {
    nearer: () => drawn.zoomBy(1),
    farther: () => drawn.zoomBy(-1),
    whole: () => drawn.showAll(),
  }
  return (
    <div class="city-map__buttons">
      {(['nearer', 'farther', 'whole'] as const).map((name) => (
        <button
          key={name}
          type="button"
          class="city-map__button"
          aria-label={t.map.buttons[name]}
          title={t.map.buttons[name]}
          onClick={actions[name]}
        >
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <path d={paths[name]} />
          </svg>
        </button>
      ))}
    </div>
  )
}
