/**
 * The registry in one SQLite file (node:sqlite): the embedded default, opened by the main process and by
 * ingest at once. Two connections: writes go through one, each in a transaction of its own, and reads
 * through the other, so that no read sees half a write. Calls block the thread for as long as SQLite works.
 */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely, type Transaction } from 'kysely'
import { LanternError } from '../../model/errors.ts'
import { createAlertRegistry } from './alerts/registry.ts'
import { insertApiKey, markRevoked, readApiKey, readApiKeys } from './api-keys.ts'
import { readAreas, readPlaces, removeCity, writeCity } from './city.ts'
import { readPosition, readVersions, takeNumbers, writePosition } from './counters.ts'
import { insertDevices, readDevice, readDevicesSince, retireDevice, updateDevice } from './devices.ts'
import { migrate } from './migrate.ts'
import type { Registry } from './port.ts'
import { readRejections, writeRejections } from './rejections.ts'
import type { Schema } from './schema.ts'
import { deleteSession, insertSession, readSession } from './sessions.ts'
import { attempt, sqliteDialect, whenFree } from './sqlite-dialect.ts'
import { stateStatements } from './sqlite-statements.ts'
import { readStatesSince, readStatuses } from './states.ts'
import { readCredential, replaceTokens } from './tokens.ts'

/**
 * `file`: where the database is or shall be; its folder is made at the start. `lockWait`: how long a write
 * waits for that of another process before it raises `store-unavailable`, ms.
 */
export function createSqliteRegistry(options: { file: string; lockWait?: number }): Registry {
  const { file, lockWait = 5000 } = options
  let open: Awaited<ReturnType<typeof openRegistry>> | undefined

  function opened() {
    if (!open) throw new LanternError('store-unavailable', 'the registry is not started')
    return open
  }
  const read = () => opened().reader
  const write = <T>(change: (transaction: Transaction<Schema>) => Promise<T>): Promise<T> =>
    opened().writer.transaction().execute(change)

  const alerts = createAlertRegistry({
    read,
    write,
    putMemories: (memories) => opened().states.putMemories(memories),
  })

  return {
    async start() {
      open ??= await openRegistry(file, lockWait)
    },
    async stop() {
      const closing = open
      open = undefined
      await closing?.close()
    },
    versions: async () => readVersions(read()),
    ...alerts.port,

    areas: async () => readAreas(read()),
    places: async () => readPlaces(read()),
    putCity: async (city) => write((db) => writeCity(db, city)),
    clearCity: async (now) =>
      write(async (db) => {
        await removeCity(db)
        await alerts.writer.clearGone(db, now)
      }),
    loadCity: async (city, now) =>
      write(async (db) => {
        if (city.replace) await removeCity(db)
        await writeCity(db, city)
        await insertDevices(db, city.devices, now)
        if (city.replace) await alerts.writer.clearGone(db, now)
      }),

    devicesSince: async (version, limit) => readDevicesSince(read(), version, limit),
    device: async (id) => readDevice(read(), id),
    addDevices: async (devices, now) => write((db) => insertDevices(db, devices, now)),
    changeDevice: async (id, patch, now) => write((db) => updateDevice(db, id, patch, now)),
    setTokens: async (tokens) => write((db) => replaceTokens(db, tokens)),
    decommissionDevice: async (id, now) =>
      write(async (db) => {
        const device = await retireDevice(db, id, now)
        await alerts.writer.clearGone(db, now, id)
        return device
      }),
    credential: async (id) => readCredential(read(), id),

    addApiKey: async (key) => write((db) => insertApiKey(db, key)),
    apiKey: async (id) => readApiKey(read(), id),
    apiKeys: async () => readApiKeys(read()),
    revokeApiKey: async (id, now) => write((db) => markRevoked(db, id, now)),

    addSession: async (session) => write((db) => insertSession(db, session)),
    session: async (hash) => readSession(read(), hash),
    endSession: async (hash) => write((db) => deleteSession(db, hash)),

    statePosition: async () => readPosition(read()),
    async applyState(change) {
      const { states } = opened()
      await write(async (db) => {
        if (change.position <= (await readPosition(db))) return
        states.putStates(change.states, await takeNumbers(db, 'states', change.states.length))
        states.putStatuses(change.statuses)
        await writeRejections(db, change.rejections)
        if (change.alerts) await alerts.writer.keep(db, change.alerts)
        await writePosition(db, change.position)
      })
    },
    statesSince: async (version, limit) => readStatesSince(read(), version, limit),
    statuses: async () => readStatuses(read()),

    recordRejections: async (events) => write((db) => writeRejections(db, events)),
    rejections: async (request) => readRejections(read(), request),
  }
}

async function openRegistry(file: string, lockWait: number) {
  mkdirSync(dirname(file), { recursive: true })
  const writing = attempt(() => new DatabaseSync(file))
  try {
    await whenFree(() => writing.exec('pragma journal_mode = wal'), lockWait)
    writing.exec('pragma synchronous = full')
    const writer = new Kysely<Schema>({ dialect: sqliteDialect({ database: writing, lockWait }) })
    await migrate(writer)

    // In WAL mode a reader waits for no writer, only for the file to be put right after a crash.
    const reading = attempt(() => new DatabaseSync(file, { readOnly: true, timeout: lockWait }))
    const reader = new Kysely<Schema>({ dialect: sqliteDialect({ database: reading, lockWait }) })
    return {
      reader,
      writer,
      states: stateStatements(writing),
      async close() {
        // The connection is free once the writes before have ended.
        await writer.connection().execute(async () => {})
        reading.close()
        writing.close()
      },
    }
  } catch (error) {
    writing.close()
    throw error
  }
}
