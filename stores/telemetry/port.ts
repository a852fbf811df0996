/**
 * The telemetry port: where readings are kept and asked for. The drivers are DuckDB and InfluxDB; every driver
 * passes tests/contracts/telemetry.ts. `remote.ts` is the same port spoken across a process boundary,
 * because one process owns the store.
 */
import type { KindName } from '../../model/kinds.ts'
import type { Reading } from '../../model/reading.ts'

/** Where a device stands: what its readings can be filtered and grouped by. */
export interface Site {
  readonly serial: number
  readonly device: string
  readonly kind: KindName
  readonly place: string
  readonly placeType: string
  /** The areas it lies in, the smallest first. */
  readonly areas: readonly { readonly code: string; readonly level: string; readonly name: string }[]
}

export const aggregates = ['mean', 'sum', 'min', 'max', 'count', 'p95', 'last'] as const
export type Aggregate = (typeof aggregates)[number]

export interface SeriesQuery {
  readonly kind: KindName
  readonly field: string
  readonly aggregate: Aggregate
  /** ms; windows begin at multiples of it since 1970-01-01T00:00:00Z shifted by `offset`. */
  readonly window: number
  /** ms east of UTC, so that a window of a day is the city's day; 0 unless said. */
  readonly offset: number
  /** Epoch ms, inclusive. */
  readonly from: number
  /** Epoch ms, exclusive. */
  readonly to: number
  readonly area?: string | undefined
  readonly place?: string | undefined
  readonly device?: string | undefined
  /** Group by place, by device, or by the areas of a level; unset: one series. */
  readonly groupBy?: 'place' | 'device' | { readonly level: string } | undefined
  /** More points than this is an error (`query-too-large`). */
  readonly maxPoints: number
}

export interface SeriesPoint {
  /** The beginning of the window, epoch ms. */
  readonly time: number
  readonly value: number
  /** How many readings it is made of. */
  readonly count: number
}

export interface SeriesResult {
  /** Where the figures come from: every reading, or the 5-minute roll-ups of them. Both give the same figures. */
  readonly source: 'raw' | '5m'
  /**
   * One series a group (the group is null without groupBy), ordered by group, then time. Windows without a value
   * have no point, groups without a point no series.
   */
  readonly series: readonly { readonly group: string | null; readonly points: readonly SeriesPoint[] }[]
}

export interface TelemetryStats {
  readonly readings: number
  /** On disk; 0 where a server does not tell. */
  readonly bytes: number
  /** Epoch ms of the oldest raw reading; null: none. */
  readonly oldest: number | null
}

/** The side that the API holds. */
export interface TelemetryQueries {
  /**
   * Counts readings that have the field. A flag counts as 0 and 1. 'last' is the value observed last; of several
   * at the same moment, that of the highest serial. A device's past counts where the device stands now.
   *
   * Where the raw readings are removed already, `from` and `to` count at the edges of their 5-minute buckets, and
   * what roll-ups cannot answer (p95, and windows or an offset that are no multiple of 5 minutes) is
   * `invalid-request`. Raises that also for an unknown field, `query-too-large` for more than maxPoints,
   * `store-timeout` and `too-many-requests`.
   */
  series(query: SeriesQuery): Promise<SeriesResult>
  /** A device's readings, newest first, observed before `before` (epoch ms, exclusive), at or after `from`. */
  latest(request: {
    kind: KindName
    serial: number
    limit: number
    before?: number | undefined
    from?: number | undefined
  }): Promise<Reading[]>
  stats(): Promise<TelemetryStats>
}

/** A reading that the store refused, by its index in what was appended, with the store's words. */
export interface Refusal {
  readonly index: number
  readonly detail: string
}

export interface Appended {
  readonly refused: readonly Refusal[]
}

/** The side that ingest holds. */
export interface Telemetry extends TelemetryQueries {
  start(): Promise<void>
  stop(): Promise<void>
  /** The newest journal position whose readings are all stored; 0: none. */
  position(): Promise<number>
  /** Makes sites known, or changes them; a site must be known before its readings can be grouped. */
  putSites(sites: readonly Site[]): Promise<void>
  /** Of each device (by serial), the newest observation stored, epoch ms. */
  watermarks(): Promise<Map<number, number>>
  /** Which of these keys are stored already (by index into `keys`), as far as raw readings are kept. */
  existing(keys: readonly { serial: number; kind: KindName; observedAt: number }[]): Promise<Set<number>>
  /**
   * Stores the readings and the journal position; on disk when it resolves. Keys must be new. What the store itself
   * will not take is told in the result, and the rest is stored. When it rejects, the position is where it was and the
   * same call may be repeated. A store with transactions has stored nothing then; another may have stored some of
   * the readings (`existing` and `watermarks` know them after a restart), and a repetition stores none of them twice.
   * `store-unavailable`: the store may have to be opened anew, unless the error is `passing`.
   */
  append(readings: readonly Reading[], position: number): Promise<Appended>
  /** Brings the roll-ups up to date and removes what is older than the retention. */
  maintain(now: number): Promise<void>
}
