/**
 * The alerts process: sends what is to be delivered, ends shelvings, escalates, and removes what is old. A process of its
 * own, so that no receiver's slowness is ever felt where readings are taken. Started and restarted by lantern.ts.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { dataFiles, readConfig } from '../config.ts'
import { createLogger } from '../log.ts'
import { messageOf } from '../model/errors.ts'
import { hour, second } from '../model/time.ts'
import { createSqliteRegistry } from '../stores/registry/sqlite.ts'
import { createDispatcher } from './dispatch/dispatcher.ts'
import { createEgress } from './dispatch/egress.ts'
import { createMailSender } from './dispatch/email.ts'
import { createWebhookSender } from './dispatch/webhook.ts'
import type { AlertsMessage } from './progress.ts'

const tellEveryMs = second
const tidyEveryMs = hour

const config = readConfig(process.env)
const logger = createLogger({ name: 'alerts', level: config.LANTERN_LOG_LEVEL })
const clock = Date.now
const publicUrl = config.LANTERN_PUBLIC_URL
const registry = createSqliteRegistry({ file: dataFiles(config.LANTERN_DATA_DIR).registry })
const senders = {
  webhook: createWebhookSender({
    egress: createEgress({ allowed: config.LANTERN_WEBHOOK_ALLOW }),
    publicUrl,
  }),
  email: createMailSender({
    smtpUrl: config.LANTERN_SMTP_URL,
    from: config.LANTERN_SMTP_FROM,
    publicUrl,
    timeZone: config.LANTERN_TIME_ZONE,
  }),
}
const dispatcher = createDispatcher({ registry, senders, clock, logger })
const ending = new AbortController()
let counts = { queued: 0, dead: 0 }

/** Each second what time alone brings about, and how much waits; each hour what is old. */
async function keepTime(): Promise<void> {
  let tidiedAt = performance.now()
  while (!ending.signal.aborted) {
    try {
      await registry.runAlertTimers(clock())
      counts = await registry.deliveryCounts()
      if (performance.now() - tidiedAt >= tidyEveryMs) {
        tidiedAt = performance.now()
        await registry.tidyAlerts(clock())
      }
    } catch (error) {
      logger.error({ reason: messageOf(error) }, 'the timers of alerts failed; they are tried again')
    }
    await sleep(second, undefined, { signal: ending.signal }).catch(() => undefined)
  }
}

function tell(): void {
  const message: AlertsMessage = { type: 'alerts', figures: { ...dispatcher.figures(), ...counts } }
  if (process.connected) process.send?.(message)
}

function stop(): void {
  ending.abort()
  dispatcher.stop()
}

process.on('message', (message) => {
  if (typeof message === 'object' && message !== null && 'type' in message && message.type === 'stop') stop()
})
process.on('disconnect', stop)
process.on('SIGTERM', stop)
// Ctrl-C reaches every process of the terminal; the main process decides when this one ends.
process.on('SIGINT', () => undefined)

async function run(): Promise<void> {
  await registry.start()
  const telling = setInterval(tell, tellEveryMs)
  tell()
  try {
    await Promise.all([dispatcher.run(), keepTime()])
  } finally {
    clearInterval(telling)
    senders.webhook.stop()
    senders.email.stop()
    await registry.stop()
  }
}

run().then(
  () => process.exit(0),
  (error) => {
    logger.fatal({ reason: messageOf(error), err: error }, 'alerts cannot go on; what is to be sent is kept')
    process.exit(1)
  },
)
