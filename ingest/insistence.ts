/**
 * Repeats what a store refuses, with longer and longer pauses, so that the order of readings is kept and nothing is
 * lost. What ends by itself (a server that is away) is waited for as long as it takes; else the process gives up after a
 * few tries and is started anew, with its stores opened anew. Used by the worker, and by main.ts for the start.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { LanternError, messageOf } from '../model/errors.ts'
import { second } from '../model/time.ts'

/** How often a failing store is tried before the process gives up. */
const maxTries = 6
const longestPause = 5 * second
/** For a server that has been away for longer: it is found within this when it comes back. */
const longestPatientPause = 15 * second

export interface Insistence {
  /** Runs the step until it succeeds; rejects with its error when that is for good, or once `stop` was called. */
  run<T>(what: string, step: () => Promise<T>): Promise<T>
  /** Ends the waiting: each step is tried once more. */
  stop(): void
}

/** `onChange`: told what is failing now (null: nothing any more), and how many tries have failed so far. */
export function createInsistence(options: {
  logger: Logger
  onChange(failure: string | null, failures: number): void
}): Insistence {
  const { logger, onChange } = options
  const failing = new Map<string, string>()
  const ending = new AbortController()
  let failures = 0

  function tellFailure(): void {
    const [first] = failing
    onChange(first ? first.join(': ') : null, failures)
  }

  function failed(what: string, reason: string): void {
    if (failing.size === 0)
      logger.error({ what, reason }, 'a store refused; nothing is lost, it is tried again')
    failing.set(what, reason)
    failures++
    tellFailure()
  }

  function succeeded(what: string): void {
    if (!failing.delete(what)) return
    if (failing.size === 0) logger.info({ what }, 'the store takes readings again')
    tellFailure()
  }

  return {
    async run(what, step) {
      for (let tries = 1; ; tries++) {
        try {
          const result = await step()
          succeeded(what)
          return result
        } catch (error) {
          failed(what, messageOf(error))
          const passing = error instanceof LanternError && error.passing
          const fatal = error instanceof LanternError && !error.retryable
          if (fatal || (tries >= maxTries && !passing) || ending.signal.aborted) throw error
          const most = passing ? longestPatientPause : longestPause
          const pause = Math.min(100 * 2 ** Math.min(tries, 10), most) * (0.75 + Math.random() / 2)
          // Ended early, it is tried once more.
          await sleep(pause, undefined, { signal: ending.signal }).catch(() => undefined)
        }
      }
    },
    stop: () => ending.abort(),
  }
}
