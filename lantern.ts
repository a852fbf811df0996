/**
 * The whole city in one command (`npm start`): the door and the window in this process, the ingest worker and
 * the demonstration fleet as children. This file only puts the parts together, and stops them in reverse.
 */
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { seedRules, tryRules } from './alerting.ts'
import { createBoard } from './alerts/board.ts'
import { createEgress } from './alerts/dispatch/egress.ts'
import { createAlertsLink } from './alerts-link.ts'
import { createApi } from './api/api.ts'
import { createBroker } from './broker/broker.ts'
import { demonstrationCity } from './city/demonstration.ts'
import { seedCity } from './city/seed.ts'
import { baseMapOf, type Config, dataFiles, readConfig } from './config.ts'
import { createConsoleBuild } from './dashboards/console/build.ts'
import { ensureAdminKey, takeDataFolder } from './data-folder.ts'
import { createIngestLink } from './ingest-link.ts'
import { createLogger } from './log.ts'
import { createMetrics } from './metrics.ts'
import { LanternError, messageOf } from './model/errors.ts'
import { pages } from './model/pages.ts'
import { hour, second } from './model/time.ts'
import { attachMqttOverWebSocket } from './mqtt-websocket.ts'
import { createFileJournalWriter } from './stores/journal/file-writer.ts'
import { createCityView } from './stores/registry/city-view.ts'
import { createSqliteRegistry } from './stores/registry/sqlite.ts'
import { createSupervised } from './supervisor.ts'

/** How long the start waits for ingest; without it the broker takes messages all the same. */
const ingestReadyMs = 15 * second
const stopGraceMs = 10 * second

async function startLantern(config: Config): Promise<() => Promise<void>> {
  const startedAt = performance.now()
  const logger = createLogger({ name: 'lantern', level: config.LANTERN_LOG_LEVEL })
  const files = dataFiles(config.LANTERN_DATA_DIR)
  const clock = Date.now
  /** What has been started, to be stopped in reverse. */
  const stops: (() => Promise<void> | void)[] = []
  const stopAll = async () => {
    for (const stop of stops.splice(0).reverse())
      await Promise.resolve(stop()).catch((error) =>
        logger.error({ err: error }, 'a part did not stop cleanly'),
      )
  }

  try {
    const folder = await takeDataFolder(config.LANTERN_DATA_DIR)
    stops.push(() => folder.release())

    // In a child process, while the stores open.
    const page = createConsoleBuild()
    page.start()
    page.ready().catch((error) => {
      // Ended with everything else, before it was there: nothing to tell.
      if (stops.length > 0) logger.error({ err: error }, 'the page cannot be shown; the API can be used')
    })
    stops.push(() => page.stop())

    const registry = createSqliteRegistry({ file: files.registry })
    await registry.start()
    stops.push(() => registry.stop())
    if (config.LANTERN_CITY === 'demo') await seedCity({ registry, city: demonstrationCity(), now: clock() })
    await seedRules(registry, clock())
    const adminKey = await ensureAdminKey({ registry, file: files.adminKey, now: clock() })
    const view = createCityView({ registry, clock, logger })
    await view.start()
    stops.push(() => view.stop())

    const journal = createFileJournalWriter({
      folder: files.journal,
      limitBytes: config.LANTERN_JOURNAL_LIMIT_MB * 2 ** 20,
      logger,
    })
    await journal.start({ after: await registry.statePosition() })

    const broker = createBroker({
      journal,
      registry,
      maxConnections: config.LANTERN_MQTT_MAX_CONNECTIONS,
      maxPayloadBytes: config.LANTERN_MQTT_MAX_PAYLOAD_BYTES,
      clock,
      logger,
    })
    const ingest = createIngestLink({ journal, clock, logger, env: process.env, door: broker.counts })
    ingest.start()
    stops.push(() => ingest.stop(stopGraceMs))
    // Last in, first out: the journal closes (and acknowledges what it still holds) before ingest ends.
    stops.push(() => journal.stop())
    await Promise.race([ingest.ready(), sleep(ingestReadyMs, undefined, { ref: false })])

    const mqtt = await broker
      .start({ host: config.LANTERN_MQTT_HOST, port: config.LANTERN_MQTT_PORT })
      .catch((error) => cannotListen('MQTT', error))
    stops.push(() => broker.stop())

    const board = createBoard({ registry, announce: broker.announce, logger })
    await board.start()
    stops.push(() => board.stop())

    const alerts = createAlertsLink({ logger, env: process.env })
    alerts.start()
    stops.push(() => alerts.stop(stopGraceMs))

    const components = () => [broker.health(), ...ingest.health(), alerts.health(), view.health()]
    const egress = createEgress({ allowed: config.LANTERN_WEBHOOK_ALLOW })
    const api = await createApi({
      registry,
      view,
      telemetry: ingest.telemetry,
      goal: { target: config.LANTERN_GOAL_TARGET, deadline: config.LANTERN_GOAL_DEADLINE },
      timeZone: config.LANTERN_TIME_ZONE,
      publicUrl: config.LANTERN_PUBLIC_URL,
      baseMap: baseMapOf(config),
      console: page,
      tryRule: tryRules({
        view,
        telemetry: ingest.telemetry,
        target: config.LANTERN_GOAL_TARGET,
        timeZone: config.LANTERN_TIME_ZONE,
      }),
      checkTarget: (url) => egress.checkHost(url.hostname),
      readiness: async () => components(),
      metrics: createMetrics(components, board.counts),
      clock,
      logger,
      limits: { sessionMs: config.LANTERN_SESSION_HOURS * hour },
    })
    const http = await api
      .start({ host: config.LANTERN_HTTP_HOST, port: config.LANTERN_HTTP_PORT })
      .catch((error) => cannotListen('HTTP', error))
    stops.push(() => api.stop())
    const webSocket = attachMqttOverWebSocket({
      server: api.server,
      path: '/mqtt',
      maxPayloadBytes: config.LANTERN_MQTT_MAX_PAYLOAD_BYTES,
      accept: broker.accept,
    })
    stops.push(() => webSocket.stop())

    const httpUrl = `http://${hostInUrl(config.LANTERN_HTTP_HOST)}:${http.port}`
    const mqttUrl = `mqtt://${hostInUrl(config.LANTERN_MQTT_HOST)}:${mqtt.port}`
    if (config.LANTERN_FLEET === 'on') {
      const fleet = createSupervised({
        name: 'fleet',
        entry: './simulators/main.ts',
        args: [
          '--adopt',
          '--url',
          httpUrl,
          '--mqtt',
          mqttUrl,
          '--key-file',
          files.adminKey,
          '--duration',
          'forever',
        ],
        env: process.env,
        logger,
      })
      fleet.start()
      stops.push(() => fleet.stop(stopGraceMs))
    }

    const totals = view.health().figures
    logger.info({ url: httpUrl, docs: `${httpUrl}/docs` }, 'HTTP is open')
    logger.info({ url: mqttUrl, webSocket: `${httpUrl.replace('http', 'ws')}/mqtt` }, 'MQTT is open')
    logger.info({ folder: resolve(config.LANTERN_DATA_DIR), ...totals }, 'the data is here')
    logger.info(
      { file: resolve(files.adminKey) },
      `the ${adminKey.isNew ? 'new ' : ''}administrator key is kept here`,
    )
    // Only where nobody from elsewhere could open it: logs travel further than one thinks.
    if (isLoopback(http.host) && config.LANTERN_PUBLIC_URL === '')
      logger.info(
        { url: `${httpUrl}${pages.signIn}#${api.oneTimeCode(adminKey.id)}` },
        'open this once to sign in',
      )
    logger.info({ seconds: Math.round(performance.now() - startedAt) / 1000 }, 'Lantern is ready')
    return stopAll
  } catch (error) {
    await stopAll()
    throw error
  }
}

function cannotListen(what: 'MQTT' | 'HTTP', cause: unknown): never {
  throw new LanternError('conflict', `${what} cannot be opened: ${messageOf(cause)}`, {
    cause,
    remedy: `Set LANTERN_${what}_HOST to an address of this machine, and LANTERN_${what}_PORT to a port that is free.`,
  })
}

/** An address as it stands in a URL; "every address" is shown as this machine. */
function hostInUrl(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

/** Of an address as the system names it. */
function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.')
}

try {
  const stop = await startLantern(readConfig(process.env))
  let stopping = false
  const end = () => {
    if (stopping) return
    stopping = true
    void stop().then(() => process.exit(0))
  }
  process.on('SIGINT', end)
  process.on('SIGTERM', end)
} catch (error) {
  const remedy = error instanceof LanternError ? `\n${error.remedy}` : ''
  process.stderr.write(`Lantern cannot start: ${messageOf(error)}${remedy}\n`)
  process.exit(1)
}
