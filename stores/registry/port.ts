/**
 * The registry port: areas, places, devices, API keys and sessions, the state of each device, rejections. The first
 * driver is SQLite (node:sqlite) through Kysely; every driver passes tests/contracts/registry.ts.
 *
 * Every change of a device (its token too) or of its state gets the next number of a counter, so that a reader asks for
 * "all since n" and holds a copy (`city-view.ts`) instead of asking for everything again.
 */
import type { Role } from '../../model/access.ts'
import type { Area } from '../../model/area.ts'
import type { DeviceState } from '../../model/coverage.ts'
import type { Device, DeviceInput, DevicePatch } from '../../model/device.ts'
import type { Place } from '../../model/place.ts'
import type { RejectionEvent, RejectionReason } from '../../model/rejection.ts'
import type { AlertChange, AlertMemory, AlertRegistry } from './alerts-port.ts'

/** What has changed: `city` for areas and places (read them all again), the others to ask "since" with. */
export interface Versions {
  readonly city: number
  readonly devices: number
  readonly states: number
  /** Grows with each step of any alert. */
  readonly alerts: number
  /** Grows with each change of a rule or a subscription. */
  readonly rules: number
  /** Grows with each delivery that is queued, once more or for the first time. */
  readonly deliveries: number
}

/** A page of a list in the order of its keys; `next` is the key to go on after, null at the end. */
export interface Page<T, Key> {
  readonly items: T[]
  readonly next: Key | null
}

export interface ApiKey {
  readonly id: string
  readonly name: string
  readonly role: Role
  /** Epoch ms. */
  readonly createdAt: number
  readonly revokedAt: number | null
}

/** That somebody signed in on the page: with a key, for so long, with at most the rights of the key. */
export interface Session {
  /** Of its secret, which is kept nowhere. */
  readonly hash: Uint8Array
  readonly key: string
  readonly role: Role
  /** Epoch ms. */
  readonly createdAt: number
  readonly expiresAt: number
}

/** A device as it signs in: the hash of its token. */
export interface DeviceCredential {
  readonly device: Device
  readonly tokenHash: Uint8Array
}

export interface StoredRejection extends RejectionEvent {
  /** Grows with every change, for cursors. */
  readonly id: number
  readonly firstAt: number
}

/** What ingest changes in one transaction, together with its position. */
export interface StateChange {
  /** The journal position up to which this is true. */
  readonly position: number
  readonly states: readonly DeviceState[]
  /** Status payloads as they were sent, by serial, to be retained again after a restart. */
  readonly statuses: readonly { serial: number; payload: string }[]
  readonly rejections: readonly RejectionEvent[]
  /** What the alert engine made of the same messages. */
  readonly alerts?: {
    readonly changes: readonly AlertChange[]
    readonly memories: readonly AlertMemory[]
    readonly now: number
  }
}

export interface Registry extends AlertRegistry {
  start(): Promise<void>
  stop(): Promise<void>
  versions(): Promise<Versions>

  areas(): Promise<Area[]>
  places(): Promise<Place[]>
  /**
   * Adds or replaces areas and places, all or nothing; areas may come in any order. Raises `invalid-request`
   * with a fault for each area without its parent or within itself, each place without its area, and each
   * code or id that comes twice. Faults name `areas[<index>].parent`, `places[<index>].area` and so on.
   */
  putCity(city: { areas: readonly Area[]; places: readonly Place[] }): Promise<void>
  /**
   * Removes every area, place and device (and their states), for a city that replaces another. Serials and
   * versions go on from where they were; keys, rejections and the journal position stay. Open alerts are cleared
   * by `lantern`, with a comment.
   */
  clearCity(now: number): Promise<void>
  /**
   * A whole city at once, all or nothing: `clearCity` first when it replaces another, then `putCity`, then
   * `addDevices`, in one transaction, with their errors. Only the alerts of what is gone then are cleared.
   */
  loadCity(
    city: {
      areas: readonly Area[]
      places: readonly Place[]
      devices: readonly { input: DeviceInput; tokenHash: Uint8Array }[]
      replace: boolean
    },
    now: number,
  ): Promise<void>

  /** Devices changed after a version (0: all), by version, at most `limit`; with the version of the last. */
  devicesSince(version: number, limit: number): Promise<{ devices: Device[]; version: number }>
  device(id: string): Promise<Device | undefined>
  /**
   * Adds devices, all or nothing. Raises `conflict` with a fault for each id that exists (also
   * decommissioned), and `invalid-request` with a fault for each unknown place and each id that comes
   * twice; where both are wrong it is `invalid-request` with all faults. Faults name `devices[<index>].id`
   * or `.place`.
   */
  addDevices(
    devices: readonly { input: DeviceInput; tokenHash: Uint8Array }[],
    now: number,
  ): Promise<Device[]>
  /** Raises `not-found`, `conflict` (decommissioned) or `invalid-request` (unknown place). */
  changeDevice(id: string, patch: DevicePatch, now: number): Promise<Device>
  /**
   * Replaces tokens, all or nothing. Raises `not-found`, `conflict` (decommissioned) or `invalid-request`
   * (an id that comes twice) with the faults, which name `ids[<index>]`.
   */
  setTokens(tokens: readonly { id: string; tokenHash: Uint8Array }[]): Promise<void>
  /** Marks as decommissioned; its data stays, its alerts are cleared. Raises `not-found`. Doing it again changes nothing. */
  decommissionDevice(id: string, now: number): Promise<Device>
  /** For sign-in: one look-up by key. */
  credential(id: string): Promise<DeviceCredential | undefined>

  /** Raises `conflict` where the id is taken. */
  addApiKey(key: { id: string; name: string; role: Role; hash: Uint8Array; now: number }): Promise<void>
  apiKey(id: string): Promise<(ApiKey & { hash: Uint8Array }) | undefined>
  apiKeys(): Promise<ApiKey[]>
  /** Ends its sessions too. Raises `not-found`. Doing it again keeps the time of the first. */
  revokeApiKey(id: string, now: number): Promise<void>

  /** Those that are over at its `createdAt` leave; bounded by `maxSessions`, the oldest leave first. */
  addSession(session: Session): Promise<void>
  /** Also one that is over, as long as it is there. */
  session(hash: Uint8Array): Promise<Session | undefined>
  /** Ending one that is not there changes nothing. */
  endSession(hash: Uint8Array): Promise<void>

  /** The journal position that the states are true for; 0: none. */
  statePosition(): Promise<number>
  /**
   * Keeps a change and its position, all or nothing. A change whose position is not after `statePosition()`
   * was kept before and changes nothing, its rejections included. What belongs to devices that are gone
   * (`clearCity`) is left out.
   */
  applyState(change: StateChange): Promise<void>
  /** States changed after a version (0: all), by version, at most `limit`; with the version of the last. */
  statesSince(version: number, limit: number): Promise<{ states: DeviceState[]; version: number }>
  /** The newest status payload of every device in service, for the broker to retain again at its start. */
  statuses(): Promise<{ device: string; payload: string }[]>

  /** Rejections that happen outside ingest (sign-in, foreign topics). */
  recordRejections(events: readonly RejectionEvent[]): Promise<void>
  /** Newest first, by (device, reason); bounded to `maxRejections`, the longest-unseen leave first. */
  rejections(request: {
    limit: number
    before?: number | undefined
    device?: string | undefined
    reason?: RejectionReason | undefined
  }): Promise<Page<StoredRejection, number>>
}

/** How many sessions are kept: of one key, so that nobody with a key can sign everybody else out, and in all. */
export const maxSessions = { ofOneKey: 100, inAll: 1000 }

/** How many (device, reason) pairs of rejections are kept. */
export const maxRejections = 10_000
