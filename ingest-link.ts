/**
 * The main process's end of the ingest worker: runs it, trims the journal as far as every store has come, and
 * tells how it is. Telemetry queries of the API go over the same channel.
 */
import type { Logger } from 'pino'
import type { DoorFigures } from './ingest/census/platform.ts'
import { type Progress, workerMessage } from './ingest/progress.ts'
import type { ComponentHealth } from './model/health.ts'
import { type Clock, second } from './model/time.ts'
import type { JournalWriter } from './stores/journal/port.ts'
import type { TelemetryQueries } from './stores/telemetry/port.ts'
import { createRemoteTelemetry } from './stores/telemetry/remote.ts'
import { createSupervised } from './supervisor.ts'

/** Above this lag ingest counts as behind. */
const lagLimit = 30 * second
/** The worker tells its progress five times a second; after so long without, it hangs. */
const silenceLimit = 5 * second
/** How often the worker is told what only this process knows. */
const doorEvery = 5 * second

export interface IngestLink {
  readonly telemetry: TelemetryQueries
  start(): void
  stop(graceMs: number): Promise<void>
  /** Resolves when the worker has opened its stores for the first time. */
  ready(): Promise<void>
  pid(): number | undefined
  health(): ComponentHealth[]
}

export function createIngestLink(options: {
  journal: JournalWriter
  clock: Clock
  logger: Logger
  env: Record<string, string | undefined>
  /** What the broker counts. */
  door: () => Pick<DoorFigures, 'connections' | 'refusals'>
}): IngestLink {
  const { journal, clock, logger, env, door } = options
  const telemetry = createRemoteTelemetry({ timeoutMs: 15 * second, maxPending: 100 })
  let progress: Progress | undefined
  let running = false
  let heardAt = 0
  /** Since when a store refuses, epoch ms; undefined: it does not. */
  let awaySince: number | undefined
  let telling: NodeJS.Timeout | undefined
  let becomeReady: () => void = () => undefined
  const readiness = new Promise<void>((resolve) => {
    becomeReady = resolve
  })
  const handlers = new Set<(message: unknown) => void>()

  const worker = createSupervised({
    name: 'ingest',
    entry: './ingest/main.ts',
    // Two queries, maintenance and an append may be under way in DuckDB at once: libuv's own four threads
    // would then all be busy, and reading the journal would wait.
    env: { ...env, UV_THREADPOOL_SIZE: '8' },
    logger,
    onMessage(message) {
      const parsed = workerMessage.safeParse(message)
      if (!parsed.success) {
        for (const handler of handlers) handler(message)
        return
      }
      progress = parsed.data.progress
      heardAt = performance.now()
      awaySince = progress.failure === null ? undefined : (awaySince ?? clock())
      journal.trim(Math.min(progress.telemetryPosition, progress.statePosition))
      if (parsed.data.type !== 'ready') return
      running = true
      telemetry.connect({
        send: (query) => worker.send(query),
        onMessage: (handler) => handlers.add(handler),
      })
      becomeReady()
    },
    onExit() {
      running = false
      handlers.clear()
      telemetry.disconnect()
    },
  })

  /** How long ago the oldest message that is not stored yet arrived, ms; 0: all is stored. */
  function lag(): number {
    if (!progress) return 0
    const behind = journal.stats().newest > progress.telemetryPosition
    return behind && progress.lastReceivedAt > 0 ? Math.max(0, clock() - progress.lastReceivedAt) : 0
  }

  function tellDoor(): void {
    const { bytes, limitBytes } = journal.stats()
    const figures: DoorFigures = {
      ...door(),
      journalBytes: bytes,
      journalLimitBytes: limitBytes,
      lagMs: lag(),
    }
    worker.send({ type: 'door', figures })
  }

  return {
    telemetry,
    start() {
      worker.start()
      telling = setInterval(tellDoor, doorEvery)
    },
    async stop(graceMs) {
      clearInterval(telling)
      await worker.stop(graceMs)
    },
    ready: () => readiness,
    pid: () => worker.pid(),
    health() {
      const { newest, bytes, limitBytes, blocked } = journal.stats()
      const lagMs = lag()
      const failure = progress?.failure ?? null
      const ingestIs = !running
        ? 'is being started again'
        : performance.now() - heardAt > silenceLimit
          ? 'does not answer; see its log, or restart Lantern'
          : lagMs >= lagLimit
            ? 'behind; it catches up'
            : 'in step'
      return [
        {
          name: 'journal',
          ok: blocked === null,
          detail: blocked ?? 'takes messages',
          figures: { newestPosition: newest, bytes, limitBytes },
        },
        {
          name: 'ingest',
          ok: ingestIs === 'in step',
          detail: ingestIs,
          figures: {
            lagMs,
            restarts: worker.deaths(),
            readingsStored: progress?.readingsStored ?? 0,
            duplicates: progress?.duplicates ?? 0,
            rejections: progress?.rejections ?? 0,
          },
        },
        {
          name: 'telemetry',
          ok: running && failure === null,
          detail: failure ?? (running ? 'takes readings' : 'ingest is being started again'),
          figures: {
            position: progress?.telemetryPosition ?? 0,
            failures: progress?.failures ?? 0,
            awayMs: awaySince === undefined ? 0 : Math.max(0, clock() - awaySince),
          },
        },
      ]
    },
  }
}
