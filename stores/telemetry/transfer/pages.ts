/**
 * Cuts what a store holds into pages of bounded size, in order of time: a day at most, less where there is more, so that
 * memory stays small whatever the city's size. Called by transfer.ts.
 */
import { day } from '../../../model/time.ts'
import { bucketMs, floorTo } from '../rules.ts'
import type { Insist } from './patience.ts'
import type { DayCount, Rows, Stock, TransferSource } from './port.ts'
import { stocks } from './port.ts'

/** Rows of one page; more only where a single moment (of roll-ups: a single bucket) has more. A roll-up is ten readings large. */
const mostRows: Readonly<Record<Stock['shelf'], number>> = {
  readings: 50_000,
  rollups: 10_000,
  coverage: 50_000,
}

export interface Page {
  readonly rows: Rows
  /** As in a mark: what is copied once this page is. */
  readonly stocks: number
  readonly until: number
}

/** The pages after what a mark says is copied; days are taken from the counts. */
export async function* pagesOf(options: {
  source: TransferSource
  counts: readonly DayCount[]
  after: { stocks: number; until: number }
  insist: Insist
}): AsyncGenerator<Page> {
  const { source, counts, after, insist } = options
  for (const [index, stock] of stocks.entries()) {
    if (index < after.stocks) continue
    const most = mostRows[stock.shelf]
    const unit = stock.shelf === 'rollups' ? bucketMs : 1
    let span = day
    for (const count of countsOf(counts, stock)) {
      const end = (count.day + 1) * day
      let from = Math.max(count.day * day, index === after.stocks ? after.until : 0)
      // As if the day's rows were spread evenly; pages that turn out too full are halved.
      span = Math.min(span, widthOf((day * most * 0.7) / count.rows, unit))
      while (from < end) {
        const to = Math.min(end, from + span)
        const isLeast = span === unit
        const rows = await insist(() =>
          source.read(stock, { from, to }, isLeast ? Number.POSITIVE_INFINITY : most),
        )
        if (!rows) {
          span = widthOf(span / 2, unit)
          continue
        }
        if (rows.rows.length < most / 3) span = Math.min(day, span * 2)
        if (rows.rows.length > 0) yield { rows, stocks: index, until: to }
        from = to
      }
    }
  }
}

function countsOf(counts: readonly DayCount[], { shelf, kind }: Stock): DayCount[] {
  return counts
    .filter(({ stock, rows }) => stock.shelf === shelf && stock.kind === kind && rows > 0)
    .sort((a, b) => a.day - b.day)
}

function widthOf(wanted: number, unit: number): number {
  return Math.min(day, Math.max(unit, floorTo(wanted, unit)))
}
