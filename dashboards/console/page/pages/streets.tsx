/**
 * Traffic and environment: each measure now against the usual for this hour, of the city by district, of a district by
 * commune, of a commune by device.
 */
import '../styles/streets.css'
import { useMemo } from 'preact/hooks'
import { telemetry } from '../../../../model/answers/telemetry.ts'
import { kindOf } from '../../../../model/kinds.ts'
import { minute } from '../../../../model/time.ts'
import { linkTo } from '../addresses.ts'
import { pointsOf } from '../charts/series-rows.ts'
import { NeedsSignIn } from '../parts/needs-sign-in.tsx'
import { useLocale, useStore } from '../parts/store.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { useTitle } from '../parts/use-title.ts'
import type { Areas } from '../store/areas.ts'
import { Key } from '../streets/key.tsx'
import { ruleLimits } from '../streets/limits.ts'
import { MeasurePanel } from '../streets/measure-panel.tsx'
import { environmentMeasures, type Measure, trafficMeasures } from '../streets/measures.ts'
import type { Division } from '../streets/use-measure.ts'
import { offsetIn } from '../streets/usual.ts'

export function StreetsPage({ query }: { readonly query: URLSearchParams }) {
  const { session, city } = useStore()
  const { t } = useLocale()
  const areas = city.areas.value
  const code = query.get('area')
  const area = code === null ? undefined : areas?.byCode.get(code)
  useTitle(area ? t.streets.titleOf(area.name) : t.streets.title)
  if (session.signedIn.value === undefined) return null
  if (!session.may('viewer')) return <NeedsSignIn />
  if (!areas) return <p class="soft">{t.shell.loading}</p>
  if (code !== null && !area) return <p class="soft">{t.coverage.notThere}</p>
  return <Streets division={divisionOf(code, areas)} areas={areas} key={code ?? ''} />
}

/** A city by the rung below its top, an area by those in it, and where there are none by its devices. */
function divisionOf(area: string | null, areas: Areas): Division {
  const children = areas.childrenOf(area)
  if (area !== null && children.length === 0) return { area, groupBy: 'device', groups: 100 }
  const groups = area === null ? children.flatMap(({ code }) => areas.childrenOf(code)) : children
  return { area, groupBy: 'area', groups: Math.max(1, groups.length) }
}

function Streets({ division, areas }: { readonly division: Division; readonly areas: Areas }) {
  const { t, f } = useLocale()
  const offsetAt = useMemo(() => offsetIn(f.timeZone), [f.timeZone])
  const rules = useAnswer('/v1/rules?limit=500', ruleLimits, { everyMs: 10 * minute })
  const interval = useAnswer('/v1/telemetry/traffic_counter?field=intervalSeconds&window=1d', telemetry, {
    everyMs: 10 * minute,
  })
  const seconds = pointsOf(interval.value).at(-1)?.value ?? 60

  const panel = (measure: Measure) => {
    const field = kindOf(measure.kind).fields.find(({ name }) => name === measure.field)
    const isFlow = measure.name === 'flow'
    return (
      <MeasurePanel
        key={measure.name}
        measure={measure}
        division={division}
        unit={isFlow ? t.streets.perMinute : (field?.unit ?? '')}
        scale={isFlow ? 60 / seconds : 1}
        offsetAt={offsetAt}
        rules={rules.value}
      />
    )
  }
  return (
    <div class="streets">
      <Head area={division.area} areas={areas} />
      <section class="streets__part" aria-labelledby="streets-traffic">
        <h2 id="streets-traffic">{t.streets.traffic}</h2>
        <div class="streets__measures">
          {trafficMeasures.map(panel)}
          <Key />
        </div>
      </section>
      <section class="streets__part" aria-labelledby="streets-environment">
        <h2 id="streets-environment">{t.streets.environment}</h2>
        <div class="streets__measures">{environmentMeasures.map(panel)}</div>
      </section>
    </div>
  )
}

function Head({ area, areas }: { readonly area: string | null; readonly areas: Areas }) {
  const { t } = useLocale()
  const path = area === null ? [] : areas.pathOf(area).toReversed()
  const here = path.at(-1)
  return (
    <div class="streets__head">
      {here && (
        <nav class="trail" aria-label={t.shell.path}>
          <ol>
            <li>
              <a href={linkTo('streets')}>{t.streets.title}</a>
            </li>
            {path
              .slice(0, -1)
              .filter(({ parent }) => parent !== null)
              .map(({ code, name }) => (
                <li key={code}>
                  <a href={linkTo('streets', '', { area: code })}>{name}</a>
                </li>
              ))}
            <li aria-current="page">{here.name}</li>
          </ol>
        </nav>
      )}
      <h1>{here ? t.streets.titleOf(here.name) : t.streets.title}</h1>
      <p class="soft">
        {t.streets.intro}
        {here && (
          <>
            {' · '}
            <a href={linkTo('area', here.code)}>{t.streets.toArea(here.name)}</a>
          </>
        )}
      </p>
    </div>
  )
}
