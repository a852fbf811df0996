/**
 * Opens the DuckDB file. Only one process may hold it, so a worker that takes over from one that is being
 * killed waits a while for the lock.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import { LanternError, messageOf } from '../../../model/errors.ts'

const retryEveryMs = 100

/** Raises `store-unavailable`, naming the holder, when the file is still locked after `lockTimeoutMs`. */
export async function openInstance(options: {
  file: string
  memoryLimitMb: number
  threads: number
  lockTimeoutMs: number
}): Promise<DuckDBInstance> {
  const settings = {
    memory_limit: `${options.memoryLimitMb}MiB`,
    threads: String(options.threads),
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    enable_external_access: 'false',
    // What does not fit into the memory goes beside the file, up to this.
    max_temp_directory_size: '4GiB',
    // Checkpoints are the store's own business; see checkpoint.ts.
    wal_autocheckpoint: '1TiB',
  }
  for (let waited = 0; ; waited += retryEveryMs) {
    try {
      return await DuckDBInstance.create(options.file, settings)
    } catch (thrown) {
      const message = messageOf(thrown)
      const locked = message.includes('Could not set lock on file')
      if (locked && waited < options.lockTimeoutMs) {
        await sleep(retryEveryMs)
        continue
      }
      throw new LanternError(
        'store-unavailable',
        locked
          ? `another process still holds ${options.file} after ${options.lockTimeoutMs / 1000} s: ${message}`
          : `cannot open ${options.file}: ${message}`,
        {
          cause: thrown,
          ...(locked && { remedy: 'Stop the process that the detail names, then start again.' }),
        },
      )
    }
  }
}
