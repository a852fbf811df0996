/** The answer to the city's question, large: which share of its public places is installed, and which works, against the target. */
import type { CoverageTotal } from '../../../../model/coverage.ts'
import { useLocale } from './store.tsx'

interface Goal {
  readonly target: number
  readonly deadline: string
}

export function Shares({
  total,
  goal,
  now,
}: {
  readonly total: CoverageTotal
  readonly goal: Goal
  readonly now: number
}) {
  const { t, f } = useLocale()
  const { places, installed, working, installedShare, workingShare, placesToTarget } = total
  if (places === 0) return <p>{t.coverage.noPlaces}</p>
  const gap = (installedShare ?? 0) - goal.target
  const deadline = Date.parse(goal.deadline)
  return (
    <div class="shares">
      <Figure
        name="installed"
        title={t.coverage.installed}
        hint={t.coverage.installedHint}
        share={installedShare}
        count={t.coverage.ofPlaces(f.whole(installed), f.whole(places))}
        target={goal.target}
      />
      <Figure
        name="working"
        title={t.coverage.working}
        hint={t.coverage.workingHint}
        share={workingShare}
        count={t.coverage.ofPlaces(f.whole(working), f.whole(places))}
        target={goal.target}
      />
      <div class="shares__goal">
        <p class={`verdict ${gap >= 0 ? 'verdict--good' : 'verdict--bad'}`}>
          <Arrow up={gap >= 0} />
          {gap >= 0 ? t.coverage.above(f.distance(gap)) : t.coverage.below(f.distance(gap))}
        </p>
        <p class="soft small">
          {t.coverage.targetBy(f.share(goal.target), f.day(deadline))}
          {placesToTarget > 0 && <> · {t.coverage.missing(f.whole(placesToTarget))}</>}
          {placesToTarget > 0 && deadline < now && <> · {t.coverage.overdue(f.day(deadline))}</>}
        </p>
      </div>
    </div>
  )
}

function Figure(props: {
  readonly name: 'installed' | 'working'
  readonly title: string
  readonly hint: string
  readonly share: number | null
  readonly count: string
  readonly target: number
}) {
  const { name, title, hint, share, count, target } = props
  const { f, t } = useLocale()
  return (
    <div class={`figure figure--${name}`} data-figure={name} title={hint}>
      <p class="figure__title">{title}</p>
      <p class="figure__share">{f.share(share)}</p>
      <Meter
        installed={name === 'installed' ? share : null}
        working={name === 'working' ? share : null}
        target={target}
      />
      <p class="soft small">{count}</p>
      <span class="visually-hidden">{t.coverage.target(f.share(target))}</span>
    </div>
  )
}

/** A share as a bar, with the target as a line across it. Its words stand beside it. */
export function Meter({
  installed,
  working,
  target,
}: {
  readonly installed: number | null
  readonly working: number | null
  readonly target: number
}) {
  const width = (share: number | null) => ({ width: `${(share ?? 0) * 100}%` })
  return (
    <div class="meter" aria-hidden="true">
      {installed !== null && <div class="meter__bar meter__bar--installed" style={width(installed)} />}
      {working !== null && <div class="meter__bar meter__bar--working" style={width(working)} />}
      <div class="meter__target" style={{ left: `${target * 100}%` }} />
    </div>
  )
}

function Arrow({ up }: { readonly up: boolean }) {
  return (
    <svg viewBox="0 0 16 16" width="1em" height="1em" aria-hidden="true">
      <path d={up ? 'M8 3l6 9H2z' : 'M8 13L2 4h12z'} fill="currentColor" />
    </svg>
  )
}
