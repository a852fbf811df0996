/**
 * What is known of each device: read in the order of change by the city view, and the status payloads
 * that the broker retains again at its start. Each driver writes them in its own fastest way (`sqlite-statements.ts`).
 */
import type { Kysely, Selectable } from 'kysely'
import type { DeviceState } from '../../model/coverage.ts'
import { faults as allFaults, type Fault, type Values } from '../../model/kind.ts'
import type { DeviceStateTable, Schema } from './schema.ts'

export async function readStatesSince(
  db: Kysely<Schema>,
  version: number,
  limit: number,
): Promise<{ states: DeviceState[]; version: number }> {
  const rows = await db
    .selectFrom('device_state')
    .selectAll()
    .where('version', '>', version)
    .orderBy('version')
    .limit(limit)
    .execute()
  return { states: rows.map(stateOfRow), version: rows.at(-1)?.version ?? version }
}

/** Those of devices in service: what a decommissioned one said last is not retained again. */
export async function readStatuses(db: Kysely<Schema>): Promise<{ device: string; payload: string }[]> {
  const rows = await db
    .selectFrom('device_status')
    .innerJoin('device', 'device.serial', 'device_status.serial')
    .select(['device.id as device', 'device_status.payload as payload'])
    .where('device.status', '<>', 'decommissioned')
    .orderBy('device.serial')
    .execute()
  return rows.map(({ device, payload }) => ({ device, payload }))
}

function stateOfRow(row: Selectable<DeviceStateTable>): DeviceState {
  return {
    serial: row.serial,
    heardAt: row.heard_at,
    observedAt: row.observed_at,
    receivedAt: row.received_at,
    faults: row.faults === '[]' ? none : faultsOf(JSON.parse(row.faults)),
    values: valuesOf(JSON.parse(row.reading)),
    online: row.online === null ? null : row.online === 1,
    onlineChangedAt: row.online_changed_at,
  }
}

const none: readonly Fault[] = []

/** Only what is still a fault: an older version of Lantern may have known others. */
function faultsOf(list: unknown): Fault[] {
  return Array.isArray(list) ? allFaults.filter((fault) => list.includes(fault)) : []
}

function valuesOf(record: unknown): Values {
  const values: Record<string, number | boolean> = {}
  for (const [name, value] of Object.entries(record ?? {}))
    if (typeof value === 'number' || typeof value === 'boolean') values[name] = value
  return values
}
