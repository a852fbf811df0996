/**
 * Waits for a server that is away while telemetry is copied: with longer and longer pauses, but not for ever, because a
 * person sits before it and the same command goes on later.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { LanternError, messageOf } from '../../../model/errors.ts'
import { second } from '../../../model/time.ts'

const longestPause = 10 * second

/** Runs a step until it succeeds; see createPatience. */
export type Insist = <T>(step: () => Promise<T>) => Promise<T>

/**
 * A step that fails with an error that ends by itself is repeated, until it has failed for `limitMs`; any other error is
 * raised at once. `say` is told when the waiting begins and when it is over.
 */
export function createPatience(options: { limitMs: number; say: (line: string) => void }): Insist {
  const { limitMs, say } = options
  return async (step) => {
    let since: number | undefined
    for (let tries = 1; ; tries++) {
      try {
        const result = await step()
        if (since !== undefined) say('It is there again; going on.')
        return result
      } catch (thrown) {
        if (!(thrown instanceof LanternError && thrown.passing)) throw thrown
        const now = performance.now()
        if (since === undefined) {
          since = now
          say(`${messageOf(thrown)}. Waiting for it, ${limitMs / second} s at most …`)
        }
        if (now - since >= limitMs)
          throw new LanternError('store-unavailable', messageOf(thrown), {
            cause: thrown,
            remedy: `${thrown.remedy} The same command goes on where this one ended.`,
          })
        const pause = Math.min(100 * 2 ** Math.min(tries, 10), longestPause) * (0.75 + Math.random() / 2)
        await sleep(Math.min(pause, Math.max(0, since + limitMs - now)))
      }
    }
  }
}
