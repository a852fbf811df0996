/** The way down to here: from the top of the city to the area, place or device, each a link back up. */
import { linkTo } from '../addresses.ts'
import { useLocale, useStore } from './store.tsx'

/** `area`: the smallest area, by code; `here`: what lies in it, the last of the way. */
export function Trail({
  area,
  place,
  here,
}: {
  readonly area: string | null
  readonly place?: { readonly id: string; readonly name: string }
  readonly here?: string
}) {
  const { city } = useStore()
  const { t } = useLocale()
  const areas = area === null ? [] : (city.areas.value?.pathOf(area) ?? []).toReversed()
  const isTop = (code: string) => city.areas.value?.byCode.get(code)?.parent === null
  const links = [
    ...(areas[0] && isTop(areas[0].code) && city.city.value?.name
      ? []
      : [{ link: linkTo('overview'), name: t.shell.home }]),
    ...areas.map(({ code, name }) => ({
      link: isTop(code) && city.city.value?.name ? linkTo('overview') : linkTo('area', code),
      name,
    })),
    ...(place ? [{ link: linkTo('place', place.id), name: place.name }] : []),
  ]
  const last = here ?? links.pop()?.name
  return (
    <nav class="trail" aria-label={t.shell.path}>
      <ol>
        {links.map(({ link, name }) => (
          <li key={link}>
            <a href={link}>{name}</a>
          </li>
        ))}
        <li aria-current="page">{last}</li>
      </ol>
    </nav>
  )
}
