/**
 * What one page asks for: a route's answer, asked again while the page is shown, the last one at once when one comes back.
 * An answer that fails leaves the former in place, with what went wrong and when it was true.
 */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { z } from 'zod'
import type { RequestError } from '../requests.ts'
import { createPolling } from '../store/polling.ts'
import { useStore } from './store.tsx'

export interface Answer<T> {
  readonly value: T | undefined
  /** When `value` came, by Lantern's clock, epoch ms. */
  readonly at: number | undefined
  /** Why the newest question had no answer; undefined: it had. */
  readonly error: RequestError | undefined
  refresh(): void
}

/** `route` null: nothing is asked (yet). */
export function useAnswer<T>(
  route: string | null,
  schema: z.ZodType<T>,
  options: { everyMs?: number } = {},
): Answer<T> {
  const { everyMs = 30_000 } = options
  const { requests, answers, connection } = useStore()
  const [, redraw] = useState(0)
  const failed = useRef<{ route: string; error: RequestError } | undefined>(undefined)
  const refresh = useRef(() => {})
  /** Somebody wants it anew, however new it is. */
  const isWanted = useRef(false)

  useEffect(() => {
    if (route === null) return undefined
    const polling = createPolling({
      everyMs,
      async ask(ended) {
        // Another part of the page may have asked the same just now.
        const known = answers.get(route)
        if (known && connection.now.peek() - known.at < everyMs / 2 && !isWanted.current) {
          redraw((times) => times + 1)
          return
        }
        isWanted.current = false
        try {
          const value = await requests.get(route, schema, ended)
          answers.set(route, { value, at: connection.now.peek() })
          failed.current = undefined
        } catch (error) {
          if (ended.aborted) return
          failed.current = { route, error: error as RequestError }
          throw error
        } finally {
          if (!ended.aborted) redraw((times) => times + 1)
        }
      },
    })
    refresh.current = polling.now
    polling.start()
    return () => polling.stop()
  }, [route, everyMs, requests, answers, connection, schema])

  const known = route === null ? undefined : answers.get<T>(route)
  return {
    value: known?.value,
    at: known?.at,
    error: failed.current?.route === route ? failed.current?.error : undefined,
    refresh: () => {
      isWanted.current = true
      refresh.current()
    },
  }
}
