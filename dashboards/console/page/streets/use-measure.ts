/**
 * What a measure of the streets is made of: the last 15 minutes asked for each minute, today now and then, the earlier days
 * seldom. Kept as plain numbers by group, so that going back shows at once what was there.
 */
import { useEffect, useRef, useState } from 'preact/hooks'
import { telemetry } from '../../../../model/answers/telemetry.ts'
import { day, hour, minute } from '../../../../model/time.ts'
import { steady } from '../charts/ranges.ts'
import { useStore } from '../parts/store.tsx'
import type { Answer } from '../parts/use-answer.ts'
import { type RequestError, routeOf } from '../requests.ts'
import { createPolling } from '../store/polling.ts'
import { type Measured, measuredOf, nowMs, type Series } from './measured.ts'
import type { Measure } from './measures.ts'
import { mostDays } from './usual.ts'

const everyMs = minute
const todayEveryMs = 5 * minute
const earlierEveryMs = 30 * minute
/** Lantern answers at most 50,000 points: of very many groups fewer days are looked at. */
const mostPoints = 40_000

export interface Division {
  readonly area: string | null
  readonly groupBy: 'area' | 'device'
  /** How many groups to expect. */
  readonly groups: number
}

interface Held {
  readonly measured: Measured
  readonly recent: Series
  readonly earlier: Series
  readonly recentAt: number
  readonly earlierAt: number
}

export function useMeasure(measure: Measure, division: Division): Answer<Measured> {
  const { requests, answers, connection } = useStore()
  const { kind, field, aggregate, name } = measure
  const { area, groupBy, groups } = division
  const key = `streets ${name} ${area} ${groupBy}`
  const [, redraw] = useState(0)
  const failed = useRef<{ key: string; error: RequestError } | undefined>(undefined)
  const refresh = useRef(() => {})

  useEffect(() => {
    const ask = async (query: { window: string; from?: number; to?: number }, ended: AbortSignal) => {
      const route = routeOf(`/v1/telemetry/${kind}`, {
        field,
        aggregate,
        groupBy,
        area: area ?? undefined,
        ...query,
      })
      return (await requests.get(route, telemetry, ended)).series
    }
    const polling = createPolling({
      everyMs,
      async ask(ended) {
        const at = connection.now.peek()
        const held = answers.get<Held>(key)?.value
        const isRecent = held !== undefined && at - held.recentAt < todayEveryMs
        const isEarlier = held !== undefined && at - held.earlierAt < earlierEveryMs
        const days = Math.max(1, Math.min(mostDays, Math.floor(mostPoints / (24 * groups))))
        try {
          const [now, recent, earlier] = await Promise.all([
            ask({ window: '15m', from: at - nowMs, to: at }, ended),
            isRecent ? held.recent : ask({ window: '15m' }, ended),
            isEarlier
              ? held.earlier
              : ask({ window: '1h', from: steady(at, hour) - days * day - 2 * hour }, ended),
          ])
          const value: Held = {
            measured: measuredOf({ at, now, recent, earlier }, aggregate),
            recent,
            earlier,
            recentAt: isRecent ? held.recentAt : at,
            earlierAt: isEarlier ? held.earlierAt : at,
          }
          answers.set(key, { value, at })
          failed.current = undefined
        } catch (error) {
          if (ended.aborted) return
          failed.current = { key, error: error as RequestError }
          throw error
        } finally {
          if (!ended.aborted) redraw((times) => times + 1)
        }
      },
    })
    refresh.current = polling.now
    polling.start()
    return () => polling.stop()
  }, [key, kind, field, aggregate, area, groupBy, groups, requests, answers, connection])

  const known = answers.get<Held>(key)
  return {
    value: known?.value.measured,
    at: known?.at,
    error: failed.current?.key === key ? failed.current.error : undefined,
    refresh: () => refresh.current(),
  }
}
