/**
 * Alerts, their history and the engine's memory, as they are read. Called through the Registry port.
 */
import { type Kysely, sql } from 'kysely'
import type { Alert, AlertStep } from '../../../model/alert.ts'
import type { AlertFilter } from '../alerts-port.ts'
import type { Page } from '../port.ts'
import type { Schema } from '../schema.ts'
import { alertOfRow, stepOfRow } from './rows.ts'

export async function readAlert(db: Kysely<Schema>, id: number): Promise<Alert | undefined> {
  const row = await db.selectFrom('alert').selectAll().where('id', '=', id).executeTakeFirst()
  return row && alertOfRow(row)
}

/** The oldest first. */
export async function readOpenAlerts(db: Kysely<Schema>): Promise<Alert[]> {
  const rows = await db
    .selectFrom('alert')
    .selectAll()
    .where('cleared_at', 'is', null)
    .orderBy('id')
    .execute()
  return rows.map(alertOfRow)
}

export async function readAlerts(
  db: Kysely<Schema>,
  request: AlertFilter & { limit: number; before?: number | undefined },
): Promise<Page<Alert, number>> {
  const { states, severities, rule, area, kind, placeType, subject, assignedTo, all, from, to } = request
  const before = request.before ?? Number.MAX_SAFE_INTEGER
  let query = listed(db, { area, before, withCleared: states?.includes('cleared') ?? true })
  if (states !== undefined) query = query.where('state', 'in', states)
  if (severities !== undefined) query = query.where('severity', 'in', severities)
  if (rule !== undefined) query = query.where('rule', '=', rule)
  if (kind !== undefined) query = query.where('kind', '=', kind)
  if (placeType !== undefined) query = query.where('place_type', '=', placeType)
  if (subject !== undefined) query = query.where('subject', '=', subject)
  if (assignedTo !== undefined) query = query.where('assigned_to', '=', assignedTo)
  if (!all) query = query.where('inhibited_by', 'is', null).where('shelved_until', 'is', null)
  if (from !== undefined) query = query.where('opened_at', '>=', from)
  if (to !== undefined) query = query.where('opened_at', '<', to)
  const rows = await query.limit(request.limit + 1).execute()
  const items = rows.slice(0, request.limit).map(alertOfRow)
  return { items, next: rows.length > request.limit ? (items.at(-1)?.id ?? null) : null }
}

/**
 * The alerts of an area (or all), before an id, in the order of the list. Those that are over are many: there the area's
 * own index leads, whose order is that of the list. Those that are not are few: each is looked up in it.
 */
function listed(
  db: Kysely<Schema>,
  { area, before, withCleared }: { area?: string | undefined; before: number; withCleared: boolean },
) {
  const alerts = db.selectFrom('alert').selectAll('alert')
  if (area !== undefined && withCleared)
    return alerts
      .innerJoin('alert_area', 'alert_area.alert', 'alert.id')
      .where('alert_area.area', '=', area)
      .where('alert_area.alert', '<', before)
      .orderBy('alert_area.alert', 'desc')
  const ordered = alerts.where('alert.id', '<', before).orderBy('alert.id', 'desc')
  if (withCleared) return ordered
  const open = ordered.where('cleared_at', 'is', null)
  if (area === undefined) return open
  return open.where(({ exists, selectFrom }) =>
    exists(
      selectFrom('alert_area')
        .select('alert_area.alert')
        .where('alert_area.area', '=', area)
        .whereRef('alert_area.alert', '=', 'alert.id'),
    ),
  )
}

/** The newest first. */
export async function readPublicAlerts(
  db: Kysely<Schema>,
  { clearedAfter, limit }: { clearedAfter: number; limit: number },
): Promise<Alert[]> {
  const rows = await db
    .selectFrom('alert')
    .selectAll()
    .where('public', '=', sql.lit<1>(1))
    .where((row) => row.or([row('cleared_at', 'is', null), row('cleared_at', '>', clearedAfter)]))
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(alertOfRow)
}

export async function readSteps(
  db: Kysely<Schema>,
  request: { alert?: number | undefined; after?: number | undefined; limit: number },
): Promise<AlertStep[]> {
  let query = db.selectFrom('alert_step').selectAll()
  if (request.alert !== undefined) query = query.where('alert', '=', request.alert)
  if (request.after !== undefined) query = query.where('id', '>', request.after)
  const rows = await query.orderBy('id').limit(request.limit).execute()
  return rows.map(stepOfRow)
}

export async function readMemories(db: Kysely<Schema>): Promise<Map<string, string>> {
  const rows = await db.selectFrom('alert_memory').selectAll().execute()
  return new Map(rows.map(({ key, memory }) => [key, memory]))
}
