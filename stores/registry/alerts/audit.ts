/**
 * The audit: who changed what, line by line. Called through the Registry port.
 */
import type { Kysely } from 'kysely'
import type { AuditLine } from '../alerts-port.ts'
import { takeNumbers } from '../counters.ts'
import type { Page } from '../port.ts'
import type { Schema } from '../schema.ts'

/** Must run in a transaction. */
export async function insertAudit(db: Kysely<Schema>, line: Omit<AuditLine, 'id'>): Promise<void> {
  const { at, by, what, target, detail } = line
  const id = (await takeNumbers(db, 'audits', 1)) + 1
  await db.insertInto('audit').values({ id, at, by, what, target, detail }).execute()
}

/** The newest first. */
export async function readAudits(
  db: Kysely<Schema>,
  request: { limit: number; before?: number | undefined; target?: string | undefined },
): Promise<Page<AuditLine, number>> {
  let query = db.selectFrom('audit').selectAll()
  if (request.before !== undefined) query = query.where('id', '<', request.before)
  if (request.target !== undefined) query = query.where('target', '=', request.target)
  const rows = await query
    .orderBy('id', 'desc')
    .limit(request.limit + 1)
    .execute()
  const items = rows.slice(0, request.limit).map((row) => ({ ...row }))
  return { items, next: rows.length > request.limit ? (items.at(-1)?.id ?? null) : null }
}
