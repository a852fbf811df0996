/**
 * Puts many lines on the server: in pieces, a few at a time. A piece that the server refuses is halved until the bad
 * lines stand alone, so that they cost nobody else's reading; lines that are written twice on the way change nothing.
 */
import { LinesRefused } from './failures.ts'
import { linesPerWrite } from './lines.ts'

/** Requests under way at the same time. */
const lanes = 2

export interface RefusedLine {
  /** By its index in what was to be written. */
  readonly index: number
  readonly detail: string
}

/** Resolves when every line is stored or refused; rejects with the first other error, once nothing is under way. */
export async function writeAll(
  lines: readonly string[],
  write: (lines: string[]) => Promise<void>,
): Promise<RefusedLine[]> {
  const refused: RefusedLine[] = []
  let next = 0

  async function put(from: number, to: number): Promise<void> {
    try {
      await write(lines.slice(from, to))
    } catch (thrown) {
      if (!(thrown instanceof LinesRefused)) throw thrown
      if (to - from === 1) {
        refused.push({ index: from, detail: thrown.message })
        return
      }
      const middle = Math.floor((from + to) / 2)
      await put(from, middle)
      await put(middle, to)
    }
  }

  async function lane(): Promise<void> {
    while (next < lines.length) {
      const from = next
      next = Math.min(lines.length, from + linesPerWrite)
      await put(from, next)
    }
  }

  const results = await Promise.allSettled(Array.from({ length: lanes }, lane))
  for (const result of results) if (result.status === 'rejected') throw result.reason
  return refused.sort((a, b) => a.index - b.index)
}
