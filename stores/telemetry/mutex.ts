/**
 * Runs tasks one after the other: a store's writing is done by one at a time, so that what a task has read holds until it
 * has written. Used by both drivers.
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
