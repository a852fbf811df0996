/**
 * Keep-alive timers of thousands of MQTT.js clients on one timer: MQTT.js sets and clears its own after every
 * packet, which for a fleet is most of the event loop's work. To the second is exact enough for pings.
 */
import { second } from '../model/time.ts'

export interface SharedTimers {
  /** What MQTT.js takes as `timerVariant`. */
  set(callback: () => void, every: number): number
  clear(id: number): void
  stop(): void
}

export function createSharedTimers(): SharedTimers {
  const timers = new Map<number, { callback: () => void; every: number; due: number }>()
  let newest = 0
  const sweep = setInterval(() => {
    const now = performance.now()
    for (const timer of [...timers.values()])
      if (now >= timer.due) {
        timer.due = now + timer.every
        timer.callback()
      }
  }, second)
  return {
    set(callback, every) {
      newest += 1
      timers.set(newest, { callback, every, due: performance.now() + every })
      return newest
    },
    clear: (id) => timers.delete(id),
    stop: () => clearInterval(sweep),
  }
}
