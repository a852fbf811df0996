/**
 * The journal's reading side on plain files, in whatever process: it follows the segments from group to group
 * and takes only what is whole. The writer may be in the middle of a group, or of beginning the next segment.
 */
import { type FileHandle, open } from 'node:fs/promises'
import type { Logger } from 'pino'
import { decodeGroup, findGroup } from './group.ts'
import type { JournalGroup, JournalReader } from './port.ts'
import { listSegments, type Segment } from './segments.ts'

interface Cursor {
  readonly segment: Segment
  readonly handle: FileHandle
  /** Where the next group begins. */
  offset: number
  /** The position of the group before it. */
  position: number
}

export function createFileJournalReader(options: { folder: string; logger: Logger }): JournalReader {
  const { folder, logger } = options
  let cursor: Cursor | undefined

  async function moveTo(segment: Segment | undefined, position: number): Promise<void> {
    const before = cursor
    cursor = undefined
    await before?.handle.close()
    if (segment) cursor = { segment, handle: await open(segment.path, 'r'), offset: 0, position }
  }

  /** Puts the cursor into the segment in which the group after a position may stand. */
  async function seek(after: number): Promise<void> {
    const segments = await listSegments(folder)
    const within = segments.findLast((segment) => segment.first <= after + 1) ?? segments[0]
    await moveTo(within, after)
  }

  /** What the segment has from the cursor on: at least the whole next group if that is there, else about `most`. */
  async function readOn(at: Cursor, most: number): Promise<Buffer> {
    const { size } = await at.handle.stat()
    let wanted = Math.min(size - at.offset, most)
    for (;;) {
      const data = Buffer.allocUnsafe(Math.max(0, wanted))
      const { bytesRead } = await at.handle.read(data, 0, data.length, at.offset)
      const found = findGroup(data.subarray(0, bytesRead), 0)
      const more = typeof found === 'object' && 'missing' in found ? wanted + found.missing : 0
      if (more === 0 || more > size - at.offset) return data.subarray(0, bytesRead)
      wanted = more
    }
  }

  /** The whole groups in `data`, moving the cursor behind them. */
  function take(at: Cursor, data: Buffer, upTo: number): JournalGroup[] {
    const groups: JournalGroup[] = []
    let offset = 0
    for (;;) {
      const found = findGroup(data, offset)
      if (found === 'torn' || 'missing' in found || found.position > upTo) break
      // The same groups can stand twice, when the writer could not tell whether a write had failed.
      if (found.position > at.position) {
        groups.push(decodeGroup(data, offset))
        at.position = found.position
      }
      offset += found.bytes
      at.offset += found.bytes
    }
    return groups
  }

  /** Goes on to the next segment if there is one; by then nothing more comes to this one. */
  async function nextSegment(at: Cursor): Promise<boolean> {
    const following = (await listSegments(folder)).find((segment) => segment.first > at.segment.first)
    if (!following) return false
    const left = await readOn(at, 1)
    const found = findGroup(left, 0)
    if (typeof found === 'object' && 'bytes' in found) return true
    if (left.length > 0)
      logger.error(
        { file: at.segment.path, offset: at.offset },
        'the journal has bytes that are no group; a failed write leaves such, or a broken disk',
      )
    await moveTo(following, at.position)
    return true
  }

  return {
    async start() {
      cursor = undefined
    },
    async stop() {
      await moveTo(undefined, 0)
    },
    async read({ after, upTo = Number.POSITIVE_INFINITY, maxBytes }) {
      if (cursor?.position !== after) await seek(after)
      while (cursor) {
        const at = cursor
        const data = await readOn(at, maxBytes)
        const before = at.offset
        const groups = take(at, data, upTo)
        if (groups.length > 0) return groups
        const beyond = findGroup(data, at.offset - before)
        if (typeof beyond === 'object' && 'position' in beyond) return []
        if (at.offset === before && !(await nextSegment(at))) return []
      }
      return []
    },
  }
}
