/**
 * The worker: takes journal groups through the stages, in order, for as long as it runs. What a device says is known, and
 * alerted, as soon as it is read and validated; the telemetry store takes it in commits of its own pace. Built by main.ts.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { DeviceState } from '../model/coverage.ts'
import { LanternError, messageOf } from '../model/errors.ts'
import type { RejectionReason } from '../model/rejection.ts'
import { type Clock, minute, second } from '../model/time.ts'
import type { JournalReader } from '../stores/journal/port.ts'
import type { Registry } from '../stores/registry/port.ts'
import type { Telemetry } from '../stores/telemetry/port.ts'
import { type Batch, newBatch, type Stage } from './batch.ts'
import type { Follower, MakeFollower } from './follower.ts'
import { createInsistence } from './insistence.ts'
import { newProgress, type Progress } from './progress.ts'
import { decode } from './stages/decode.ts'
import { createDedupe } from './stages/dedupe.ts'
import { createIdentify, type Inventory } from './stages/identify.ts'
import { createStore } from './stages/store.ts'
import { createDeviceStates } from './stages/update-state.ts'
import { createValidate } from './stages/validate.ts'
import { createStoring } from './storing.ts'

/** What one batch may hold: enough to be worth a commit, little enough to hold up no query for long. */
const maxBatchBytes = 2 << 20
/** How often the journal is looked at, ms, while little comes: an alert waits for half of it on the average. */
const lookEveryMs = 15
/** So many messages at once, and it is looked at again without a pause. */
const enoughMessages = 2000
/**
 * A commit takes as long for one reading as for hundreds, so they gather for so long, ms: at 10,000 readings/s a reading
 * cost 60 µs when each was committed as it came, 17 µs with 100 ms. Nobody who is to be told waits for it.
 */
const gatherMs = 100
const flushEvery = second
const maintainEvery = minute

export interface Worker {
  /** Goes through the journal until stopped; rejects when a store fails for good. */
  run(): Promise<void>
  /** Ends after the batch under way, with everything flushed. */
  stop(): void
  progress(): Progress
  /** Messages and readings that could not be taken since the start, by reason. */
  rejections(): ReadonlyMap<RejectionReason, number>
  /** What is known of a device now, by its serial. */
  state(serial: number): DeviceState | undefined
  /** What follows the readings, for who counts coverage. */
  readonly follower: Follower
}

export async function createWorker(options: {
  journal: JournalReader
  telemetry: Telemetry
  registry: Registry
  inventory: Inventory
  /** Makes what looks at every reading once its device's state is known. */
  follow: MakeFollower
  retentionDays: number
  clock: Clock
  logger: Logger
}): Promise<Worker> {
  const { journal, telemetry, registry, inventory, follow, retentionDays, clock, logger } = options
  const states = await createDeviceStates({ registry, follow })
  const prepare: readonly Stage[] = [
    decode,
    createIdentify({ inventory, clock }),
    createValidate({ retentionDays }),
    // The last: it must see each message once, and a stage before it may fail and be tried again.
    states,
  ]
  const commit: readonly Stage[] = [
    createDedupe({ telemetry, watermarks: await telemetry.watermarks() }),
    createStore({ telemetry }),
  ]
  const telemetryStart = await telemetry.position()
  const stateStart = states.position()
  const progress: Progress = {
    ...newProgress(),
    telemetryPosition: telemetryStart,
    statePosition: stateStart,
    stageSeconds: Object.fromEntries([...prepare, ...commit].map((stage) => [stage.name, 0])),
  }
  const rejections = new Map<RejectionReason, number>()
  const insistence = createInsistence({
    logger,
    onChange: (failure, failures) => {
      progress.failure = failure
      progress.failures = failures
    },
  })
  const insist = insistence.run
  let stopping = false
  let maintaining: Promise<void> = Promise.resolve()

  async function runStages(stages: readonly Stage[], batch: Batch): Promise<void> {
    for (const stage of stages) {
      const started = performance.now()
      await stage.run(batch)
      progress.stageSeconds[stage.name] =
        (progress.stageSeconds[stage.name] ?? 0) + (performance.now() - started) / 1000
    }
  }

  const storing = createStoring({ store: storeBatch, gatherMs })

  async function storeBatch(batch: Batch): Promise<void> {
    const [dedupe, ...rest] = commit
    // Those of the stages before are counted.
    batch.rejections.clear()
    if (dedupe) await insist('dedupe', () => runStages([dedupe], batch))
    await insist('store', () => runStages(rest, batch))
    progress.telemetryPosition = Math.max(progress.telemetryPosition, batch.position)
    if (!batch.alreadyStored) progress.readingsStored += batch.readings.length
    progress.duplicates += batch.duplicates
    if (!batch.alreadyStored) progress.batchesStored++
    // Also after a restart, when the registry is ahead: counted twice is better than not told.
    states.takeRejections(batch)
    count(batch)
    progress.lastReceivedAt = batch.messages.at(-1)?.receivedAt ?? progress.lastReceivedAt
  }

  function count({ rejections: found }: Batch): void {
    for (const { reason, count } of found.values()) {
      progress.rejections += count
      rejections.set(reason, (rejections.get(reason) ?? 0) + count)
    }
  }

  async function flush(all = false): Promise<void> {
    await insist('device states', () => states.flush(all))
    progress.statePosition = states.position()
  }

  /** Reads and prepares the next batch, from the beginning each time it is tried. */
  async function next(after: number): Promise<Batch | undefined> {
    return insist('reading the journal', async () => {
      const batch = await read(after)
      if (batch) await runStages(prepare, batch)
      return batch
    })
  }

  /** The next groups, cut so that a batch never lies on both sides of what a store already has. */
  async function read(after: number): Promise<Batch | undefined> {
    const cut = [telemetryStart, stateStart].filter((position) => position > after).sort((a, b) => a - b)[0]
    const groups = await journal.read({
      after,
      maxBytes: maxBatchBytes,
      ...(cut === undefined ? {} : { upTo: cut }),
    })
    const last = groups.at(-1)
    // What a store has seen and the journal has no more (another registry, another folder) will never come.
    if (!last) return cut === undefined ? undefined : read(cut)
    return newBatch({
      position: last.position,
      messages: groups.flatMap((group) => group.messages),
      alreadyStored: last.position <= telemetryStart,
      alreadyCounted: last.position <= stateStart,
    })
  }

  function maintainInBackground(): void {
    maintaining = telemetry.maintain(clock()).catch((error) => {
      // That the store is away is said once, by what stores the readings.
      if (error instanceof LanternError && error.passing) return
      logger.error(
        { reason: messageOf(error) },
        'roll-ups or retention failed; they are tried again in a minute',
      )
    })
  }

  async function goOn(): Promise<void> {
    let position = Math.min(telemetryStart, stateStart)
    let flushedAt = performance.now()
    let maintainedAt = Number.NEGATIVE_INFINITY
    while (!stopping) {
      const lookedAt = clock()
      const batch = await next(position)
      position = batch?.position ?? position
      storing.check()
      if (!batch) states.follower.tick(lookedAt, { caughtUp: true })
      else {
        if (!batch.alreadyCounted) count(batch)
        const newestMessageAt = batch.messages.at(-1)?.receivedAt ?? lookedAt
        states.follower.tick(lookedAt, { caughtUp: false, newestMessageAt })
      }
      // Also at once when somebody waits for an alert.
      if (states.full() || performance.now() - flushedAt >= flushEvery) {
        await insist('rules and devices', () => states.follower.refresh())
        await flush()
        flushedAt = performance.now()
      }
      if (batch) await storing.take(batch)
      if ((batch?.messages.length ?? 0) < enoughMessages) await sleep(lookEveryMs)
      if (performance.now() - maintainedAt >= maintainEvery) {
        maintainedAt = performance.now()
        await maintaining
        maintainInBackground()
      }
    }
    await storing.end()
    await flush(true)
    await maintaining
  }

  return {
    async run() {
      try {
        await goOn()
      } catch (error) {
        if (!(stopping && error instanceof LanternError && error.passing)) throw error
        logger.warn('stopped while a store was away; what it has not taken stays in the journal')
      }
    },
    stop() {
      stopping = true
      insistence.stop()
    },
    progress: () => progress,
    rejections: () => rejections,
    state: (serial) => states.state(serial),
    follower: states.follower,
  }
}
