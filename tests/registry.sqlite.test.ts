/**
 * The SQLite registry: the contract of the port, and what belongs to this driver alone: two processes on
 * one file, a lock that is not given back, a file that is no database, a process killed while it writes.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate as breathe } from 'node:timers/promises'
import { Kysely } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readAreas, writeCity } from '../stores/registry/city.ts'
import { insertDevices } from '../stores/registry/devices.ts'
import { migrate } from '../stores/registry/migrate.ts'
import type { Registry } from '../stores/registry/port.ts'
import type { Schema } from '../stores/registry/schema.ts'
import { createSqliteRegistry } from '../stores/registry/sqlite.ts'
import { sqliteDialect } from '../stores/registry/sqlite-dialect.ts'
import { registryContract } from './contracts/registry.ts'
import { area, newDevice, noVersions, place } from './registry-examples.ts'

registryContract('SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lantern-registry-'))
  return {
    open: () => createSqliteRegistry({ file: join(folder, 'data', 'registry.sqlite') }),
    remove: () => rm(folder, { recursive: true }),
  }
})

describe('the SQLite registry', () => {
  let folder: string
  let file: string
  let registry: Registry

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lantern-registry-'))
    file = join(folder, 'registry.sqlite')
    registry = createSqliteRegistry({ file })
  })
  afterEach(async () => {
    await registry.stop()
    await rm(folder, { recursive: true })
  })

  /** Another process that opens the file and adds `batches` × 5 devices named after `name`. */
  function otherWriter(name: string, batches: number): ChildProcess {
    return fork(new URL('./registry-writer.ts', import.meta.url), [file, name, String(batches)], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
  }

  async function allDevices() {
    return (await registry.devicesSince(0, 1_000_000)).devices
  }

  const city = { areas: [area('d1', null)], places: [place('p1', 'd1')] }

  it('lets several processes create and migrate one new file at the same moment', async () => {
    const others = ['x', 'y', 'z'].map((name) => otherWriter(name, 0))
    const exits = Promise.all(others.map((other) => once(other, 'exit')))
    await registry.start()
    expect(await exits).toEqual([
      [0, null],
      [0, null],
      [0, null],
    ])
    expect(await registry.versions()).toEqual(noVersions)
  })

  it('lets two processes write at once: each waits, none fails, no number is given twice', async () => {
    await registry.start()
    await registry.putCity(city)
    const other = otherWriter('other', 100_000)
    // Disconnected comes after its last message, which exit may not.
    const ended = Promise.all([once(other, 'exit'), once(other, 'disconnect')])
    let fromOther = 0
    other.on('message', () => fromOther++)
    await once(other, 'message')
    // Both write until each has done its share while the other was at it.
    const before = fromOther
    let own = 0
    for (; own < 30 || fromOther < before + 30; own++) {
      const batch = Array.from({ length: 5 }, (_, index) => newDevice(`own-${own}-${index}`))
      await registry.addDevices(batch, 1)
      await breathe()
    }
    other.send('stop')
    expect((await ended)[0]).toEqual([0, null])

    const devices = await allDevices()
    expect(devices).toHaveLength(5 * (own + fromOther))
    expect(new Set(devices.map(({ serial }) => serial)).size).toBe(devices.length)
    expect((await registry.versions()).devices).toBe(devices.length)
  })

  it('keeps all that a killed process was told is kept, and no half of a batch', async () => {
    await registry.start()
    await registry.putCity(city)
    const other = otherWriter('killed', 100_000)
    const acknowledged: string[] = []
    other.on('message', (message) => {
      acknowledged.push(...z.array(z.string()).parse(message))
      if (acknowledged.length >= 50) other.kill('SIGKILL')
    })
    expect(await once(other, 'exit')).toEqual([null, 'SIGKILL'])

    const kept = (await allDevices()).map(({ id }) => id)
    expect(kept.length % 5).toBe(0)
    expect(acknowledged.filter((id) => !kept.includes(id))).toEqual([])
    expect(await registry.addDevices([newDevice('after')], 2)).toHaveLength(1)
  })

  it('says store-unavailable when another process keeps the lock too long, and goes on after it', async () => {
    registry = createSqliteRegistry({ file, lockWait: 30 })
    await registry.start()
    const holder = new DatabaseSync(file)
    holder.exec('begin immediate')
    const refused = registry.putCity(city)
    await expect(refused).rejects.toMatchObject({ code: 'store-unavailable', retryable: true })
    expect(await registry.places()).toEqual([])
    holder.exec('rollback')
    holder.close()
    await registry.putCity(city)
    expect(await registry.places()).toHaveLength(1)
  })

  it('leaves the thread free while it waits for the lock', async () => {
    await registry.start()
    const holder = new DatabaseSync(file)
    holder.exec('begin immediate')
    const written = registry.putCity(city)
    // These timers can only run, and give the lock back, if the wait does not hold the thread.
    setTimeout(() => holder.exec('rollback'), 20)
    await written
    holder.close()
    expect(await registry.areas()).toHaveLength(1)
  })

  it('says store-unavailable for a file that is no database', async () => {
    await writeFile(file, 'a letter to a friend, long enough to be looked at closely by a database engine')
    await expect(registry.start()).rejects.toMatchObject({ code: 'store-unavailable' })
  })

  it('says store-unavailable when there is no room, keeps what it had, and goes on after it', async () => {
    const database = new DatabaseSync(file)
    const db = new Kysely<Schema>({ dialect: sqliteDialect({ database, lockWait: 30 }) })
    await migrate(db)
    const fill = () =>
      db.transaction().execute(async (transaction) => {
        await writeCity(transaction, city)
        const many = Array.from({ length: 2000 }, (_, index) => newDevice(`d${index}`))
        return insertDevices(transaction, many, 1)
      })
    database.exec('pragma max_page_count = 40')
    await expect(fill()).rejects.toMatchObject({ code: 'store-unavailable' })
    expect(await readAreas(db)).toEqual([])
    database.exec('pragma max_page_count = 1000000')
    expect(await fill()).toHaveLength(2000)
    await db.destroy()
  })
})
