/**
 * The journal port: where a message is put on disk before the broker acknowledges it, and where ingest
 * reads it, in order. The first driver is LMDB; every driver passes tests/contracts/journal.ts.
 *
 * A position is the number of a group of messages that reached the disk together: 1, 2, 3 … without gaps.
 */
export interface JournalMessage {
  readonly topic: string
  readonly payload: Uint8Array
  /** When the broker took it, epoch ms. */
  readonly receivedAt: number
}

export interface JournalGroup {
  readonly position: number
  readonly messages: readonly JournalMessage[]
}

export interface JournalStats {
  /** The newest position on disk; 0: none was ever written. */
  readonly newest: number
  /** The oldest position still kept; newest + 1 when it is empty. */
  readonly oldest: number
  /** Bytes of the groups that are kept. */
  readonly bytes: number
  readonly limitBytes: number
}

/** The side that the broker holds. */
export interface JournalWriter {
  start(): Promise<void>
  /** Waits until what was appended is on disk, then closes. */
  stop(): Promise<void>
  /**
   * Takes a message; `done` is called once it is on disk, and never before. While the journal is at its
   * limit or the disk refuses, it waits and tries again by itself: `done` is then simply not called yet.
   * The payload's bytes are copied before this returns. `done` gets an error only when the journal stops.
   */
  append(message: JournalMessage, done: (error?: Error) => void): void
  stats(): JournalStats
  /** Why nothing is being acknowledged now, in words; null: all is well. */
  blocked(): string | null
}

/** The side that ingest holds. */
export interface JournalReader {
  start(): Promise<void>
  stop(): Promise<void>
  /**
   * The groups after a position, in order, until `maxBytes` is reached (at least one group if there is
   * any). Empty when there is nothing newer.
   */
  read(after: number, maxBytes: number): Promise<JournalGroup[]>
  /** Forgets the groups up to and including a position. */
  trim(upTo: number): Promise<void>
  stats(): JournalStats
}
