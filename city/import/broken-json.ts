/**
 * Finds the row where a text stops being JSON: the engine's own message often names no place. Called by
 * geojson.ts for a file that cannot be parsed.
 */
import { messageOf } from '../../model/errors.ts'

/** The row, from 1. A text that merely ends too early is broken in its last row. */
export function brokenRow(text: string): number {
  const ends = [...text.matchAll(/\n/g)].map(({ index }) => index)
  ends.push(text.length)
  // The first rows are either broken or only unfinished, and once broken they stay so: halve the question.
  let low = 0
  let high = ends.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (isBroken(text.slice(0, ends[middle]))) high = middle
    else low = middle + 1
  }
  return low + 1
}

/** Whether no continuation could make it JSON, as far as the engine's message tells. */
function isBroken(beginning: string): boolean {
  try {
    JSON.parse(beginning)
    return false
  } catch (thrown) {
    const message = messageOf(thrown)
    if (/^Unexpected end|^Unterminated/.test(message)) return false
    const position = /at position (\d+)/.exec(message)?.[1]
    return position === undefined || Number(position) < beginning.length
  }
}
