/** What the parts of the telemetry contract are given to try. */
import type { Telemetry, TelemetryQueries } from '../../../stores/telemetry/port.ts'

/** Days; the contract opens stores with these, so that it can outlive them. */
export const retentionDays = 30
export const rollupRetentionDays = 60

export interface TelemetrySubject {
  /** A started store; empty at the beginning of each test. */
  readonly telemetry: Telemetry
  /** Whether its `bytes` is 0 for that reason. */
  readonly tellsNoSize: boolean
  /** The same store, stopped and opened anew. */
  reopen(): Promise<Telemetry>
  /** Another, empty one takes its place. */
  fresh(): Promise<Telemetry>
}

export interface QueriesSubject {
  readonly telemetry: Telemetry
  /** Where the questions go: the store itself, or something that asks it. */
  readonly queries: TelemetryQueries
  fresh(): Promise<Telemetry>
}
