/** The areas below this one, the widest gap to the target first: bars for the eye, figures for the record, each a way down. */
import type { AreaCoverage } from '../../../../model/coverage.ts'
import { linkTo } from '../addresses.ts'
import { wordFor } from '../words/things.ts'
import { Meter } from './shares.tsx'
import { useLocale } from './store.tsx'

export function AreaTable({
  areas,
  target,
}: {
  readonly areas: readonly AreaCoverage[]
  readonly target: number
}) {
  const { t, f } = useLocale()
  const level = areas[0]?.level ?? ''
  return (
    <table class="areas">
      <caption class="visually-hidden">{t.coverage.byArea(wordFor(t.things.levels, level))}</caption>
      <thead>
        <tr>
          <th scope="col">{wordFor(t.things.levels, level)}</th>
          <th scope="col" class="areas__bar">
            <span class="visually-hidden">{t.coverage.bars}</span>
          </th>
          <th scope="col" class="number">
            {t.coverage.installed}
          </th>
          <th scope="col" class="number">
            {t.coverage.working}
          </th>
          <th scope="col" class="number" title={t.coverage.gapHint}>
            {t.coverage.gap}
          </th>
          <th scope="col" class="number areas__wide">
            {t.coverage.toTarget}
          </th>
        </tr>
      </thead>
      <tbody>
        {byGap(areas).map((area) => {
          const gap = area.installedShare === null ? null : area.installedShare - target
          return (
            <tr key={area.code} data-area={area.code}>
              <th scope="row">
                <a href={linkTo('area', area.code)}>{area.name}</a>
              </th>
              <td class="areas__bar">
                <Meter installed={area.installedShare} working={area.workingShare} target={target} />
              </td>
              <td class="number" title={`${f.whole(area.installed)} / ${f.whole(area.places)}`}>
                {f.share(area.installedShare)}
              </td>
              <td class="number" title={`${f.whole(area.working)} / ${f.whole(area.places)}`}>
                {f.share(area.workingShare)}
              </td>
              <td class={`number ${gap !== null && gap < 0 ? 'areas__below' : 'areas__above'}`}>
                {f.points(gap)}
              </td>
              <td class="number areas__wide">{f.whole(area.placesToTarget)}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

/** The furthest below the target first; areas without places last. */
export function byGap(areas: readonly AreaCoverage[]): AreaCoverage[] {
  return areas.toSorted(
    (a, b) =>
      (a.installedShare ?? 2) - (b.installedShare ?? 2) || b.places - a.places || (a.code < b.code ? -1 : 1),
  )
}
