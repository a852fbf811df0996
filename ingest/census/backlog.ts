/**
 * What was counted and is not stored yet, in its order. Bounded in rows: while a store is away for long, the oldest are
 * given up, because a gap in a curve is better than a worker without memory.
 */
export interface Entry<Row> {
  /** Epoch ms. */
  readonly at: number
  readonly rows: readonly Row[]
}

export interface Backlog<Row> {
  add(entry: Entry<Row>): void
  /** Stores what there is, the oldest first; rejects with the first failure, and keeps that entry and those after it. */
  deliver(store: (entry: Entry<Row>) => Promise<void>): Promise<void>
}

/** `onDrop`: told once, when the first is given up since all was stored. */
export function createBacklog<Row>(options: {
  maxRows: number
  onDrop(oldest: Entry<Row>): void
}): Backlog<Row> {
  const { maxRows, onDrop } = options
  const entries: Entry<Row>[] = []
  let rows = 0
  let isDropping = false

  function remove(): Entry<Row> | undefined {
    const entry = entries.shift()
    rows -= entry?.rows.length ?? 0
    return entry
  }

  return {
    add(entry) {
      // Entries are bounded by their rows, so there is none without.
      if (entry.rows.length === 0) return
      entries.push(entry)
      rows += entry.rows.length
      while (rows > maxRows) {
        const oldest = remove()
        if (!oldest) break
        if (!isDropping) onDrop(oldest)
        isDropping = true
      }
    },
    async deliver(store) {
      for (let entry = entries[0]; entry; entry = entries[0]) {
        await store(entry)
        // It may have been given up meanwhile.
        if (entries[0] === entry) remove()
      }
      isDropping = false
    },
  }
}
