/**
 * The telemetry port: where readings are kept and asked for. The drivers are DuckDB and InfluxDB; every driver
 * passes tests/contracts/telemetry.ts. `remote.ts` is the same port spoken across a process boundary,
 * because one process owns the store.
 */
import type { KindName } from '../../model/kinds.ts'
import type { Point } from '../../model/measurements.ts'
import type { Aggregate, Reading } from '../../model/reading.ts'

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

export { type Aggregate, aggregates } from '../../model/reading.ts'

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

/** What was counted of one area at one moment. */
export interface CoverageRow {
  readonly area: string
  readonly level: string
  /** What the area was called then. */
  readonly name: string
  /** Public places: all, those with a commissioned camera, those with a healthy one. */
  readonly places: number
  readonly installed: number
  readonly working: number
  /** The share that was to be installed, 0–1. */
  readonly target: number
}

export interface CoverageQuery {
  /** Codes; the figures of several are added up. */
  readonly areas: readonly string[]
  /** As in SeriesQuery. */
  readonly window: number
  readonly offset: number
  readonly from: number
  readonly to: number
  readonly maxPoints: number
}

/** Of each area the last counts within a window, added up. */
export interface CoveragePoint {
  /** The beginning of the window, epoch ms. */
  readonly time: number
  readonly places: number
  readonly installed: number
  readonly working: number
  /** The highest, where areas differ. */
  readonly target: number
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
  /**
   * Readings of a kind observed in [from, to), of some devices or of all, in the order of their observation; as far as raw
   * readings are kept. Raises `query-too-large` for more than `most`, `store-timeout` and `too-many-requests`.
   */
  readings(request: {
    kind: KindName
    serials?: readonly number[] | undefined
    from: number
    to: number
    most: number
  }): Promise<Reading[]>
  /**
   * How coverage was, by time; windows in which nothing was counted have no point. Raises `invalid-request` for a window
   * that is none, `query-too-large` for more than maxPoints, `store-timeout` and `too-many-requests`.
   */
  coverageHistory(query: CoverageQuery): Promise<CoveragePoint[]>
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

/** Takes the points of model/measurements.ts; only a store that people look into directly has one. */
export interface PointSink {
  /**
   * Stores points; the same series and time again replaces what was there. Resolves with the store's words for those
   * that it will not take; the rest is stored. Raises `store-unavailable`; points may be stored then, or may not.
   */
  write(points: readonly Point[]): Promise<string[]>
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
  /**
   * Keeps what was counted at a moment (epoch ms), as long as the roll-ups are kept. The same moment and area again
   * replaces what was there, so it may be repeated; it neither waits for appends nor is a part of them. The errors are
   * those of `append`.
   */
  recordCoverage(at: number, rows: readonly CoverageRow[]): Promise<void>
  /** Brings the roll-ups up to date and removes what is older than the retention. */
  maintain(now: number): Promise<void>
}
