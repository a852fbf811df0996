/**
 * The journal on LMDB: the embedded driver. Groups are committed one transaction after another, each with
 * its fsync, off the event loop; what arrives meanwhile becomes the next group (group commit). Deleting
 * what was trimmed rides in the same transactions. The reader may live in another process.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { open, type RootDatabase } from 'lmdb'
import type { Logger } from 'pino'
import { LanternError, messageOf } from '../../model/errors.ts'
import { decodeGroup, GroupBuilder, totalBytesOf } from './group.ts'
import type { JournalMessage, JournalReader, JournalWriter } from './port.ts'

interface OpenGroup {
  readonly builder: GroupBuilder
  readonly done: ((error?: Error) => void)[]
}

/** A group is closed at this size (or a quarter of the limit), so that one LMDB value and one read stay small. */
const mostGroupBytes = 1 << 20
/** Groups deleted in one transaction, so that trimming a long backlog does not hold up acknowledgements. */
const maxTrimsPerCommit = 500
/** How long to wait before asking again whether the disk or the limit allows: doubling, ms. */
const firstRetryMs = 50
const lastRetryMs = 1000

/** Some stores may be a little further than the one that `after` was asked of. */
const positionGap = 1_000_000

type Database = RootDatabase<Buffer, number>

function openDatabase(path: string, readOnly: boolean): Database {
  // overlappingSync off: a put's promise is kept only after the fsync. The file never shrinks; its free
  // pages are used again.
  return open<Buffer, number>({
    path,
    noSubdir: true,
    encoding: 'binary',
    overlappingSync: false,
    eventTurnBatching: false,
    readOnly,
  })
}

/** LMDB says "Commit failed" and keeps the true reason in a promise of its own, which must be awaited. */
async function reasonOf(error: unknown): Promise<string> {
  if (!(error instanceof Error && 'commitError' in error)) return messageOf(error)
  try {
    await error.commitError
    return error.message
  } catch (reason) {
    return messageOf(reason)
  }
}

/**
 * @param lingerMs how long the first message of a group waits for company; the fsync's own time comes on top
 * @param maxPendingBytes how much may wait for the disk before appends are refused
 */
export function createLmdbJournalWriter(options: {
  file: string
  limitBytes: number
  logger: Logger
  lingerMs?: number
  maxPendingBytes?: number
}): JournalWriter {
  const { file, limitBytes, logger, lingerMs = 3, maxPendingBytes = 64 << 20 } = options
  const maxGroupBytes = Math.min(mostGroupBytes, limitBytes / 4)
  let database: Database | undefined
  let newest = 0
  let oldest = 1
  let totalBytes = 0
  let bytesBeforeOldest = 0
  let trimTo = 0
  let blocked: string | null = null
  let stopping = false
  let pendingBytes = 0
  let waiting: OpenGroup[] = []
  const spare: GroupBuilder[] = []
  let wake: (() => void) | undefined
  let committing: Promise<void> = Promise.resolve()

  const keptBytes = () => totalBytes - bytesBeforeOldest

  function setBlocked(reason: string | null): void {
    if (reason === blocked) return
    blocked = reason
    if (reason === null) logger.info('the journal takes messages again')
    else
      logger.error(
        { reason },
        'the journal takes nothing now, so nothing is acknowledged; it goes on by itself',
      )
  }

  function append(message: JournalMessage, done: (error?: Error) => void): void {
    const refusal =
      stopping || !database
        ? 'the journal is not open'
        : pendingBytes > maxPendingBytes
          ? `too much waits for the journal: ${blocked ?? 'the disk is slow'}`
          : undefined
    if (refusal) {
      done(new LanternError('store-unavailable', refusal))
      return
    }
    let group = waiting.at(-1)
    if (!group || group.builder.bytes > maxGroupBytes) {
      group = { builder: spare.pop() ?? new GroupBuilder(), done: [] }
      waiting.push(group)
    }
    const before = group.builder.bytes
    group.builder.add(message)
    group.done.push(done)
    pendingBytes += group.builder.bytes - before
    wake?.()
  }

  /** One transaction: the groups that fit in, the trimmed ones out. Tells how many groups are on disk now. */
  async function commit(db: Database, groups: readonly OpenGroup[]): Promise<number> {
    const trims: number[] = []
    if (trimTo >= oldest)
      for (const key of db.getKeys({
        start: oldest,
        end: Math.min(trimTo + 1, newest),
        limit: maxTrimsPerCommit,
      }))
        trims.push(key)
    const writes: OpenGroup[] = []
    let bytesAfter = keptBytes()
    for (const group of groups) {
      bytesAfter += group.builder.bytes
      if (bytesAfter > limitBytes) break
      writes.push(group)
    }
    let total = totalBytes
    let position = newest
    try {
      if (writes.length > 0 || trims.length > 0)
        await db.batch(() => {
          for (const group of writes) {
            const finished = group.builder.finish(total)
            total = finished.totalBytes
            void db.put(++position, finished.value)
          }
          for (const key of trims) void db.remove(key)
        })
    } catch (error) {
      setBlocked(`the disk refused: ${await reasonOf(error)}`)
      return 0
    }
    newest = position
    totalBytes = total
    if (trims.length > 0) findOldest(db)
    const full = writes.length < groups.length
    const limit = Math.round(limitBytes / (1 << 20))
    setBlocked(full ? `the journal is at its limit of ${limit} MiB because ingest is behind` : null)
    return writes.length
  }

  function findOldest(db: Database): void {
    const [first] = db.getRange({ start: oldest, limit: 1 })
    if (!first) return
    oldest = first.key
    bytesBeforeOldest = totalBytesOf(first.value) - first.value.length
  }

  function finish(groups: OpenGroup[], error?: Error): void {
    for (const group of groups) {
      pendingBytes -= group.builder.bytes
      for (const done of group.done) done(error)
      group.builder.reset()
      if (spare.length < 4) spare.push(group.builder)
    }
  }

  async function run(db: Database): Promise<void> {
    for (;;) {
      if (waiting.length === 0 && (trimTo < oldest || oldest >= newest)) {
        if (stopping) return
        await new Promise<void>((resolve) => {
          wake = resolve
        })
        wake = undefined
      }
      if (!stopping) await sleep(lingerMs)
      const groups = waiting
      waiting = []
      let retryMs = firstRetryMs
      do {
        const written = await commit(db, groups)
        finish(groups.splice(0, written))
        if (groups.length > 0 && stopping)
          finish(groups.splice(0), new LanternError('store-unavailable', 'Lantern is stopping'))
        else if (groups.length > 0 && written === 0) {
          await sleep(retryMs)
          retryMs = Math.min(retryMs * 2, lastRetryMs)
        }
      } while (groups.length > 0)
    }
  }

  return {
    async start({ after }) {
      const db = openDatabase(file, false)
      database = db
      const [last] = db.getRange({ reverse: true, limit: 1 })
      const [first] = db.getRange({ limit: 1 })
      if (last && first) {
        newest = last.key
        totalBytes = totalBytesOf(last.value)
        oldest = first.key
        bytesBeforeOldest = totalBytesOf(first.value) - first.value.length
      }
      if (newest < after) {
        logger.warn({ newest, after }, 'the journal was behind the stores; its positions go on after theirs')
        newest = after + positionGap
        if (!last) oldest = newest + 1
      }
      stopping = false
      committing = run(db).catch((error) => {
        logger.fatal({ error }, 'the journal failed')
        throw error
      })
    },
    async stop() {
      stopping = true
      wake?.()
      await committing
      await database?.close()
      database = undefined
    },
    append,
    trim(upTo) {
      if (upTo <= trimTo) return
      trimTo = upTo
      wake?.()
    },
    stats: () => ({ newest, bytes: keptBytes(), limitBytes, blocked }),
  }
}

export function createLmdbJournalReader(options: { file: string }): JournalReader {
  let database: Database | undefined
  return {
    async start() {
      database = openDatabase(options.file, true)
    },
    async stop() {
      await database?.close()
      database = undefined
    },
    async read({ after, upTo, maxBytes }) {
      const db = database
      if (!db) throw new LanternError('store-unavailable', 'the journal is not open')
      // Another process writes: without this the reader would keep seeing the state of its last look.
      db.resetReadTxn()
      const groups = []
      let bytes = 0
      for (const { key, value } of db.getRange({
        start: after + 1,
        ...(upTo === undefined ? {} : { end: upTo + 1 }),
      })) {
        groups.push({ position: key, messages: decodeGroup(value) })
        bytes += value.length
        if (bytes >= maxBytes) break
      }
      return groups
    },
  }
}
