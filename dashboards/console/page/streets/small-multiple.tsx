/** One district, commune or device beside others: its newest value, how far it is from its usual, and its day as a small line. */
import { linkTo } from '../addresses.ts'
import type { Written } from '../charts/quantity.ts'
import { Sparkline } from '../charts/sparkline.tsx'
import { useLocale } from '../parts/store.tsx'
import type { Compared, Comparison } from './compared.ts'
import { Difference } from './difference.tsx'
import { gaps } from './gaps.ts'
import type { Division } from './use-measure.ts'

export function SmallMultiple(props: {
  readonly of: Compared
  readonly name: string
  readonly comparison: Comparison
  readonly written: Written
  readonly groupBy: Division['groupBy']
}) {
  const { of, name, comparison, written, groupBy } = props
  const { t } = useLocale()
  const { judgement, usual, now } = of
  const id = of.id ?? ''
  const link = groupBy === 'device' ? linkTo('device', id) : linkTo('streets', '', { area: id })
  return (
    <li class={`multiple ${judgement?.isUnusual ? 'multiple--unusual' : ''}`}>
      <a class="multiple__link" href={link} title={of.name}>
        {name}
      </a>
      <Sparkline
        points={of.today}
        usual={of.usualDay}
        span={comparison.span}
        range={comparison.range}
        {...gaps}
      />
      <p class="multiple__figures">
        <span class="multiple__now">
          {now === undefined ? '–' : written.bare(now)}
          <span class="visually-hidden">
            {now === undefined ? t.streets.nothingNow : written.unit}
            {usual && `, ${t.streets.usualShort(written.value(usual.median))}, `}
          </span>
        </span>
        {judgement && <Difference judgement={judgement} written={written} isShort />}
      </p>
      {judgement?.isUnusual && (
        <p class="multiple__unusual" aria-hidden="true">
          {judgement.difference > 0 ? t.streets.unusualAbove : t.streets.unusualBelow}
        </p>
      )}
    </li>
  )
}
