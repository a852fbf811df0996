/** One measure: all together now against the usual, large, and below it the areas or devices it is made of. */
import { useMemo, useState } from 'preact/hooks'
import { day } from '../../../../model/time.ts'
import { ruleNameOf } from '../alerts/alert-text.ts'
import { type Written, writtenIn } from '../charts/quantity.ts'
import { Shown } from '../parts/panel.tsx'
import { useLocale } from '../parts/store.tsx'
import { shortNames } from '../words/short-names.ts'
import { type Comparison, compare } from './compared.ts'
import { DayChart } from './day-chart.tsx'
import { Difference } from './difference.tsx'
import { limitOf, type RuleLimits } from './limits.ts'
import { type Measured, nowMs } from './measured.ts'
import type { Measure } from './measures.ts'
import { SmallMultiple } from './small-multiple.tsx'
import { type Division, useMeasure } from './use-measure.ts'
import { leastDays, type OffsetAt } from './usual.ts'

const atFirst = 12

export interface MeasurePanelProps {
  readonly measure: Measure
  readonly division: Division
  readonly unit: string
  /** What the field's values are multiplied by. */
  readonly scale: number
  readonly offsetAt: OffsetAt
  readonly rules: RuleLimits | undefined
}

export function MeasurePanel(props: MeasurePanelProps) {
  const { measure, division } = props
  const { t } = useLocale()
  const answer = useMeasure(measure, division)
  const heading = `measure-${measure.name}`
  return (
    <section class="panel measure" aria-labelledby={heading}>
      <div class="panel__head">
        <h3 id={heading} class="measure__title">
          {t.streets.measures[measure.name]}{' '}
          <span class="measure__hint">{t.streets.hints[measure.name]}</span>
        </h3>
      </div>
      <Shown answer={answer}>{(measured) => <Figures {...props} measured={measured} />}</Shown>
    </section>
  )
}

function Figures(props: MeasurePanelProps & { readonly measured: Measured }) {
  const { measured, measure, division, unit, scale, offsetAt, rules } = props
  const { t, f } = useLocale()
  const [isAll, setAll] = useState(false)
  const comparison = useMemo(
    () => compare(measured, measure, { offsetAt, scale }),
    [measured, measure, offsetAt, scale],
  )
  const { digits } = measure
  const written = useMemo(
    () => writtenIn(f, { unit, digits, points: t.streets.points }),
    [f, unit, digits, t],
  )
  const names = shortNames(comparison.groups.map(({ name }) => name))
  const limit = limitOf(rules, measure)
  if (comparison.groups.length === 0) return <p class="soft small">{t.streets.nothing}</p>
  const shown = isAll ? comparison.groups : comparison.groups.slice(0, atFirst)
  const left = comparison.groups.length - shown.length
  return (
    <>
      <div class="measure__top">
        <Now comparison={comparison} written={written} at={measured.at} />
        <DayChart comparison={comparison} written={written} />
      </div>
      <ul class={`multiples multiples--${division.groupBy}`}>
        {shown.map((of) => (
          <SmallMultiple
            key={of.id}
            of={of}
            name={names.get(of.name) ?? of.name}
            comparison={comparison}
            written={written}
            groupBy={division.groupBy}
          />
        ))}
      </ul>
      {left > 0 && (
        <button type="button" class="button button--quiet" onClick={() => setAll(true)}>
          {t.streets.more(f.whole(left))}
        </button>
      )}
      {limit && (
        <p class="measure__limit small soft">
          {t.streets.limit(written.value(limit.above * scale), ruleNameOf(f.language, limit.rule))}
        </p>
      )}
    </>
  )
}

function Now(props: { readonly comparison: Comparison; readonly written: Written; readonly at: number }) {
  const { comparison, written, at } = props
  const { t, f } = useLocale()
  const { now, usual, judgement } = comparison.all
  const daysOf = (days: number) => (days === 1 ? t.streets.day : t.streets.days(f.whole(days)))
  const unusual = comparison.groups.filter((one) => one.judgement?.isUnusual).length
  return (
    <div class="measure__now">
      <p class="measure__value">
        {now === undefined ? '–' : written.value(now)}
        <span class="visually-hidden"> ({t.streets.now})</span>
      </p>
      <p class="measure__difference">
        {judgement ? (
          <Difference judgement={judgement} written={written} />
        ) : (
          now === undefined && t.streets.nothingNow
        )}
      </p>
      <p class="small soft">
        {usual
          ? `${t.streets.usual(written.bare(usual.median), f.hour(at - nowMs / 2))} · ${daysOf(usual.days)}`
          : now !== undefined && t.streets.noUsual(`${f.hour(at + day)}, ${f.day(at + day)}`)}
      </p>
      <p class={`small ${unusual > 0 ? 'measure__unusual' : 'soft'}`}>
        {usual &&
          (usual.days < leastDays
            ? t.streets.few(f.whole(leastDays))
            : unusual > 0
              ? t.streets.unusualCount(f.whole(unusual))
              : t.streets.unusualNone)}
      </p>
    </div>
  )
}
