/**
 * Lists in pieces: a statement takes only so many parameters, so long lists go to the database in chunks.
 */

/** Rows a statement; times the widest table's columns, this stays far below every database's limit. */
export const rowsPerStatement = 500

export function* chunksOf<T>(items: readonly T[], size = rowsPerStatement): Generator<readonly T[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size)
}
