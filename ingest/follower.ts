/**
 * What looks at every reading once it is stored and its device's state is known: the alert engine. Ingest knows no more of
 * it than this; the root joins the two (alerting.ts). What it makes of the readings is written in the same transaction as
 * the device states and the journal position.
 */
import type { DeviceState } from '../model/coverage.ts'
import type { Reading } from '../model/reading.ts'
import type { StateChange } from '../stores/registry/port.ts'

export type Findings = NonNullable<StateChange['alerts']>

export interface AreaCounts {
  readonly code: string
  readonly level: string
  readonly name: string
  readonly places: number
  readonly installed: number
  readonly working: number
}

export interface Follower {
  take(reading: Reading): void
  /** Several times a second. While there is a backlog, its newest message is the time (arrival, epoch ms). */
  tick(now: number, reading: { caughtUp: true } | { caughtUp: false; newestMessageAt: number }): void
  takeCoverage(counts: readonly AreaCounts[], at: number): void
  /** About once a second: what has changed in the registry. */
  refresh(): Promise<void>
  /** Whether somebody waits for what it has found. */
  waiting(): boolean
  /** What it has found since the last time. `all`: at the end, also what is otherwise written now and then. */
  drain(all: boolean): Findings
}

/** `states`: true for the journal position that the follower begins at. */
export type MakeFollower = (states: Iterable<DeviceState>) => Promise<Follower>
