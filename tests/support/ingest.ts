/**
 * Ingest on real stores in one process, for tests that look at its stages and its restarts: a journal one can
 * write to, and a worker that can be stopped, or broken off, and begun again on the same stores.
 */
import { join } from 'node:path'
import { pino } from 'pino'
import type { MakeFollower } from '../../ingest/follower.ts'
import { createSites } from '../../ingest/sites.ts'
import { createWorker, type Worker } from '../../ingest/worker.ts'
import type { KindName } from '../../model/kinds.ts'
import { createFileJournalReader } from '../../stores/journal/file-reader.ts'
import { createFileJournalWriter } from '../../stores/journal/file-writer.ts'
import type { JournalMessage } from '../../stores/journal/port.ts'
import { createCityView } from '../../stores/registry/city-view.ts'
import type { Registry } from '../../stores/registry/port.ts'
import { createSqliteRegistry } from '../../stores/registry/sqlite.ts'
import { createDuckDbTelemetry } from '../../stores/telemetry/duckdb.ts'
import type { Telemetry } from '../../stores/telemetry/port.ts'
import { appendAll } from '../contracts/journal.ts'
import { areas, places, signUp } from './small-city.ts'

const logger = pino({ level: 'silent' })

interface Stores {
  readonly telemetry: Telemetry
  readonly registry: Registry
}

export interface TestIngest extends Stores {
  append(messages: readonly JournalMessage[]): Promise<void>
  /** Runs a worker until all that was appended is stored and flushed, or until it fails. */
  drain(options?: { spoil?: (stores: Stores) => Stores }): Promise<Worker>
  stop(): Promise<void>
}

export async function startTestIngest(
  folder: string,
  devices: readonly { id: string; kind: KindName; reportingIntervalSeconds?: number }[],
): Promise<TestIngest> {
  const registry = createSqliteRegistry({ file: join(folder, 'registry.sqlite') })
  await registry.start()
  await registry.putCity({ areas, places })
  await signUp(registry, devices)
  const file = join(folder, 'journal')
  const writer = createFileJournalWriter({ folder: file, limitBytes: 1 << 30, logger, lingerMs: 0 })
  await writer.start({ after: 0 })
  const journal = createFileJournalReader({ folder: file, logger })
  await journal.start()
  const telemetry = createDuckDbTelemetry({
    file: join(folder, 'telemetry.duckdb'),
    retentionDays: 30,
    rollupRetentionDays: 100,
  })
  await telemetry.start()
  const view = createCityView({ registry, clock: Date.now, logger })
  await view.start()

  return {
    registry,
    telemetry,
    append: (messages) => appendAll(writer, messages),
    async drain({ spoil = (stores: Stores) => stores } = {}) {
      const stores = spoil({ telemetry, registry })
      const worker = await createWorker({
        journal,
        ...stores,
        inventory: createSites({ view, telemetry }),
        follow: followNothing,
        retentionDays: 30,
        clock: Date.now,
        logger,
      })
      const running = worker.run()
      const finished = running.then(
        () => true,
        () => true,
      )
      const { newest } = writer.stats()
      while (worker.progress().telemetryPosition < newest) {
        const over = await Promise.race([finished, new Promise((resolve) => setTimeout(resolve, 5, false))])
        if (over) break
      }
      worker.stop()
      await running
      return worker
    },
    async stop() {
      await view.stop()
      await telemetry.stop()
      await journal.stop()
      await writer.stop()
      await registry.stop()
    },
  }
}

/** For tests of ingest alone. */
export const followNothing: MakeFollower = async () => ({
  take: () => undefined,
  tick: () => undefined,
  takeCoverage: () => undefined,
  refresh: async () => undefined,
  waiting: () => false,
  drain: () => ({ changes: [], memories: [], now: 0 }),
})
