/**
 * The ingest process: opens its stores, runs the worker, answers telemetry queries of the main process over
 * IPC, and tells it how far it is. Started and restarted by lantern.ts.
 */
import { dataFiles, readConfig } from '../config.ts'
import { createLogger } from '../log.ts'
import { messageOf } from '../model/errors.ts'
import { createFileJournalReader } from '../stores/journal/file-reader.ts'
import { createCityView } from '../stores/registry/city-view.ts'
import { createSqliteRegistry } from '../stores/registry/sqlite.ts'
import { createDuckDbTelemetry } from '../stores/telemetry/duckdb.ts'
import { serveTelemetry } from '../stores/telemetry/remote.ts'
import { stopMessage, type WorkerMessage } from './progress.ts'
import { createSites } from './sites.ts'
import { createWorker, type Worker } from './worker.ts'

const progressEveryMs = 200

const config = readConfig(process.env)
const logger = createLogger({ name: 'ingest', level: config.LANTERN_LOG_LEVEL })
const files = dataFiles(config.LANTERN_DATA_DIR)
const clock = Date.now

const telemetry = createDuckDbTelemetry({
  file: files.telemetry,
  retentionDays: config.LANTERN_RETENTION_DAYS,
  rollupRetentionDays: config.LANTERN_ROLLUP_RETENTION_DAYS,
})
const registry = createSqliteRegistry({ file: files.registry })
const journal = createFileJournalReader({ folder: files.journal, logger })
// Ingest makes the device states itself; its view of the city need not read them back.
const view = createCityView({
  registry: { ...registry, versions: async () => ({ ...(await registry.versions()), states: 0 }) },
  clock,
  logger,
})
let worker: Worker | undefined

function tell(type: WorkerMessage['type'], running: Worker): void {
  const message: WorkerMessage = { type, progress: running.progress() }
  if (process.connected) process.send?.(message)
}

async function run(): Promise<void> {
  await registry.start()
  await view.start()
  await journal.start()
  await telemetry.start()
  const inventory = createSites({ view, telemetry })
  await inventory.refresh()
  worker = await createWorker({
    journal,
    telemetry,
    registry,
    inventory,
    retentionDays: config.LANTERN_RETENTION_DAYS,
    clock,
    logger,
  })
  const running = worker
  serveTelemetry({
    channel: {
      send: (message) => process.send?.(message),
      onMessage: (handler) => process.on('message', handler),
    },
    telemetry,
  })
  tell('ready', running)
  const reporting = setInterval(() => tell('progress', running), progressEveryMs)
  try {
    await running.run()
    tell('progress', running)
  } finally {
    clearInterval(reporting)
    await telemetry.stop()
    await journal.stop()
    await view.stop()
    await registry.stop()
  }
}

/** The end: after the batch under way; when that takes too long, at once (nothing is lost either way). */
function stop(): void {
  if (!worker) process.exit(0)
  worker.stop()
}

process.on('message', (message) => {
  if (stopMessage.safeParse(message).success) stop()
})
process.on('disconnect', stop)
process.on('SIGTERM', stop)
// Ctrl-C reaches every process of the terminal; the main process decides when this one ends.
process.on('SIGINT', () => undefined)

run().then(
  () => process.exit(0),
  (error) => {
    logger.fatal(
      { reason: messageOf(error), err: error },
      'ingest cannot go on; what is acknowledged stays in the journal',
    )
    process.exit(1)
  },
)
