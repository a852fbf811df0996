/**
 * Long work in short slices, so that the readings, which the same thread takes, wait for none of it. Used by what goes
 * through the whole city each minute.
 */
import { setTimeout as sleep } from 'node:timers/promises'

export interface Slices {
  /** Whether the slice has lasted long enough; to be asked after every small step. */
  isOver(): boolean
  /** Lets others have the thread. */
  rest(): Promise<void>
}

/** `sliceMs`: how long a slice may last; `pauseMs`: how long others have the thread after it. */
export function createSlices(options: { sliceMs?: number; pauseMs?: number } = {}): Slices {
  const { sliceMs = 1, pauseMs = 2 } = options
  let begun = performance.now()
  return {
    isOver: () => performance.now() - begun >= sliceMs,
    async rest() {
      await sleep(pauseMs)
      begun = performance.now()
    },
  }
}
