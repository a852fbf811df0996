/**
 * The journal's writing side on plain files: the embedded driver. Groups are written to the newest segment one
 * after another, each with its fdatasync, off the event loop; what arrives meanwhile becomes the next group.
 */
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { LanternError, messageOf } from '../../model/errors.ts'
import { GroupBuilder } from './group.ts'
import type { JournalMessage, JournalWriter } from './port.ts'
import {
  examineSegment,
  listSegments,
  type Segment,
  segmentBytes,
  segmentIn,
  syncFolder,
} from './segments.ts'

interface OpenGroup {
  readonly builder: GroupBuilder
  readonly done: ((error?: Error) => void)[]
}

/** A group is closed at this size (or an eighth of the limit), so that one write and one read stay small. */
const mostGroupBytes = 1 << 20
/** A segment is closed at this size (or a quarter of the limit). */
const mostSegmentBytes = 16 << 20
/** How long to wait before asking again whether the disk or the limit allows: doubling, ms. */
const firstRetryMs = 50
const lastRetryMs = 1000
/**
 * Each start leaves a gap in the positions. A power cut may take groups that ingest had already read: their
 * positions must never be given to other messages, or the stores would take those for old ones.
 */
const positionGap = 1_000_000

/**
 * @param folder where the segments are or shall be
 * @param lingerMs how long the first message of a group waits for company; the disk's own time comes on top
 * @param maxPendingBytes how much may wait for the disk before appends are refused
 */
export function createFileJournalWriter(options: {
  folder: string
  limitBytes: number
  logger: Logger
  lingerMs?: number
  maxPendingBytes?: number
}): JournalWriter {
  const { folder, limitBytes, logger, lingerMs = 3, maxPendingBytes = 64 << 20 } = options
  const maxGroupBytes = Math.min(mostGroupBytes, limitBytes / 8)
  const maxSegmentBytes = Math.min(mostSegmentBytes, limitBytes / 4)
  /** Closed segments with their sizes, oldest first; the one being written is apart. */
  const closed: (Segment & { bytes: number })[] = []
  let current: { segment: Segment; handle: FileHandle; bytes: number } | undefined
  let newest = 0
  let next = 1
  let trimTo = 0
  let blocked: string | null = null
  let running = false
  let pendingBytes = 0
  let waiting: OpenGroup[] = []
  const spare: GroupBuilder[] = []
  let wake: (() => void) | undefined
  let committing: Promise<void> = Promise.resolve()

  const keptBytes = () => closed.reduce((sum, { bytes }) => sum + bytes, current?.bytes ?? 0)

  function setBlocked(reason: string | null): void {
    if (reason === blocked) return
    if (reason === null) logger.info('the journal takes messages again')
    else if (blocked === null)
      logger.error(
        { reason },
        'the journal takes nothing now, so nothing is acknowledged; it goes on by itself',
      )
    blocked = reason
  }

  function append(message: JournalMessage, done: (error?: Error) => void): void {
    const refusal = !running
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

  /** Closes the newest segment; the next write begins another. */
  async function closeSegment(): Promise<void> {
    if (!current) return
    const { segment, handle, bytes } = current
    closed.push({ ...segment, bytes })
    current = undefined
    await handle.close()
  }

  /** Removes every closed segment that has nothing beyond `trimTo`. */
  async function removeTrimmed(): Promise<void> {
    for (;;) {
      const [oldest, following = current?.segment] = closed
      const last = following ? following.first - 1 : newest
      if (!oldest || last > trimTo) return
      await unlink(oldest.path)
      closed.shift()
    }
  }

  /** How many of the groups fit below the limit. */
  function howManyFit(groups: readonly OpenGroup[]): number {
    let bytes = keptBytes()
    const index = groups.findIndex((group) => {
      bytes += group.builder.bytes
      return bytes > limitBytes
    })
    return index < 0 ? groups.length : index
  }

  async function writeGroups(groups: readonly OpenGroup[]): Promise<void> {
    if (current && current.bytes >= maxSegmentBytes) await closeSegment()
    if (!current) {
      const segment = segmentIn(folder, next)
      const handle = await open(segment.path, 'w', 0o600)
      current = { segment, handle, bytes: 0 }
      await syncFolder(folder)
    }
    const { handle } = current
    let end = current.bytes
    for (const [index, group] of groups.entries()) {
      const data = group.builder.finish(next + index)
      for (let written = 0; written < data.length; )
        written += (await handle.write(data, written, data.length - written, end + written)).bytesWritten
      end += data.length
    }
    await handle.datasync()
    current.bytes = end
    next += groups.length
    newest = next - 1
  }

  /** Tells how many of the groups are on disk now. */
  async function commit(groups: readonly OpenGroup[]): Promise<number> {
    try {
      await removeTrimmed()
      const fitting = howManyFit(groups)
      if (fitting > 0) await writeGroups(groups.slice(0, fitting))
      // What is full and trimmed must not wait for more messages to be closed and removed.
      if (fitting < groups.length && current && trimTo >= newest) await closeSegment()
      const limit = Math.round(limitBytes / (1 << 20))
      setBlocked(
        fitting < groups.length
          ? `the journal is at its limit of ${limit} MiB because ingest is behind`
          : null,
      )
      return fitting
    } catch (error) {
      setBlocked(`the disk refused: ${messageOf(error)}`)
      await abandonWrite()
      return 0
    }
  }

  /**
   * After a failed write or sync nobody knows what is on disk beyond the last good group: that is cut off, and
   * the same groups are written again, under the same positions, to a segment of their own.
   */
  async function abandonWrite(): Promise<void> {
    const failed = current
    try {
      await failed?.handle.truncate(failed.bytes)
      if (failed && failed.bytes > 0) await closeSegment()
    } catch (error) {
      logger.warn(
        { reason: messageOf(error) },
        'the torn end of the journal could not be cut off; the reader passes over it',
      )
      await closeSegment().catch(() => undefined)
    }
  }

  function finish(groups: readonly OpenGroup[], error?: Error): void {
    for (const group of groups) {
      pendingBytes -= group.builder.bytes
      for (const done of group.done) done(error)
      group.builder.reset()
      if (spare.length < 4) spare.push(group.builder)
    }
  }

  async function run(): Promise<void> {
    for (;;) {
      if (waiting.length === 0) {
        if (!running) return
        await new Promise<void>((resolve) => {
          wake = resolve
        })
        wake = undefined
      }
      if (running) await sleep(lingerMs)
      const groups = waiting
      waiting = []
      let retryMs = firstRetryMs
      do {
        const written = await commit(groups)
        finish(groups.splice(0, written))
        if (groups.length > 0 && !running)
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
      await syncFolder(folder)
      for (const segment of await listSegments(folder))
        closed.push({ ...segment, bytes: await segmentBytes(segment) })
      const last = closed.at(-1)
      if (last) {
        const { bytes, newest: found } = await examineSegment(last)
        newest = Math.max(found, last.first - 1)
        if (bytes < last.bytes) {
          logger.info(
            { bytes: last.bytes - bytes },
            'the end of the journal was torn, as a crash leaves it; it was never acknowledged',
          )
          const handle = await open(last.path, 'r+')
          await handle.truncate(bytes)
          await handle.sync()
          await handle.close()
          last.bytes = bytes
        }
      }
      if (newest < after)
        logger.warn({ newest, after }, 'the journal was behind the stores; it goes on after them')
      next = Math.max(newest, after) + positionGap
      running = true
      committing = run()
    },
    async stop() {
      running = false
      wake?.()
      await committing
      await closeSegment()
      closed.length = 0
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
