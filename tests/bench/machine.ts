/**
 * The machine that the figures were measured on: a figure without it says nothing. The time of an fsync is
 * measured, because every acknowledgement waits for one.
 */
import { mkdtemp, open, rm, statfs } from 'node:fs/promises'
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { median, quantile } from './statistics.ts'

export interface Machine {
  readonly cores: number
  readonly cpu: string
  readonly memoryBytes: number
  readonly system: string
  readonly node: string
  /** Of 4 KiB written and synced, ms. */
  readonly fsync: { readonly median: number; readonly p99: number }
  /** Whether the data lies in memory, where a sync costs nothing and proves nothing. */
  readonly inMemory: boolean
  /** Processes that ran or waited, averaged over the last minute. */
  readonly loadAverage: number
}

const tmpfsMagic = 0x01021994
const syncs = 300

/** `folder`: where the data of the bench will lie. */
export async function describeMachine(folder: string): Promise<Machine> {
  const fsync = await timeSyncs(folder)
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? 'unknown',
    memoryBytes: totalmem(),
    system: `${type()} ${release()}`,
    node: process.version,
    fsync: { median: median(fsync), p99: quantile(fsync, 0.99) },
    inMemory: (await statfs(folder)).type === tmpfsMagic,
    loadAverage: loadAverage(),
  }
}

export function loadAverage(): number {
  return loadavg()[0] ?? Number.NaN
}

/** Each the time of one write of 4 KiB at the end of a file and its fdatasync, as the journal does it, ms. */
async function timeSyncs(folder: string): Promise<number[]> {
  const own = await mkdtemp(join(folder, 'sync-'))
  try {
    const handle = await open(join(own, 'file'), 'w')
    try {
      const page = Buffer.alloc(4096, 1)
      const times: number[] = []
      for (let index = 0; index < syncs; index++) {
        const started = performance.now()
        await handle.write(page)
        await handle.datasync()
        times.push(performance.now() - started)
      }
      return times
    } finally {
      await handle.close()
    }
  } finally {
    await rm(own, { recursive: true, force: true })
  }
}
