/**
 * The journal port: where a message is put on disk before the broker acknowledges it, and where ingest
 * reads it, in order. The embedded driver is plain files; every driver passes tests/contracts/journal.ts.
 *
 * Messages reach the disk in groups; a position is the number of a group. Positions only ever grow.
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
  /** Bytes of the groups that are kept; the newest group is always kept, trimmed or not. */
  readonly bytes: number
  readonly limitBytes: number
  /** Why nothing is being acknowledged now, in words; null: all is well. */
  readonly blocked: string | null
}

/** The side that the broker holds; there is one. */
export interface JournalWriter {
  /**
   * Opens the journal. `after` is the newest position that any store has committed: where the journal's
   * own files are gone, positions go on beyond it, so that no store takes a new message for an old one.
   */
  start(options: { after: number }): Promise<void>
  /** Waits (10 s at most) until what was appended is on disk, then closes. */
  stop(): Promise<void>
  /**
   * Takes a message; `done` is called once it is on disk, and never before. While the journal is at its
   * limit or the disk refuses, it waits and tries again by itself: `done` is then simply not called yet.
   * The payload is copied before this returns. `done` gets an error when the journal stops, or when more
   * than `maxPendingBytes` wait for the disk.
   */
  append(message: JournalMessage, done: (error?: Error) => void): void
  /** Forgets the groups up to and including a position, which every store has committed. */
  trim(upTo: number): void
  stats(): JournalStats
}

/** The side that ingest holds; it only reads, and may be in another process. */
export interface JournalReader {
  start(): Promise<void>
  stop(): Promise<void>
  /**
   * The groups after a position and not after `upTo`, in order, until `maxBytes` is reached (at least one
   * group, if there is any). Empty when there is nothing newer.
   */
  read(request: { after: number; upTo?: number; maxBytes: number }): Promise<JournalGroup[]>
}
