/**
 * Devices: what there is, and how it changes. Every change takes the next
 * version, so that a reader asks for "all since n". Called through the Registry port.
 */
import type { Kysely, Selectable } from 'kysely'
import type { Device, DeviceInput, DevicePatch } from '../../model/device.ts'
import { type FieldFault, LanternError } from '../../model/errors.ts'
import { kindOf } from '../../model/kinds.ts'
import { chunksOf } from './chunks.ts'
import { takeNumbers } from './counters.ts'
import { refusal, repeated } from './faults.ts'
import { hexOf } from './hashes.ts'
import type { DeviceTable, Schema } from './schema.ts'

type DeviceRow = Omit<Selectable<DeviceTable>, 'changed_at' | 'token_hash' | 'version'>

export function deviceOfRow(row: DeviceRow): Device {
  return {
    serial: row.serial,
    id: row.id,
    kind: row.kind,
    place: row.place,
    name: row.name,
    status: row.status,
    reportingIntervalSeconds: row.reporting_interval_seconds,
    longitude: row.longitude,
    latitude: row.latitude,
    simulated: row.simulated === 1,
    createdAt: row.created_at,
  }
}

export async function readDevicesSince(
  db: Kysely<Schema>,
  version: number,
  limit: number,
): Promise<{ devices: Device[]; version: number }> {
  const rows = await db
    .selectFrom('device')
    .selectAll()
    .where('version', '>', version)
    .orderBy('version')
    .limit(limit)
    .execute()
  return { devices: rows.map(deviceOfRow), version: rows.at(-1)?.version ?? version }
}

export async function readDevice(db: Kysely<Schema>, id: string): Promise<Device | undefined> {
  const row = await db.selectFrom('device').selectAll().where('id', '=', id).executeTakeFirst()
  return row && deviceOfRow(row)
}

export interface NewDevice {
  readonly input: DeviceInput
  readonly tokenHash: Uint8Array
}

/** Must run in a transaction. The errors are the port's. */
export async function insertDevices(
  db: Kysely<Schema>,
  devices: readonly NewDevice[],
  now: number,
): Promise<Device[]> {
  await refuseImpossible(db, devices)
  const serial = await takeNumbers(db, 'serials', devices.length)
  const version = await takeNumbers(db, 'devices', devices.length)
  const rows = devices.map(
    ({ input, tokenHash }, index): Selectable<DeviceTable> => ({
      serial: serial + index + 1,
      id: input.id,
      kind: input.kind,
      place: input.place,
      name: input.name ?? null,
      status: input.status,
      reporting_interval_seconds: input.reportingIntervalSeconds ?? kindOf(input.kind).defaultIntervalSeconds,
      longitude: input.longitude ?? null,
      latitude: input.latitude ?? null,
      simulated: input.simulated ? 1 : 0,
      created_at: now,
      changed_at: now,
      token_hash: hexOf(tokenHash),
      version: version + index + 1,
    }),
  )
  for (const chunk of chunksOf(rows)) await db.insertInto('device').values(chunk).execute()
  return rows.map(deviceOfRow)
}

async function refuseImpossible(db: Kysely<Schema>, devices: readonly NewDevice[]): Promise<void> {
  const ids = devices.map(({ input }) => input.id)
  const taken = await presentIds(db, 'device', ids)
  const places = await presentIds(db, 'place', [...new Set(devices.map(({ input }) => input.place))])

  const invalid = repeated(ids).map((index) => ({
    field: `devices[${index}].id`,
    message: `the id "${ids[index]}" comes twice`,
  }))
  const conflicts: FieldFault[] = []
  devices.forEach(({ input }, index) => {
    if (taken.has(input.id))
      conflicts.push({
        field: `devices[${index}].id`,
        message: `the id "${input.id}" is taken; choose another (a decommissioned device keeps its id)`,
      })
    if (!places.has(input.place))
      invalid.push({
        field: `devices[${index}].place`,
        message: `there is no place "${input.place}"; /v1/places lists those that exist`,
      })
  })
  const faults = [...invalid, ...conflicts]
  if (faults.length > 0) throw refusal(invalid.length > 0 ? 'invalid-request' : 'conflict', faults)
}

async function presentIds(
  db: Kysely<Schema>,
  table: 'device' | 'place',
  ids: readonly string[],
): Promise<Set<string>> {
  const present = new Set<string>()
  for (const chunk of chunksOf(ids)) {
    const rows = await db.selectFrom(table).select('id').where('id', 'in', chunk).execute()
    for (const { id } of rows) present.add(id)
  }
  return present
}

/** Must run in a transaction. The errors are the port's. */
export async function updateDevice(
  db: Kysely<Schema>,
  id: string,
  patch: DevicePatch,
  now: number,
): Promise<Device> {
  const device = await existing(db, id)
  if (device.status === 'decommissioned')
    throw new LanternError('conflict', `the device "${id}" was decommissioned and does not change any more`)
  if (patch.place !== undefined && !(await presentIds(db, 'place', [patch.place])).has(patch.place)) {
    const message = `there is no place "${patch.place}"; /v1/places lists those that exist`
    throw refusal('invalid-request', [{ field: 'place', message }])
  }
  const { place, name, status, longitude, latitude, reportingIntervalSeconds } = patch
  const change = { place, name, status, longitude, latitude }
  return writeChange(db, id, { ...change, reporting_interval_seconds: reportingIntervalSeconds }, now)
}

/** Must run in a transaction. The errors are the port's. */
export async function retireDevice(db: Kysely<Schema>, id: string, now: number): Promise<Device> {
  const device = await existing(db, id)
  return device.status === 'decommissioned' ? device : writeChange(db, id, { status: 'decommissioned' }, now)
}

async function existing(db: Kysely<Schema>, id: string): Promise<Device> {
  const device = await readDevice(db, id)
  if (!device) throw new LanternError('not-found', `there is no device "${id}"`)
  return device
}

/** Kysely leaves out what is undefined. */
async function writeChange(
  db: Kysely<Schema>,
  id: string,
  change: { [Column in keyof DeviceTable]?: DeviceTable[Column] | undefined },
  now: number,
): Promise<Device> {
  const version = (await takeNumbers(db, 'devices', 1)) + 1
  const row = await db
    .updateTable('device')
    .set({ ...change, changed_at: now, version })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  return deviceOfRow(row)
}
