/**
 * Calls that come while one is under way are made together, as one, when it has ended. Used for the ends of delivery
 * attempts: hundreds a second end one by one, and each transaction would wait for the disk on its own.
 */

/** What fails, fails for all that were made together. */
export function grouped<T>(
  make: (items: readonly T[]) => Promise<void>,
): (items: readonly T[]) => Promise<void> {
  let underWay: Promise<void> | undefined
  let next: { items: T[]; made: Promise<void> } | undefined

  function begin(items: readonly T[]): Promise<void> {
    const made = make(items).finally(() => {
      if (underWay === made) underWay = undefined
    })
    underWay = made
    return made
  }

  return async (items) => {
    if (!underWay) return begin(items)
    if (next) {
      next.items.push(...items)
      return next.made
    }
    const together = [...items]
    const made = underWay
      .catch(() => undefined)
      .then(() => {
        next = undefined
        return begin(together)
      })
    next = { items: together, made }
    return made
  }
}
