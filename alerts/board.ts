/**
 * Alerts over MQTT: each that stands for itself is retained at its topic while it is open, so that a screen that joins late
 * sees what is so, and is taken back when it is over. Follows the history of alerts; after a restart, when nothing is
 * retained any more, it begins with what is open. Started by lantern.ts.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Alert, Severity } from '../model/alert.ts'
import { messageOf } from '../model/errors.ts'
import { showAlert } from '../model/shown-alert.ts'
import { second } from '../model/time.ts'
import { alertTopic } from '../model/topics.ts'
import type { Registry } from '../stores/registry/port.ts'

const lookEveryMs = 50
const stepsAtOnce = 500

export interface Board {
  /** Resolves when what is open is retained. */
  start(): Promise<void>
  stop(): Promise<void>
  /** How many alerts stand on it now. */
  counts(): Record<Severity, number>
}

export function createBoard(options: {
  registry: Pick<Registry, 'versions' | 'openAlerts' | 'alert' | 'alertSteps'>
  /** Retains a payload at a topic; an empty one takes it back. */
  announce(topic: string, payload: string): Promise<void>
  logger: Logger
}): Board {
  const { registry, announce, logger } = options
  /** Of each alert that is shown, its topic. */
  const shown = new Map<number, { topic: string; severity: Severity }>()
  const ending = new AbortController()
  let running: Promise<void> = Promise.resolve()
  let seen = 0

  async function show(alert: Alert): Promise<void> {
    const stands = alert.state !== 'cleared' && alert.inhibitedBy === null && alert.shelvedUntil === null
    const topic = stands ? alertTopic(alert.areas.toReversed(), alert.severity, alert.id) : undefined
    const before = shown.get(alert.id)?.topic
    if (before && before !== topic) {
      await announce(before, '')
      shown.delete(alert.id)
    }
    if (!topic) return
    await announce(topic, JSON.stringify(showAlert(alert)))
    shown.set(alert.id, { topic, severity: alert.severity })
  }

  async function catchUp(newest: number): Promise<void> {
    while (seen < newest && !ending.signal.aborted) {
      const steps = await registry.alertSteps({ after: seen, limit: stepsAtOnce })
      for (const id of new Set(steps.map(({ alert }) => alert))) {
        const alert = await registry.alert(id)
        if (alert) await show(alert)
      }
      // The newest may have been removed, being old.
      seen = steps.length < stepsAtOnce ? newest : (steps.at(-1)?.id ?? newest)
    }
  }

  async function follow(): Promise<void> {
    while (!ending.signal.aborted) {
      try {
        const { alerts } = await registry.versions()
        if (alerts > seen) await catchUp(alerts)
        await sleep(lookEveryMs)
      } catch (error) {
        logger.error({ reason: messageOf(error) }, 'alerts cannot be told over MQTT; it is tried again')
        await sleep(second)
      }
    }
  }

  return {
    async start() {
      const { alerts } = await registry.versions()
      for (const alert of await registry.openAlerts()) await show(alert)
      seen = alerts
      running = follow()
    },
    async stop() {
      ending.abort()
      await running
    },
    counts() {
      const counts = { info: 0, warning: 0, major: 0, critical: 0 }
      for (const { severity } of shown.values()) counts[severity]++
      return counts
    },
  }
}
