/**
 * Runs tasks on the store's writing connection one after the other: a DuckDB connection holds one
 * transaction at a time.
 */
export interface Mutex {
  /** Runs the task once every earlier one has ended, however it ended. */
  run<T>(task: () => Promise<T>): Promise<T>
}

export function createMutex(): Mutex {
  let last: Promise<unknown> = Promise.resolve()
  return {
    run(task) {
      const result = last.then(task, task)
      last = result.catch(() => undefined)
      return result
    },
  }
}
