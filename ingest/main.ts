/**
 * The ingest process: opens its stores, runs the worker, answers telemetry queries of the main process over
 * IPC, and tells it how far it is. Started and restarted by lantern.ts.
 */
import { followWithAlerts } from '../alerting.ts'
import { dataFiles, readConfig } from '../config.ts'
import { createLogger } from '../log.ts'
import { messageOf } from '../model/errors.ts'
import { createFileJournalReader } from '../stores/journal/file-reader.ts'
import { createCityView } from '../stores/registry/city-view.ts'
import { createSqliteRegistry } from '../stores/registry/sqlite.ts'
import { openTelemetry } from '../stores/telemetry/open.ts'
import { serveTelemetry } from '../stores/telemetry/remote.ts'
import { createCensus } from './census/census.ts'
import { type DoorFigures, doorMessage } from './census/platform.ts'
import { createInsistence } from './insistence.ts'
import { newProgress, type Progress, stopMessage, type WorkerMessage } from './progress.ts'
import { createSites } from './sites.ts'
import { createWorker, type Worker } from './worker.ts'

const progressEveryMs = 200

const config = readConfig(process.env)
const logger = createLogger({ name: 'ingest', level: config.LANTERN_LOG_LEVEL })
const files = dataFiles(config.LANTERN_DATA_DIR)
const clock = Date.now

const telemetry = openTelemetry({ settings: config, file: files.telemetry })
const registry = createSqliteRegistry({ file: files.registry })
const journal = createFileJournalReader({ folder: files.journal, logger })
// Ingest makes the device states itself; its view of the city need not read them back.
const view = createCityView({
  registry: { ...registry, versions: async () => ({ ...(await registry.versions()), states: 0 }) },
  clock,
  logger,
})
let worker: Worker | undefined
/** What the main process said last. */
let door: DoorFigures | undefined

/** For a server that is away when ingest starts; it shows in the health like any other failure. */
const starting = createInsistence({
  logger,
  onChange: (failure, failures) => tell('progress', { ...newProgress(), failure, failures }),
})

function tell(type: WorkerMessage['type'], progress: Progress): void {
  const message: WorkerMessage = { type, progress }
  if (process.connected) process.send?.(message)
}

async function run(): Promise<void> {
  await registry.start()
  await view.start()
  await journal.start()
  const inventory = createSites({ view, telemetry })
  await starting.run('opening the telemetry store', async () => {
    await telemetry.start()
    await inventory.refresh()
  })
  worker = await createWorker({
    journal,
    telemetry,
    registry,
    inventory,
    follow: followWithAlerts({
      registry,
      view,
      target: config.LANTERN_GOAL_TARGET,
      timeZone: config.LANTERN_TIME_ZONE,
      clock,
    }),
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
  const census = createCensus({
    view,
    state: running.state,
    telemetry,
    alerts: registry,
    points: telemetry.points,
    figures: () => ({ progress: running.progress(), rejections: running.rejections(), door }),
    target: config.LANTERN_GOAL_TARGET,
    onCoverage: running.follower.takeCoverage,
    clock,
    logger,
  })
  census.start()
  tell('ready', running.progress())
  const reporting = setInterval(() => tell('progress', running.progress()), progressEveryMs)
  try {
    await running.run()
    tell('progress', running.progress())
  } finally {
    clearInterval(reporting)
    await census.stop()
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
  const told = doorMessage.safeParse(message)
  if (told.success) door = told.data.figures
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
