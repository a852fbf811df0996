/**
 * Alerts, their history and the engine's memory, as they are read. Called through the Registry port.
 */
import type { Kysely } from 'kysely'
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
  let query = db.selectFrom('alert').selectAll('alert')
  if (area !== undefined)
    query = query.where('alert.id', 'in', (inner) =>
      inner.selectFrom('alert_area').select('alert_area.alert').where('alert_area.area', '=', area),
    )
  if (states !== undefined) {
    query = query.where('state', 'in', states)
    // Says the same once more, for the index of what is open.
    if (!states.includes('cleared')) query = query.where('cleared_at', 'is', null)
  }
  if (severities !== undefined) query = query.where('severity', 'in', severities)
  if (rule !== undefined) query = query.where('rule', '=', rule)
  if (kind !== undefined) query = query.where('kind', '=', kind)
  if (placeType !== undefined) query = query.where('place_type', '=', placeType)
  if (subject !== undefined) query = query.where('subject', '=', subject)
  if (assignedTo !== undefined) query = query.where('assigned_to', '=', assignedTo)
  if (!all) query = query.where('inhibited_by', 'is', null).where('shelved_until', 'is', null)
  if (from !== undefined) query = query.where('opened_at', '>=', from)
  if (to !== undefined) query = query.where('opened_at', '<', to)
  if (request.before !== undefined) query = query.where('id', '<', request.before)
  const rows = await query
    .orderBy('id', 'desc')
    .limit(request.limit + 1)
    .execute()
  const items = rows.slice(0, request.limit).map(alertOfRow)
  return { items, next: rows.length > request.limit ? (items.at(-1)?.id ?? null) : null }
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
