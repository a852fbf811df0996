/**
 * Calls that come within a moment, or while one is under way, are made together as one. Used for the ends of delivery
 * attempts: hundreds a second end one by one, and each transaction would wait for the disk on its own.
 */
import { setTimeout as sleep } from 'node:timers/promises'

/** `lingerMs`: how long the first call waits for company. What fails, fails for all that were made together. */
export function grouped<T>(
  make: (items: readonly T[]) => Promise<void>,
  lingerMs: number,
): (items: readonly T[]) => Promise<void> {
  let gathering: { readonly items: T[]; readonly made: Promise<void> } | undefined
  let before: Promise<unknown> = Promise.resolve()

  function begin(): { readonly items: T[]; readonly made: Promise<void> } {
    const items: T[] = []
    const made = Promise.all([before, sleep(lingerMs)]).then(() => {
      gathering = undefined
      return make(items)
    })
    before = made.catch(() => undefined)
    return { items, made }
  }

  return async (items) => {
    gathering ??= begin()
    gathering.items.push(...items)
    return gathering.made
  }
}
