/**
 * The data folder: made with least rights, and held by one Lantern at a time. Two writers of one journal
 * would overwrite each other's groups, so a second start on the same folder must fail, and a killed one must
 * leave nothing to clean up: the lock is SQLite's, which the system lets go when the process ends.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { hashSecret, newApiKey } from './model/access.ts'
import { LanternError } from './model/errors.ts'
import type { Registry } from './stores/registry/port.ts'

export interface DataFolder {
  release(): void
}

/**
 * Takes the folder; raises `conflict`, naming the process that has it. From then on, whatever this process and
 * its children make (the stores' files too) is for its owner only.
 */
export async function takeDataFolder(folder: string): Promise<DataFolder> {
  process.umask(0o077)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const holder = join(folder, 'lantern.pid')
  const lock = new DatabaseSync(join(folder, 'lantern.lock'))
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA busy_timeout = 2000; BEGIN EXCLUSIVE')
  } catch (cause) {
    lock.close()
    const pid = await readFile(holder, 'utf8').catch(() => 'unknown')
    throw new LanternError('conflict', `the data folder ${folder} is in use by process ${pid.trim()}`, {
      cause,
      remedy: 'Stop the other Lantern, or set LANTERN_DATA_DIR to another folder.',
    })
  }
  await writeFile(holder, `${process.pid}\n`)
  return { release: () => lock.close() }
}

/**
 * Makes sure that somebody can administer: where there is no administrator's key in force, a new one is made
 * and written to `file`, which only its owner may read. Answers the id of one in force, and whether it is new.
 */
export async function ensureAdminKey(options: {
  registry: Registry
  file: string
  now: number
}): Promise<{ id: string; isNew: boolean }> {
  const { registry, file, now } = options
  const keys = await registry.apiKeys()
  const present = keys.find((key) => key.role === 'admin' && key.revokedAt === null)
  if (present) return { id: present.id, isNew: false }
  const { id, secret, key } = newApiKey()
  await writeFile(file, `${key}\n`, { mode: 0o600 })
  await registry.addApiKey({ id, name: 'first administrator', role: 'admin', hash: hashSecret(secret), now })
  return { id, isNew: true }
}
