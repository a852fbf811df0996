/**
 * The files of the journal: segments, each named by the first position that may stand in it. Only the newest is
 * written to; a segment goes when every group in it has been trimmed. Used by the file driver's two sides.
 */
import { mkdir, open, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { findGroup } from './group.ts'

export interface Segment {
  readonly path: string
  /** No group in it has a position before this one. */
  readonly first: number
}

const ending = '.journal'

export function segmentIn(folder: string, first: number): Segment {
  return { path: join(folder, `${String(first).padStart(16, '0')}${ending}`), first }
}

/** In order of their positions; none where the folder does not exist yet. */
export async function listSegments(folder: string): Promise<Segment[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  return names
    .filter((name) => /^\d{16}\.journal$/.test(name))
    .sort()
    .map((name) => segmentIn(folder, Number(name.slice(0, -ending.length))))
}

export async function segmentBytes(segment: Segment): Promise<number> {
  return (await stat(segment.path)).size
}

/** Makes the folder and its parents; makes sure that the names in it survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** How far a segment is whole, and the newest position in it (0: it has no group). */
export async function examineSegment(segment: Segment): Promise<{ bytes: number; newest: number }> {
  const handle = await open(segment.path, 'r')
  try {
    const data = await handle.readFile()
    let bytes = 0
    let newest = 0
    for (;;) {
      const found = findGroup(data, bytes)
      if (found === 'torn' || 'missing' in found) return { bytes, newest }
      bytes += found.bytes
      newest = found.position
    }
  } finally {
    await handle.close()
  }
}
