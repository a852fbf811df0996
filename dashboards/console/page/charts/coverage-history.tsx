/** How the coverage of an area, or of the city, came about: its installed and its working share against the target. */
import { useMemo, useState } from 'preact/hooks'
import {
  coverageHistory,
  type CoverageHistory as History,
} from '../../../../model/answers/coverage-history.ts'
import type { Coverage } from '../../../../model/coverage.ts'
import { hour, minute, parseDuration } from '../../../../model/time.ts'
import { Shown } from '../parts/panel.tsx'
import { useLocale } from '../parts/store.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { routeOf } from '../requests.ts'
import { axisRange, type Span } from './data.ts'
import { historySpan, shownHistory } from './history-rows.ts'
import { LineChart } from './line-chart.tsx'
import { RangeChoice } from './range-choice.tsx'
import {
  addsAnything,
  firstHours,
  type HistoryRange,
  historyRangeFor,
  historyRanges,
  steady,
} from './ranges.ts'
import { useBegan } from './use-began.ts'
import { useKept } from './use-kept.ts'
import { useSteadyNow } from './use-steady-now.ts'

/** Fewer percentage points than these are not spread over the whole height. */
const limits = { leastSpan: 0.1, floor: 0, ceiling: 1 }

/** `code`: of the area; null: the whole city. `newest`: its figures now, where they are known. */
export function CoverageHistory(props: {
  readonly code: string | null
  readonly newest: Coverage | undefined
}) {
  const { code, newest } = props
  const now = useSteadyNow(minute)
  const area = code ?? undefined
  const began = useBegan(area, now)
  const [chosen, choose] = useState<HistoryRange['name'] | undefined>(undefined)
  const [view, setView] = useState<Span | null>(null)

  const beganAt = began.at ?? undefined
  const range = historyRanges.find(({ name }) => name === chosen) ?? historyRangeFor(beganAt, now)
  const isYoung = beganAt === undefined || now - beganAt < firstHours.ms
  const window = isYoung ? firstHours.window : range.window
  const back = isYoung ? firstHours.ms : range.ms
  const from = steady(now - back, Math.max(parseDuration(window), 5 * minute))
  const route = began.at === undefined ? null : routeOf('/v1/coverage/history', { area, from, window })
  const answer = useAnswer(route, coverageHistory, { everyMs: minute })
  const value = useKept(answer.value, `${area} ${range.name}`)
  const error = answer.error ?? began.answer.error
  const refresh = () => {
    began.answer.refresh()
    answer.refresh()
  }

  return (
    <Shown answer={{ ...answer, value, error, refresh }}>
      {(history) => (
        <div class="history">
          <RangeChoice
            names={historyRanges.map(({ name }) => name)}
            chosen={range.name}
            empty={historyRanges.filter((one) => !addsAnything(one, beganAt, now)).map(({ name }) => name)}
            onChoose={(name) => {
              choose(name)
              setView(null)
            }}
          />
          <Lines
            history={history}
            newest={newest}
            range={{ from: now - range.ms, to: now }}
            view={view}
            onView={setView}
          />
        </div>
      )}
    </Shown>
  )
}

function Lines(props: {
  readonly history: History
  readonly newest: Coverage | undefined
  readonly range: Span
  readonly view: Span | null
  onView(view: Span | null): void
}) {
  const { history, newest, range, view, onView } = props
  const { t, f } = useLocale()
  const words = t.streets.history
  const { columns, target, firstAt } = useMemo(() => shownHistory(history, newest), [history, newest])
  if (firstAt === undefined) return <p class="soft">{words.nothing}</p>

  const to = Math.max(range.to, columns.times.at(-1) ?? 0)
  const beganAt = firstAt - range.from > 1.5 * history.window ? firstAt : undefined
  const isSeen = (_: unknown, index: number) => {
    const time = columns.times[index] ?? 0
    return !view || (time >= view.from && time <= view.to)
  }
  const shares = [...columns.values.flatMap((column) => column.filter(isSeen)), target].filter(
    (share) => typeof share === 'number',
  )
  const [lowest] = axisRange(Math.min(...shares), Math.max(...shares), limits)
  return (
    <>
      <LineChart
        label={words.label}
        lines={[
          { label: t.coverage.installed, colour: '--text' },
          { label: t.coverage.working, colour: '--working' },
          ...(target === undefined
            ? [{ label: words.target, colour: '--target', isDashed: true, isStepped: true }]
            : []),
        ]}
        columns={columns}
        thresholds={
          target === undefined
            ? []
            : [{ label: t.coverage.target(f.share(target)), value: target, colour: '--target' }]
        }
        limits={limits}
        whole={historySpan({ from: range.from, to }, beganAt)}
        view={view}
        onView={onView}
        value={(share) => f.share(share)}
        axisValue={(share) => f.share(share)}
        leastMs={10 * history.window}
      />
      <p class="small soft">
        {beganAt !== undefined &&
          `${words.since(history.window < 6 * hour ? f.moment(beganAt) : f.day(beganAt))} `}
        {lowest > 0 && words.cut(f.share(lowest))}
      </p>
    </>
  )
}
