/** How to read the lines and marks of the streets. */
import { useLocale } from '../parts/store.tsx'

export function Key() {
  const { t } = useLocale()
  const { title, scale, ...words } = t.streets.key
  return (
    <section class="panel key" aria-label={title}>
      <h3>{title}</h3>
      <ul class="key__list small">
        <li>
          <svg viewBox="0 0 40 16" aria-hidden="true">
            <path class="sparkline__line" d="M1 12L12 5L22 9L36 4" />
            <path class="sparkline__now" d="M36 4h0" />
          </svg>
          {words.today}
        </li>
        <li>
          <svg viewBox="0 0 40 16" aria-hidden="true">
            <path class="sparkline__usual" d="M1 8H39" />
          </svg>
          {words.usual}
        </li>
        <li>
          <svg viewBox="0 0 40 16" aria-hidden="true">
            <path class="sparkline__band" d="M1 3H39V13H1Z" />
          </svg>
          {words.band}
        </li>
        <li class="difference--unusual">
          <svg class="difference__mark" viewBox="-14 -2 40 16" aria-hidden="true">
            <path d="M6 1.5L11 10.5H1Z" />
          </svg>
          <span>{words.unusual}</span>
        </li>
      </ul>
      <p class="small soft">{scale}</p>
    </section>
  )
}
