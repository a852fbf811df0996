/** The main process's end of the alerts process: runs it, and tells how it is. */
import type { Logger } from 'pino'
import { alertsMessage } from './alerts/progress.ts'
import type { ComponentHealth } from './model/health.ts'
import { second } from './model/time.ts'
import { createSupervised } from './supervisor.ts'

/** It tells its figures once a second; after so long without, it hangs. */
const silenceLimit = 10 * second

export interface AlertsLink {
  start(): void
  stop(graceMs: number): Promise<void>
  health(): ComponentHealth
}

export function createAlertsLink(options: {
  logger: Logger
  env: Record<string, string | undefined>
}): AlertsLink {
  let figures = { sent: 0, failedAttempts: 0, underWay: 0, resting: 0, queued: 0, dead: 0 }
  let heardAt = Number.NEGATIVE_INFINITY
  let running = false

  const child = createSupervised({
    name: 'alerts',
    entry: './alerts/main.ts',
    ...options,
    onMessage(message) {
      const parsed = alertsMessage.safeParse(message)
      if (!parsed.success) return
      figures = parsed.data.figures
      heardAt = performance.now()
      running = true
    },
    onExit() {
      running = false
    },
  })

  return {
    start: () => child.start(),
    stop: (graceMs) => child.stop(graceMs),
    health() {
      const hangs = running && performance.now() - heardAt > silenceLimit
      const detail = hangs ? 'does not answer; see its log, or restart Lantern' : wordsOf(figures)
      return {
        name: 'alerts',
        ok: running && !hangs,
        detail: running ? detail : 'is being started; what is to be sent is kept',
        figures: { ...figures, restarts: child.deaths() },
      }
    },
  }
}

/** Receivers that fail are told of, but do not make Lantern itself unwell: nobody shall restart it for their sake. */
function wordsOf({ resting, dead }: { resting: number; dead: number }): string {
  const words = ['sends what is due']
  if (resting > 0)
    words.push(`${resting} ${resting === 1 ? 'subscriber' : 'subscribers'} cannot be reached: see the log`)
  if (dead > 0) words.push(`${dead} given up: see the deliveries with state=dead, and send them again`)
  return words.join('; ')
}
