/**
 * When the write-ahead log goes into the file. DuckDB would do it within an append's commit, every 16 MiB:
 * measured at 60,000 readings/s into 20 million, each stops the appends for 200 to 450 ms, whatever the log's
 * size. So it is done between two appends, and seldom. Until then a start after a crash reads the log
 * again (6 ms a MiB), and DuckDB holds it in memory too.
 */
import { stat } from 'node:fs/promises'
import type { DuckDBConnection } from '@duckdb/node-api'

const walLimitBytes = 128 * 2 ** 20
/** The log's size is looked at after so many readings (about 8 MiB of it). */
const lookEvery = 100_000

export interface Checkpoints {
  /** Counts appended readings; true when the log's size should be looked at. */
  mayBeDue(readings: number): boolean
  runIfDue(connection: DuckDBConnection): Promise<void>
}

export function createCheckpoints(options: { file: string }): Checkpoints {
  let unseen = 0
  return {
    mayBeDue(readings) {
      unseen += readings
      return unseen >= lookEvery
    },
    async runIfDue(connection) {
      unseen = 0
      if ((await sizeOf(`${options.file}.wal`)) >= walLimitBytes) await connection.run('CHECKPOINT')
    },
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
