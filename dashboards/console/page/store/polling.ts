/**
 * A question that is asked again and again while it is of use: not while the page is hidden, never twice at a time, and
 * with longer pauses while Lantern does not answer.
 */

export interface Polling {
  /** Begins to ask; nothing where it has begun. */
  start(): void
  stop(): void
  /** Asks now, where nothing is under way. */
  now(): void
}

const longestPause = 5000

/** `ask` may raise: it is asked again later, after a pause that doubles up to 5 s. */
export function createPolling(options: {
  everyMs: number
  ask(signal: AbortSignal): Promise<void>
}): Polling {
  const { everyMs, ask } = options
  let timer: ReturnType<typeof setTimeout> | undefined
  let running: AbortController | undefined
  let asking = false
  let failures = 0

  async function run(): Promise<void> {
    clearTimeout(timer)
    const mine = running
    if (!mine || asking) return
    asking = true
    try {
      if (!document.hidden) await ask(mine.signal)
      failures = 0
    } catch {
      // Whoever asks keeps the error with the answer; here it only lengthens the pause.
      failures++
    } finally {
      asking = false
    }
    if (running !== mine) {
      if (running) void run()
      return
    }
    const pause =
      failures === 0
        ? everyMs
        : Math.min(longestPause, Math.max(1000, everyMs) * 2 ** Math.min(5, failures - 1))
    timer = setTimeout(() => void run(), pause)
  }

  const onVisible = () => {
    if (!document.hidden) void run()
  }

  return {
    start() {
      if (running) return
      running = new AbortController()
      document.addEventListener('visibilitychange', onVisible)
      void run()
    },
    stop() {
      document.removeEventListener('visibilitychange', onVisible)
      clearTimeout(timer)
      running?.abort()
      running = undefined
    },
    now: () => void run(),
  }
}
