/** Since when the coverage of an area was counted: by days first, and in its first two days by minutes. */
import { type CoverageHistory, coverageHistory } from '../../../../model/answers/coverage-history.ts'
import { day, minute } from '../../../../model/time.ts'
import { type Answer, useAnswer } from '../parts/use-answer.ts'
import { routeOf } from '../requests.ts'
import { steady } from './ranges.ts'

const path = '/v1/coverage/history'
const everyMs = 10 * minute

/** `at` undefined: not known yet; null: nothing was ever counted. */
export function useBegan(
  area: string | undefined,
  now: number,
): { readonly at: number | null | undefined; readonly answer: Answer<CoverageHistory> } {
  const days = useAnswer(
    routeOf(path, { area, from: steady(now - 365 * day, day), window: '1d' }),
    coverageHistory,
    { everyMs },
  )
  const firstDay = firstOf(days.value)
  const isYoung = typeof firstDay === 'number' && now - firstDay < 2 * day
  const fine = useAnswer(
    isYoung ? routeOf(path, { area, from: firstDay, window: '5m' }) : null,
    coverageHistory,
    { everyMs },
  )
  return { at: isYoung ? firstOf(fine.value) : firstDay, answer: days }
}

function firstOf(history: CoverageHistory | undefined): number | null | undefined {
  const [first] = history?.points ?? []
  return first ? Date.parse(first.time) : history && null
}
