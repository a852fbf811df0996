/** The day of all together, larger than the others, with the numbers of the scale that all of a measure share. */
import type { Written } from '../charts/quantity.ts'
import { Sparkline } from '../charts/sparkline.tsx'
import { useLocale } from '../parts/store.tsx'
import type { Comparison } from './compared.ts'
import { gaps } from './gaps.ts'

const hours = [0, 6, 12, 18, 24] as const

export function DayChart({
  comparison,
  written,
}: {
  readonly comparison: Comparison
  readonly written: Written
}) {
  const { f } = useLocale()
  const { all, span, range } = comparison
  const [low, high] = range
  const hourAt = (hour: number) => f.hour(span.from + (hour % 24) * 3_600_000)
  return (
    <div class="day" aria-hidden="true">
      <div class="day__scale">
        <span>{written.tick(high)}</span>
        <span>{written.tick(low)}</span>
      </div>
      <Sparkline
        class="sparkline--large"
        points={all.today}
        usual={all.usualDay}
        span={span}
        range={range}
        {...gaps}
      />
      <div class="day__hours">
        {hours.map((hour) => (
          <span key={hour}>{hour === 24 ? '24:00' : hourAt(hour)}</span>
        ))}
      </div>
    </div>
  )
}
