/**
 * When the write-ahead log goes into the file. DuckDB would do it within an append's commit, every 16 MiB:
 * measured at 60,000 readings/s into 20 million, each stops the appends for 200 to 450 ms, hardly less for a
 * small log than for a large one. So it is done between two appends, and a quarter as often; less often would
 * gain little, lengthen the pause after many roll-ups (1 s at 128 MiB of them), and the start after a crash,
 * which reads the log again (6 ms a MiB).
 */
import { stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import { LanternError } from '../../../model/errors.ts'

const walLimitBytes = 64 * 2 ** 20
/** The log's size is looked at after so many readings (about 8 MiB of it). */
const lookEvery = 100_000
/** Room that a checkpoint may need beside the log's size. */
const spareBytes = 32 * 2 ** 20

export interface Checkpoints {
  /** Counts appended readings; true when the log's size should be looked at. */
  mayBeDue(readings: number): boolean
  /** A checkpoint, if the log is large enough. */
  runIfDue(connection: DuckDBConnection): Promise<void>
  /** Raises `store-unavailable` when the disk has no room for it: one that fails half-way closes the store. */
  run(connection: DuckDBConnection): Promise<void>
}

export function createCheckpoints(options: { file: string }): Checkpoints {
  const { file } = options
  const log = `${file}.wal`
  let unseen = 0

  async function run(connection: DuckDBConnection): Promise<void> {
    const { bavail, bsize } = await statfs(dirname(file))
    if (bavail * bsize < (await sizeOf(log)) + spareBytes)
      throw new LanternError('store-unavailable', `the disk of ${file} is almost full`, {
        remedy: 'Make room on the disk of LANTERN_DATA_DIR; nothing acknowledged is lost.',
      })
    await connection.run('CHECKPOINT')
  }

  return {
    mayBeDue(readings) {
      unseen += readings
      return unseen >= lookEvery
    },
    async runIfDue(connection) {
      unseen = 0
      if ((await sizeOf(log)) >= walLimitBytes) await run(connection)
    },
    run,
  }
}

/** Of the file and its log. */
export async function bytesOnDisk(file: string): Promise<number> {
  return (await sizeOf(file)) + (await sizeOf(`${file}.wal`))
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  )
}
