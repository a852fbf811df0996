/**
 * The last answers of Lantern by route, so that going back shows at once what was there. Bounded: what was not looked at
 * for longest leaves first.
 */

const most = 30

export interface Answered<T> {
  readonly value: T
  /** When it came, by Lantern's clock, epoch ms. */
  readonly at: number
}

export interface Answers {
  get<T>(route: string): Answered<T> | undefined
  set<T>(route: string, answered: Answered<T>): void
  clear(): void
}

export function createAnswers(): Answers {
  const known = new Map<string, Answered<unknown>>()
  return {
    // A route is always read with the schema of its own answer, which has been checked when it came.
    get: <T>(route: string) => known.get(route) as Answered<T> | undefined,
    set(route, answered) {
      known.delete(route)
      known.set(route, answered)
      const [oldest] = known.keys()
      if (known.size > most && oldest !== undefined) known.delete(oldest)
    },
    clear: () => known.clear(),
  }
}
