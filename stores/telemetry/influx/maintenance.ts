/**
 * Keeps the store in shape: rolls buckets up once they are over, makes those anew that late readings reached, and
 * removes what is older than the retention. Nothing here is a transaction, so each step is one that may be repeated, or
 * is written down as an intent first and finished, whatever happened meanwhile, before anything else is stored.
 */
import { type KindName, kindNames } from '../../../model/kinds.ts'
import { day } from '../../../model/time.ts'
import { createPace } from '../pace.ts'
import { bucketMs, bucketOf, dropEveryMs, dropRollupsEveryMs, floorTo, settleMs, slackMs } from '../rules.ts'
import type { Books } from './books.ts'
import { oldestReading } from './lookup.ts'
import { addUp, lineOf, rollupMeasurement } from './rollup.ts'
import type { Server } from './server.ts'
import type { Tally } from './tally.ts'
import { writeAll } from './writing.ts'

export interface Maintenance {
  /** Does what is due at `now` (epoch ms), within the time budget. Not to be called while it runs. */
  run(now: number): Promise<void>
  /** Finishes what was begun and broken off; to be called by whoever has the writing to itself. */
  finish(): Promise<void>
}

/** Lines that are written before it is noted how far it came. */
const rowsOfStep = 20_000
/** A late part stands so many ms into its bucket: from 1 on, so that it never replaces the first. */
const parts = bucketMs - 1

export function createMaintenance(options: {
  server: Server
  books: Books
  tally: Tally
  retentionDays: number
  rollupRetentionDays: number
  /** Runs a task while no append does. */
  exclusive: <T>(task: () => Promise<T>) => Promise<T>
  /** Told before and after figures are moved from one place to another, when no query may look. */
  moving(isMoving: boolean): void
  /** After so long, what is left waits for the next call. */
  budgetMs: number
  stopping: () => boolean
}): Maintenance {
  const { server, books, tally, exclusive, moving } = options
  const pace = createPace({ first: 12, most: 12 * 24 })
  let deadline = 0
  const expired = () => options.stopping() || performance.now() > deadline

  async function store(lines: readonly string[]): Promise<void> {
    const [refused] = await writeAll(lines, (some) => server.write('5m', some))
    if (refused) throw new Error(`InfluxDB refused a roll-up: ${refused.detail}`)
  }

  /** Adds up beside the appends, which may go on: what they bring marks its bucket. */
  async function rollUp(
    kind: KindName,
    stretch: { low: number; high: number; only?: ReadonlySet<number> },
    round: number,
  ): Promise<void> {
    const started = performance.now()
    const { low, high, only } = stretch
    const { lines } = await addUp({ server, kind, low: low * bucketMs, high: high * bucketMs, only, part: 0 })
    await store(lines)
    pace.took({ beside: performance.now() - started, between: 0 })
    await exclusive(async () => {
      await books.clearMarks(kind, only ?? rangeOf(books.due(kind).keys(), low, high), round)
      if (!only) await books.setProgress(kind, { rolledUntil: high })
    })
  }

  /** What this process has stored itself is added up already; returns how far it came. */
  async function rollUpTally(kind: KindName, low: number, target: number, round: number): Promise<number> {
    const { rows, until } = await exclusive(() => Promise.resolve(tally.take(kind, target, rowsOfStep)))
    await store(rows.map((row) => lineOf(kind, row, 0)))
    await exclusive(async () => {
      await books.clearMarks(kind, rangeOf(books.due(kind).keys(), low, until), round)
      await books.setProgress(kind, { rolledUntil: until })
    })
    return until
  }

  async function rollForward(kind: KindName, target: number, round: number): Promise<void> {
    let low = books.progress(kind).rolledUntil ?? Number.NEGATIVE_INFINITY
    while (low < target && !expired()) {
      const whole = tally.wholeFrom(kind)
      if (low >= whole) {
        low = await rollUpTally(kind, low, target, round)
        continue
      }
      // Stretches without readings are leapt over.
      const next = await oldestReading(server, kind, Math.max(low, 0) * bucketMs)
      const end = Math.min(target, whole)
      low = next === null ? end : Math.min(end, Math.max(low, bucketOf(next)))
      const high = Math.min(end, low + pace.span())
      if (low < high) await rollUp(kind, { low, high }, round)
      else await exclusive(() => books.setProgress(kind, { rolledUntil: end }))
      low = high
    }
  }

  /** Due buckets that were quiet for a round, and all before `forced`, whose raw rows are about to go. */
  async function remake(kind: KindName, forced: number, round: number): Promise<void> {
    const { rawFrom, rolledUntil } = books.progress(kind)
    const complete = bucketOf(rawFrom)
    const ready = [...books.due(kind)]
      .filter(([bucket, marked]) => bucket < (rolledUntil ?? 0) && (marked < round - 1 || bucket < forced))
      .map(([bucket]) => bucket)
      .sort((a, b) => a - b)
    const old = ready.filter((bucket) => bucket < complete)
    const buckets = ready.slice(old.length)
    const [first] = old
    if (first !== undefined) await merge(kind, first, complete, round)
    while (buckets.length > 0 && !expired()) {
      const low = buckets[0] ?? 0
      const length = buckets.findIndex((bucket) => bucket >= low + pace.span())
      const only = buckets.splice(0, length === -1 ? buckets.length : length)
      await rollUp(kind, { low, high: (only.at(-1) ?? low) + 1, only: new Set(only) }, round)
    }
  }

  /** Buckets from before the raw rows are complete: what has come for them since becomes a further part of them. */
  async function merge(kind: KindName, low: number, high: number, round: number): Promise<void> {
    await exclusive(async () => {
      const { merges } = books.progress(kind)
      const part = 1 + (merges % parts)
      const intent = { stage: 'merge', low: low * bucketMs, high: high * bucketMs, part } as const
      await books.setProgress(kind, { intent, merges: merges + 1 })
      await finish()
      await books.clearMarks(kind, rangeOf(books.due(kind).keys(), low, high), round)
    })
  }

  async function finish(): Promise<void> {
    await books.settle()
    for (const kind of kindNames) {
      const { intent } = books.progress(kind)
      if (!intent) continue
      moving(true)
      const { low, high, part } = intent
      if (intent.stage === 'merge') {
        const { lines } = await addUp({ server, kind, low, high, part })
        await store(lines)
        await books.setProgress(kind, { intent: { ...intent, stage: 'delete' } })
      }
      await server.remove('raw', kind, { start: low, end: high })
      await books.setProgress(kind, { intent: null })
    }
    moving(false)
  }

  /** Removes raw rows before `end` (epoch ms), as far as they are rolled up. */
  async function dropRaw(kind: KindName, end: number): Promise<void> {
    const oldest = await oldestReading(server, kind)
    if (oldest === null || oldest >= end || expired()) return
    await exclusive(async () => {
      const { rolledUntil, rawFrom } = books.progress(kind)
      const due = Math.min(...books.due(kind).keys(), rolledUntil ?? 0)
      if (due * bucketMs < end) return
      await books.setProgress(kind, {
        rawFrom: Math.max(rawFrom, end),
        intent: { stage: 'delete', low: 0, high: end, part: 0 },
      })
      await finish()
    })
  }

  async function dropRollups(kind: KindName, end: number): Promise<void> {
    let isThere = false
    const measurement = rollupMeasurement(kind)
    const statement = `SELECT first("readings") FROM ${server.from('5m', measurement)} WHERE time < ${end}ms`
    await server.query([statement], () => {
      isThere = true
    })
    if (!isThere || expired()) return
    await server.remove('5m', measurement, { end })
    await server.remove('5m', 'lantern_due', { end })
  }

  return {
    finish,
    async run(now) {
      deadline = performance.now() + options.budgetMs
      const target = bucketOf(now - settleMs)
      const rawEnd = floorTo(now - options.retentionDays * day - slackMs, dropEveryMs)
      const rollupEnd = floorTo(now - options.rollupRetentionDays * day, dropRollupsEveryMs)
      await exclusive(finish)
      const round = await exclusive(() => Promise.resolve(books.nextRound(target)))
      for (const kind of kindNames) {
        await rollForward(kind, target, round)
        await remake(kind, bucketOf(rawEnd), round)
        await dropRaw(kind, rawEnd)
        await dropRollups(kind, rollupEnd)
      }
    },
  }
}

function rangeOf(buckets: Iterable<number>, low: number, high: number): number[] {
  return [...buckets].filter((bucket) => bucket >= low && bucket < high)
}
