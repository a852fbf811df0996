/**
 * The one path too hot for a query builder: what ingest flushes every second (device states, the memory of the alert
 * engine), as prepared statements. All hand-written SQL of the registry is in this file. Used by sqlite.ts.
 */
import type { DatabaseSync } from 'node:sqlite'
import type { DeviceState } from '../../model/coverage.ts'
import type { AlertMemory } from './alerts-port.ts'
import { attempt } from './sqlite-dialect.ts'

/** Must be called within a transaction of that connection. What belongs to a device that is gone is left out. */
export function stateStatements(writer: DatabaseSync) {
  const putState = writer.prepare(`
    insert into device_state
      (serial, heard_at, observed_at, received_at, faults, reading, online, online_changed_at, version)
    select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 where exists (select 1 from device where serial = ?1)
    on conflict (serial) do update set
      heard_at = excluded.heard_at, observed_at = excluded.observed_at, received_at = excluded.received_at,
      faults = excluded.faults, reading = excluded.reading, online = excluded.online,
      online_changed_at = excluded.online_changed_at, version = excluded.version`)
  const putStatus = writer.prepare(`
    insert into device_status (serial, payload)
    select ?1, ?2 where exists (select 1 from device where serial = ?1)
    on conflict (serial) do update set payload = excluded.payload`)

  const putMemory = writer.prepare(`
    insert into alert_memory (key, memory) values (?1, ?2)
    on conflict (key) do update set memory = excluded.memory`)
  const removeMemory = writer.prepare('delete from alert_memory where key = ?1')

  return {
    /** The first state gets the version after `version`, the next the one after that. */
    putStates(states: readonly DeviceState[], version: number): void {
      states.forEach((state, index) => {
        attempt(() =>
          putState.run(
            state.serial,
            state.heardAt,
            state.observedAt,
            state.receivedAt,
            JSON.stringify(state.faults),
            JSON.stringify(state.values),
            state.online === null ? null : Number(state.online),
            state.onlineChangedAt,
            version + index + 1,
          ),
        )
      })
    },
    putStatuses(statuses: readonly { serial: number; payload: string }[]): void {
      for (const { serial, payload } of statuses) attempt(() => putStatus.run(serial, payload))
    },
    putMemories(memories: readonly AlertMemory[]): void {
      for (const { key, memory } of memories)
        attempt(() => (memory === null ? removeMemory.run(key) : putMemory.run(key, memory)))
    },
  }
}
