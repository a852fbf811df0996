/**
 * What of alerts can be measured, for those who judge whether the rules are good ones. Counted in the database; only the
 * times between steps are read one by one, of at most so many alerts.
 */
import type { Kysely } from 'kysely'
import { day } from '../../../model/time.ts'
import type { AlertQuality } from '../alerts-port.ts'
import type { Schema } from '../schema.ts'

/** Of more alerts than this, the newest give the spreads. */
const maxTimes = 50_000

export async function readQuality(
  db: Kysely<Schema>,
  { from, to, now }: { from: number; to: number; now: number },
): Promise<AlertQuality> {
  const inRange = db.selectFrom('alert').where('opened_at', '>=', from).where('opened_at', '<', to)
  const own = inRange.where('inhibited_by', 'is', null)
  const open = db.selectFrom('alert').where('cleared_at', 'is', null)
  const times = await own
    .select(['opened_at', 'acknowledged_at', 'cleared_at'])
    .orderBy('id', 'desc')
    .limit(maxTimes)
    .execute()
  const { operators } = await db
    .selectFrom('alert_step')
    .where('at', '>=', from)
    .where('at', '<', to)
    .where('by', '<>', 'lantern')
    .where('by', '<>', 'condition')
    .select((row) => row.fn.count<number>('by').distinct().as('operators'))
    .executeTakeFirstOrThrow()
  return {
    opened: await count(own),
    inhibited: await count(inRange.where('inhibited_by', 'is not', null)),
    chattering: await count(own.where('chattering', '=', 1)),
    operators,
    standing: await count(open),
    stale: await count(open.where('opened_at', '<', now - day)),
    toAcknowledge: spreadOf(times.map((row) => (row.acknowledged_at ?? Number.NaN) - row.opened_at)),
    toClear: spreadOf(times.map((row) => (row.cleared_at ?? Number.NaN) - row.opened_at)),
  }
}

async function count(query: ReturnType<typeof alertsOf>): Promise<number> {
  const { many } = await query.select((row) => row.fn.countAll<number>().as('many')).executeTakeFirstOrThrow()
  return many
}

const alertsOf = (db: Kysely<Schema>) => db.selectFrom('alert')

/** `NaN` for what has not happened. */
function spreadOf(times: readonly number[]): { median: number; p90: number } | null {
  const sorted = times.filter(Number.isFinite).sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1]
  const [median, p90] = [at(0.5), at(0.9)]
  return median === undefined || p90 === undefined ? null : { median, p90 }
}
