/**
 * What a store shows and takes when a whole city's telemetry is copied from one to the other: everything it keeps, as it
 * keeps it, while nothing else uses it. Each driver has one of each (../duckdb/scan.ts and intake.ts, the same under
 * ../influx/); transfer.ts copies from one to the other.
 */
import { z } from 'zod'
import type { KindName } from '../../../model/kinds.ts'
import { kindNames } from '../../../model/kinds.ts'
import type { Reading } from '../../../model/reading.ts'
import type { CoverageRow, Site } from '../port.ts'

/** Of one field in one roll-up; `lastAt`: when the newest value was observed, epoch ms. Flags count as 0 and 1. */
export interface Part {
  readonly count: number
  readonly sum: number
  readonly min: number
  readonly max: number
  readonly last: number
  readonly lastAt: number
}

/** Of one device and 5-minute bucket; several of the same add up. */
export interface Rollup {
  readonly serial: number
  readonly bucket: number
  readonly readings: number
  /** When the newest reading was observed, epoch ms. */
  readonly newest: number
  /** In the order of the kind's fields; undefined: no reading had it. */
  readonly parts: readonly (Part | undefined)[]
}

/** What was counted of an area at a moment, epoch ms. */
export interface Coverage extends CoverageRow {
  readonly at: number
}

export type Stock =
  | { readonly shelf: 'readings' | 'rollups'; readonly kind: KindName }
  | { readonly shelf: 'coverage'; readonly kind: null }

/** Everything there is to copy, in the order in which it is copied. */
export const stocks: readonly Stock[] = [
  ...kindNames.map((kind) => ({ shelf: 'readings', kind }) as const),
  ...kindNames.map((kind) => ({ shelf: 'rollups', kind }) as const),
  { shelf: 'coverage', kind: null },
]

export type Rows =
  | { readonly shelf: 'readings'; readonly kind: KindName; readonly rows: readonly Reading[] }
  | { readonly shelf: 'rollups'; readonly kind: KindName; readonly rows: readonly Rollup[] }
  | { readonly shelf: 'coverage'; readonly rows: readonly Coverage[] }

/** Epoch ms, `to` exclusive; of roll-ups whole buckets. */
export interface Range {
  readonly from: number
  readonly to: number
}

/** What a store holds of one stock on one day (days since 1970 in UTC). */
export interface DayCount {
  readonly stock: Stock
  readonly day: number
  readonly rows: number
  /** What is compared: of roll-ups the readings that they are made of, else the rows. */
  readonly items: number
}

/** What a store knows beside its rows. */
export interface Ledger {
  readonly position: number
  /** See KindProgress in ../influx/books.ts; DuckDB keeps the same in its table `progress`. */
  readonly progress: readonly {
    readonly kind: KindName
    readonly rolledUntil: number | null
    readonly rawFrom: number
  }[]
  /** Buckets to be rolled up again, by kind and bucket. */
  readonly due: readonly { readonly kind: KindName; readonly bucket: number; readonly round: number }[]
  /** By serial. */
  readonly sites: readonly Site[]
}

const markShape = z.object({
  /** The name of the store that is copied. */
  source: z.string(),
  /** Of what it held when the copying began. */
  fingerprint: z.string(),
  /** Stocks that are copied wholly. */
  stocks: z.number(),
  /** Of the next one, everything before this is copied; epoch ms. */
  until: z.number(),
  /** Rows so far. */
  rows: z.number(),
  finished: z.boolean(),
})
/** How far a transfer is; kept in the store that is copied to. */
export type Mark = z.output<typeof markShape>

export function parseMark(text: string): Mark {
  return markShape.parse(JSON.parse(text))
}

interface Side {
  /** For people: which store, and where. */
  readonly name: string
  start(): Promise<void>
  stop(): Promise<void>
  counts(): Promise<DayCount[]>
}

export interface TransferSource extends Side {
  ledger(): Promise<Ledger>
  /** All rows of a range, in any order; undefined when there are more than `most`. */
  read(stock: Stock, range: Range, most: number): Promise<Rows | undefined>
}

export interface TransferTarget extends Side {
  /** Of the transfer that was begun into it; undefined: none was. */
  mark(): Promise<Mark | undefined>
  /** Whether it holds neither readings nor roll-ups nor coverage, but for what an unfinished transfer has brought. */
  isFree(): Promise<boolean>
  /** Removes what an earlier transfer has brought. */
  clear(): Promise<void>
  /** Makes the mark, and the sites that rows will be written with. Raises what speaks against it before anything is done. */
  begin(mark: Mark, ledger: Ledger, oldest: number): Promise<void>
  /** Keeps the rows, and then the mark; what is repeated with the same mark before it changes nothing. */
  keep(rows: Rows, mark: Mark): Promise<void>
  /** Changes the mark alone. */
  setMark(mark: Mark): Promise<void>
  /** Makes it a store that Lantern can go on with: with the ledger in it, and the mark finished. */
  finish(mark: Mark, ledger: Ledger): Promise<void>
}
