/**
 * Keeps the store in shape, in small steps between the appends: rolls buckets up once they are over, makes
 * those anew that late readings reached, and removes what is older than the retention. Every step is one
 * transaction that leaves the store true, so it may end, or be killed, after any of them.
 */
import { type DuckDBConnection, INTEGER, LIST, listValue } from '@duckdb/node-api'
import type { KindName } from '../../../model/kinds.ts'
import { day } from '../../../model/time.ts'
import { createPace } from '../pace.ts'
import { bucketMs, bucketOf, dropEveryMs, dropRollupsEveryMs, floorTo, settleMs, slackMs } from '../rules.ts'
import type { Checkpoints } from './checkpoints.ts'
import type { DueMarks } from './due.ts'
import { type Layout, quoted } from './layout.ts'
import { addUp, rollupColumnNames, rollupTable, rowsOf } from './rollup.ts'

export interface Maintenance {
  /** Does what is due at `now` (epoch ms), within the time budget. Not to be called while it runs. */
  run(now: number): Promise<void>
}

/** A run of buckets, from `low` to before `high`; `only`: just these of them. */
interface Stretch {
  readonly low: number
  readonly high: number
  readonly only?: readonly number[]
}

export function createMaintenance(options: {
  connection: DuckDBConnection
  layouts: ReadonlyMap<KindName, Layout>
  due: DueMarks
  retentionDays: number
  rollupRetentionDays: number
  checkpoints: Checkpoints
  /** Runs a task while no append does. */
  exclusive: <T>(task: () => Promise<T>) => Promise<T>
  /** After so long, what is left waits for the next call. */
  budgetMs: number
  /** Whether to end after the step under way. */
  stopping: () => boolean
}): Maintenance {
  const { connection, due, exclusive, checkpoints } = options
  let deadline = 0
  const expired = () => options.stopping() || performance.now() > deadline
  const rollPace = createPace({ first: 12, most: 12 * 24 })
  const dropPace = createPace({ first: 12, most: 12 * 24 })

  async function transaction(work: () => Promise<void>): Promise<void> {
    await connection.run('BEGIN')
    try {
      await work()
      await connection.run('COMMIT')
    } catch (thrown) {
      await connection.run('ROLLBACK').catch(() => undefined)
      throw thrown
    }
  }

  async function number(sql: string, values: Record<string, string | number> = {}): Promise<number | null> {
    const value = (await connection.runAndReadAll(sql, values)).value(0, 0)
    return value === null ? null : Number(value)
  }

  async function progressOf(kind: KindName) {
    const reader = await connection.runAndReadAll(
      'SELECT rolled_until, raw_from::DOUBLE FROM progress WHERE kind = $kind',
      { kind },
    )
    const [rolledUntil, rawFrom] = reader.getRows()[0] ?? []
    return {
      rolledUntil: typeof rolledUntil === 'number' ? rolledUntil : null,
      rawFrom: Number(rawFrom ?? 0),
    }
  }

  /**
   * Adds the stretch up beside the appends, which may go on meanwhile: what they bring marks its bucket.
   * `until`: all buckets before this one are rolled up then.
   */
  async function rollUp(layout: Layout, stretch: Stretch, round: number, until?: number): Promise<void> {
    const started = performance.now()
    await addUpInto(layout, rowsOf(layout, 'raw', whereRaw(stretch)), stretch)
    const computed = performance.now()
    const waited = await exclusive(async () => {
      const entered = performance.now()
      await transaction(async () => {
        await putRolled(layout, stretch, round)
        if (until !== undefined) await setRolledUntil(layout.kind, until)
      })
      return performance.now() - entered
    })
    rollPace.took({ beside: computed - started, between: waited })
    await connection.run('DROP TABLE rolled')
    await exclusive(() => checkpoints.runIfDue(connection))
  }

  /**
   * Buckets from before the raw rows are complete: what has come for them since is added to what they say
   * already, and its raw rows go. Nothing may come between, so it holds the appends up; it is rare.
   */
  async function mergeIn(layout: Layout, stretch: Stretch, round: number): Promise<void> {
    await exclusive(() =>
      transaction(async () => {
        const before = rowsOf(layout, '5m', whereRollup(stretch))
        await addUpInto(layout, `${before} UNION ALL ${rowsOf(layout, 'raw', whereRaw(stretch))}`, stretch)
        await putRolled(layout, stretch, round)
        await run(`DELETE FROM ${layout.table} WHERE ${whereRaw(stretch)}`, stretch)
      }),
    )
    await connection.run('DROP TABLE rolled')
  }

  function run(sql: string, stretch: Stretch, values: Record<string, string | number> = {}) {
    const { low, high, only } = stretch
    return connection.run(
      sql,
      { ...values, low, high, ...(only && { only: listValue(only) }) },
      { only: LIST(INTEGER) },
    )
  }

  async function addUpInto(layout: Layout, rows: string, stretch: Stretch): Promise<void> {
    await run(`CREATE OR REPLACE TEMP TABLE rolled AS ${addUp(layout, rows)}`, stretch)
  }

  async function putRolled(layout: Layout, stretch: Stretch, round: number): Promise<void> {
    const table = quoted(rollupTable(layout.kind))
    const { kind } = layout
    await run(`DELETE FROM ${table} WHERE ${whereRollup(stretch)}`, stretch)
    await connection.run(`INSERT INTO ${table} (${rollupColumnNames(layout)}) FROM rolled`)
    await run(`DELETE FROM due WHERE kind = $kind AND round < $round AND ${whereRollup(stretch)}`, stretch, {
      kind,
      round,
    })
  }

  async function setRolledUntil(kind: KindName, until: number): Promise<void> {
    await connection.run('UPDATE progress SET rolled_until = $until WHERE kind = $kind', { kind, until })
  }

  async function rollForward(layout: Layout, target: number, round: number): Promise<void> {
    const { kind, table } = layout
    let low = (await progressOf(kind)).rolledUntil ?? 0
    while (low < target && !expired()) {
      const next = await number(
        `SELECT min(observed_at)::DOUBLE FROM ${table} WHERE observed_at >= $low::BIGINT * ${bucketMs}`,
        { low },
      )
      if (next === null && low === 0) return
      // Stretches without readings are leapt over.
      low = next === null ? target : Math.min(target, Math.max(low, bucketOf(next)))
      const high = Math.min(target, low + rollPace.span())
      if (low < high) await rollUp(layout, { low, high }, round, high)
      else await exclusive(() => setRolledUntil(kind, target))
      low = high
    }
  }

  /** Due buckets that were quiet for a round, and all before `forced`, whose raw rows are about to go. */
  async function remake(layout: Layout, forced: number, round: number): Promise<void> {
    const { rawFrom, rolledUntil } = await progressOf(layout.kind)
    const reader = await connection.runAndReadAll(
      `SELECT bucket FROM due WHERE kind = $kind AND bucket < $rolled GROUP BY bucket
       HAVING max(round) < $quiet OR bucket < $forced ORDER BY bucket`,
      { kind: layout.kind, rolled: rolledUntil ?? 0, quiet: round - 1, forced },
    )
    const buckets = reader.getRows().map(([bucket]) => Number(bucket))
    const complete = bucketOf(rawFrom)
    while (buckets.length > 0 && !expired()) {
      const first = buckets[0] ?? 0
      const isOld = first < complete
      const length = buckets.findIndex(
        (bucket) => isOld !== bucket < complete || bucket >= first + rollPace.span(),
      )
      const only = buckets.splice(0, length === -1 ? buckets.length : length)
      const stretch = { low: first, high: (only.at(-1) ?? first) + 1, only }
      await (isOld ? mergeIn : rollUp)(layout, stretch, round)
    }
  }

  /** Removes raw rows before `end` (epoch ms), as far as they are rolled up. */
  async function dropRaw(layout: Layout, end: number): Promise<boolean> {
    let dropped = false
    while (!expired()) {
      const oldest = await number(`SELECT min(observed_at)::DOUBLE FROM ${layout.table}`)
      if (oldest === null || oldest >= end) break
      const stepEnd = Math.min(end, (bucketOf(oldest) + dropPace.span()) * bucketMs)
      const reached = await exclusive(() => dropRawStep(layout, stepEnd))
      if (!reached) break
      dropped = true
    }
    return dropped
  }

  async function dropRawStep(layout: Layout, stepEnd: number): Promise<boolean> {
    const started = performance.now()
    const { kind } = layout
    const due = await number('SELECT min(bucket) FROM due WHERE kind = $kind', { kind })
    const { rolledUntil } = await progressOf(kind)
    const rolled = Math.min(rolledUntil ?? 0, due ?? Number.POSITIVE_INFINITY) * bucketMs
    if (rolled < stepEnd) return false
    await transaction(async () => {
      await connection.run(`DELETE FROM ${layout.table} WHERE observed_at < $stepEnd`, { stepEnd })
      await connection.run('UPDATE progress SET raw_from = greatest(raw_from, $stepEnd) WHERE kind = $kind', {
        kind,
        stepEnd,
      })
    })
    dropPace.took({ beside: 0, between: performance.now() - started })
    return true
  }

  async function dropRollups(layout: Layout, end: number): Promise<boolean> {
    const table = quoted(rollupTable(layout.kind))
    let dropped = false
    while (!expired()) {
      const oldest = await number(`SELECT min(bucket) FROM ${table}`)
      if (oldest === null || oldest >= end) break
      const stepEnd = Math.min(end, oldest + dropPace.span())
      await exclusive(() =>
        transaction(async () => {
          await connection.run(`DELETE FROM ${table} WHERE bucket < $stepEnd`, { stepEnd })
        }),
      )
      dropped = true
    }
    return dropped
  }

  async function dropCoverage(end: number): Promise<boolean> {
    const oldest = await number('SELECT min(moment)::DOUBLE FROM coverage')
    if (oldest === null || oldest >= end || expired()) return false
    await exclusive(() => connection.run('DELETE FROM coverage WHERE moment < $end', { end }))
    return true
  }

  return {
    async run(now) {
      deadline = performance.now() + options.budgetMs
      const target = bucketOf(now - settleMs)
      const rawEnd = floorTo(now - options.retentionDays * day - slackMs, dropEveryMs)
      const rollupEnd = floorTo(now - options.rollupRetentionDays * day, dropRollupsEveryMs)
      const round = await exclusive(() => Promise.resolve(due.nextRound(target)))
      let dropped = await dropCoverage(rollupEnd)
      for (const layout of options.layouts.values()) {
        await rollForward(layout, target, round)
        await remake(layout, bucketOf(rawEnd), round)
        dropped = (await dropRaw(layout, rawEnd)) || dropped
        dropped = (await dropRollups(layout, bucketOf(rollupEnd))) || dropped
      }
      // Only a checkpoint gives the room of removed rows back to those that follow.
      if (dropped) await exclusive(() => checkpoints.run(connection))
    },
  }
}

function whereRaw({ only }: Stretch): string {
  const range = `observed_at >= $low::BIGINT * ${bucketMs} AND observed_at < $high::BIGINT * ${bucketMs}`
  return only ? `${range} AND observed_at // ${bucketMs} IN (SELECT unnest($only))` : range
}

function whereRollup({ only }: Stretch): string {
  const range = 'bucket >= $low AND bucket < $high'
  return only ? `${range} AND bucket IN (SELECT unnest($only))` : range
}
