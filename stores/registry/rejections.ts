/**
 * Rejections, kept by (device, reason): how many, since when, and the newest of them in its own words.
 * The list is bounded; what has not been seen for the longest time leaves first. Called through the port
 * by the broker and the API, and with the device states by ingest.
 */
import type { Kysely } from 'kysely'
import { maxSampleLength, type RejectionEvent, type RejectionReason } from '../../model/rejection.ts'
import { chunksOf } from './chunks.ts'
import { takeNumbers } from './counters.ts'
import { maxRejections, type Page, type StoredRejection } from './port.ts'
import type { Schema } from './schema.ts'

/** No device's id is longer, so a longer name is a stranger's, and its beginning will do. */
const maxDeviceLength = 64
const maxDetailLength = 1000

type RejectionRow = Omit<Schema['rejection'], 'id'>

/** Must run in a transaction. */
export async function writeRejections(db: Kysely<Schema>, events: readonly RejectionEvent[]): Promise<void> {
  if (events.length === 0) return
  // Of more pairs than are kept, only the newest could stay.
  const rows = merged(events).slice(-maxRejections)
  const id = await takeNumbers(db, 'rejections', rows.length)
  const numbered = rows.map((row, index) => ({ ...row, id: id + index + 1 }))
  for (const chunk of chunksOf(numbered))
    await db
      .insertInto('rejection')
      .values(chunk)
      .onConflict((conflict) =>
        conflict.columns(['device', 'reason']).doUpdateSet((row) => ({
          id: row.ref('excluded.id'),
          count: row('rejection.count', '+', row.ref('excluded.count')),
          detail: row.ref('excluded.detail'),
          sample: row.ref('excluded.sample'),
          first_at: row
            .case()
            .when('excluded.first_at', '<', row.ref('rejection.first_at'))
            .then(row.ref('excluded.first_at'))
            .else(row.ref('rejection.first_at'))
            .end(),
          last_at: row
            .case()
            .when('excluded.last_at', '>', row.ref('rejection.last_at'))
            .then(row.ref('excluded.last_at'))
            .else(row.ref('rejection.last_at'))
            .end(),
        })),
      )
      .execute()
  await db
    .deleteFrom('rejection')
    .where('id', '<=', (inner) =>
      inner.selectFrom('rejection').select('id').orderBy('id', 'desc').limit(1).offset(maxRejections),
    )
    .execute()
}

/** One row a (device, reason), in the order in which each was seen last. */
function merged(events: readonly RejectionEvent[]): RejectionRow[] {
  const rows = new Map<string, RejectionRow>()
  for (const event of events) {
    const device = (event.device ?? '').slice(0, maxDeviceLength)
    const key = `${event.reason} ${device}`
    const before = rows.get(key)
    rows.delete(key)
    rows.set(key, {
      device,
      reason: event.reason,
      detail: event.detail.slice(0, maxDetailLength),
      sample: event.sample.slice(0, maxSampleLength),
      count: event.count + (before?.count ?? 0),
      first_at: Math.min(event.at, before?.first_at ?? event.at),
      last_at: Math.max(event.at, before?.last_at ?? event.at),
    })
  }
  return [...rows.values()]
}

export async function readRejections(
  db: Kysely<Schema>,
  request: {
    limit: number
    before?: number | undefined
    device?: string | undefined
    reason?: RejectionReason | undefined
  },
): Promise<Page<StoredRejection, number>> {
  let query = db.selectFrom('rejection').selectAll()
  if (request.before !== undefined) query = query.where('id', '<', request.before)
  if (request.device !== undefined) query = query.where('device', '=', request.device)
  if (request.reason !== undefined) query = query.where('reason', '=', request.reason)
  const rows = await query
    .orderBy('id', 'desc')
    .limit(request.limit + 1)
    .execute()
  const items = rows.slice(0, request.limit).map((row) => ({
    id: row.id,
    device: row.device === '' ? null : row.device,
    reason: row.reason,
    detail: row.detail,
    sample: row.sample,
    count: row.count,
    firstAt: row.first_at,
    at: row.last_at,
  }))
  return { items, next: rows.length > request.limit ? (items.at(-1)?.id ?? null) : null }
}
