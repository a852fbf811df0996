/** Now against the usual in a mark, a figure and words: the mark differs in shape, and is filled only when it is unusual. */
import type { Written } from '../charts/quantity.ts'
import { useLocale } from '../parts/store.tsx'
import type { Judgement } from './usual.ts'

export function Difference(props: {
  readonly judgement: Judgement
  readonly written: Written
  /** Among many: without the unit, and the words only for screen readers. */
  readonly isShort?: boolean
}) {
  const { judgement, written, isShort = false } = props
  const { t } = useLocale()
  const { side, isUnusual, difference } = judgement
  const figure = isShort ? written.bareDifference(difference) : written.difference(difference)
  const shown = isUnusual ? (difference > 0 ? 'above' : 'below') : side
  const words = isUnusual
    ? shown === 'above'
      ? t.streets.unusualAbove
      : t.streets.unusualBelow
    : t.streets[shown]
  return (
    <span class={`difference ${isUnusual ? 'difference--unusual' : ''}`}>
      <svg class="difference__mark" viewBox="0 0 12 12" aria-hidden="true">
        <path d={marks[shown]} />
      </svg>
      {shown !== 'same' && <span class="difference__figure">{figure} </span>}
      <span class={isShort ? 'visually-hidden' : ''}>{words}</span>
    </span>
  )
}

const marks = { above: 'M6 1.5L11 10.5H1Z', below: 'M6 10.5L1 1.5H11Z', same: 'M1.5 6H10.5' } as const
