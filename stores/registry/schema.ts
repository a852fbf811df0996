/**
 * The tables of the registry as Kysely sees them. Every query of this folder is written against this
 * schema, for SQLite now and PostgreSQL alike: times are epoch ms, booleans 0 or 1, hashes hexadecimal,
 * and lists and records JSON text, so that no driver needs a type of its own.
 */
import type { Generated } from 'kysely'
import type { Role } from '../../model/access.ts'
import type { Device } from '../../model/device.ts'
import type { RejectionReason } from '../../model/rejection.ts'
import type { AlertSchema } from './alerts/schema.ts'

export type Flag = 0 | 1

/** One row. Each number only grows, so it is also the source of serials and of change versions. */
export interface CounterTable {
  id: 1
  city: number
  devices: number
  states: number
  rejections: number
  serials: number
  /** The newest step of any alert. */
  alerts: Generated<number>
  alert_ids: Generated<number>
  rules: Generated<number>
  deliveries: Generated<number>
  audits: Generated<number>
  /** The journal position that the device states are true for. */
  position: number
}

export interface DeviceTable {
  serial: number
  id: string
  kind: Device['kind']
  place: string
  name: string | null
  status: Device['status']
  reporting_interval_seconds: number
  longitude: number | null
  latitude: number | null
  simulated: Flag
  created_at: number
  /** When it was last changed: for a person who reads the database. */
  changed_at: number
  token_hash: string
  version: number
}

export interface DeviceStateTable {
  serial: number
  heard_at: number | null
  observed_at: number | null
  received_at: number | null
  /** JSON list. */
  faults: string
  /** JSON record: the values of the newest reading. */
  reading: string
  online: Flag | null
  online_changed_at: number | null
  version: number
}

export interface Schema extends AlertSchema {
  counter: CounterTable
  area: {
    code: string
    name: string
    level: string
    parent: string | null
    population: number | null
    /** GeoJSON. */
    boundary: string | null
  }
  place: { id: string; name: string; type: string; area: string; longitude: number; latitude: number }
  device: DeviceTable
  device_state: DeviceStateTable
  device_status: { serial: number; payload: string }
  api_key: {
    id: string
    name: string
    role: Role
    hash: string
    created_at: number
    revoked_at: number | null
  }
  session: { hash: string; key: string; role: Role; created_at: number; expires_at: number }
  rejection: {
    id: number
    /** Empty where nobody is known to have sent it. */
    device: string
    reason: RejectionReason
    detail: string
    sample: string
    count: number
    first_at: number
    last_at: number
  }
}
