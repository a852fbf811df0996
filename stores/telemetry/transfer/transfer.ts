/**
 * Copies a city's telemetry from one store to another: page by page, so that it can be killed at any moment and begun
 * again, then counts both sides, and only when they are equal makes the copy a store that Lantern starts on. Called by
 * command.ts.
 */
import { createHash } from 'node:crypto'
import { LanternError } from '../../../model/errors.ts'
import { day } from '../../../model/time.ts'
import type { Site } from '../port.ts'
import { type Difference, differencesOf, type Total, totalsOf } from './compare.ts'
import { pagesOf } from './pages.ts'
import type { Insist } from './patience.ts'
import {
  type DayCount,
  type Ledger,
  type Mark,
  stocks,
  type TransferSource,
  type TransferTarget,
} from './port.ts'
import type { Progress } from './progress.ts'

export interface Outcome {
  /** Where the two sides differ; empty: nowhere, and the copy may be used. */
  readonly differences: readonly Difference[]
  readonly totals: readonly Total[]
  /** The journal position that goes with it. */
  readonly position: number
  /** Rows copied by this run, and how long that took, ms. */
  readonly rows: number
  readonly took: number
}

/**
 * Both sides must be started. `sites`: of the devices that the registry knows, which says more about them than a store.
 * Raises `conflict` when the target holds something else, or when the source changes meanwhile.
 */
export async function transfer(options: {
  source: TransferSource
  target: TransferTarget
  sites: readonly Site[]
  insist: Insist
  progress: Progress
  say: (line: string) => void
}): Promise<Outcome> {
  const { source, target, insist, progress, say } = options
  const ledger = withSites(await insist(() => source.ledger()), options.sites)
  const counts = await insist(() => source.counts())
  const total = counts.reduce((sum, { rows }) => sum + rows, 0)
  if (total === 0) throw nothingIn(source)
  const fingerprint = fingerprintOf(ledger, counts)
  const started = performance.now()
  let mark = await beginOrGoOn()
  const before = mark.rows

  async function beginOrGoOn(): Promise<Mark> {
    if (!(await insist(() => target.isFree()))) throw occupied(target)
    const found = await insist(() => target.mark())
    const fresh: Mark = { source: source.name, fingerprint, stocks: 0, until: 0, rows: 0, finished: false }
    if (found?.source === source.name && !found.finished) {
      if (found.fingerprint === fingerprint) {
        say(`Going on with the transfer that was begun: ${found.rows} of ${total} rows are there already.`)
        return found
      }
      say('What was begun before does not fit any more (Lantern has run meanwhile): beginning anew.')
      await insist(() => target.clear())
    } else if (found && !found.finished) throw otherTransfer(target, found)
    const oldest = Math.min(...counts.filter(({ stock }) => stock.shelf === 'readings').map((one) => one.day))
    await insist(() => target.begin(fresh, ledger, oldest * day))
    return fresh
  }

  try {
    const pages = pagesOf({ source, counts, after: mark, insist })
    // While one page is kept, the next is already read.
    let coming = pages.next()
    for (;;) {
      const { value: page, done } = await coming
      if (done) break
      coming = pages.next()
      // Awaited in the next round; until then a failure must not count as unhandled.
      coming.catch(() => undefined)
      const next = {
        ...mark,
        stocks: page.stocks,
        until: page.until,
        rows: mark.rows + page.rows.rows.length,
      }
      await insist(() => target.keep(page.rows, next))
      mark = next
      progress.update(mark.rows, total)
    }
  } finally {
    progress.stop()
  }
  const took = performance.now() - started
  say('Everything is copied; counting both sides …')
  const differences = differencesOf(counts, await insist(() => target.counts()))
  const outcome = {
    differences,
    totals: totalsOf(counts),
    position: ledger.position,
    rows: mark.rows - before,
    took,
  }
  if (differences.length > 0) {
    // So that the next run begins anew.
    await insist(() => target.setMark({ ...mark, fingerprint: 'different' }))
    return outcome
  }
  const after = withSites(await insist(() => source.ledger()), options.sites)
  if (fingerprintOf(after, counts) !== fingerprint)
    throw new LanternError('conflict', `${source.name} has changed while it was copied`, {
      remedy: 'Stop every Lantern that writes to it, then run the same command again.',
    })
  await insist(() => target.finish({ ...mark, stocks: stocks.length, until: 0, finished: true }, ledger))
  return outcome
}

/** The registry's word counts; what it does not know (any more) is as the store has it. */
function withSites(ledger: Ledger, known: readonly Site[]): Ledger {
  const sites = new Map([...ledger.sites, ...known].map((site) => [site.serial, site]))
  return { ...ledger, sites: [...sites.values()].sort((a, b) => a.serial - b.serial) }
}

function fingerprintOf(ledger: Ledger, counts: readonly DayCount[]): string {
  return createHash('sha256').update(JSON.stringify({ ledger, counts })).digest('hex')
}

function nothingIn({ name }: TransferSource): LanternError {
  return new LanternError('not-found', `there is no telemetry in ${name}`, {
    remedy: 'Check LANTERN_DATA_DIR, LANTERN_INFLUX_URL and LANTERN_INFLUX_BUCKET, and the direction.',
  })
}

function otherTransfer({ name }: TransferTarget, { source }: Mark): LanternError {
  return new LanternError('conflict', `${name} holds an unfinished transfer from ${source}`, {
    remedy: 'Finish that one first, or choose an empty target.',
  })
}

function occupied({ name }: TransferTarget): LanternError {
  return new LanternError('conflict', `${name} holds telemetry already, and two stores cannot be joined`, {
    remedy:
      'Choose an empty target: set LANTERN_INFLUX_BUCKET to another name, or move the DuckDB file elsewhere.',
  })
}
