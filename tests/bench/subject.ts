/**
 * What is measured: a real Lantern on a data folder of its own, with a time limit on everything that is waited
 * for. Used by every measurement that runs one.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { figuresOf, type RunningLantern, startLantern } from '../support/lantern.ts'
import type { Reckoning } from '../support/reckoning.ts'
import { forkLoad, type LoadOptions, type LoadResult } from './generator.ts'

const stopLimitMs = 60_000

/** Gives `use` a new folder in `parent`, and removes it afterwards. */
export async function withFolder<T>(parent: string, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(parent, 'data-'))
  try {
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }
}

/** Starts Lantern, and stops it cleanly after `use`; kills it when that fails or takes too long. */
export async function withLantern<T>(
  options: Parameters<typeof startLantern>[0],
  use: (lantern: RunningLantern) => Promise<T>,
): Promise<T> {
  const lantern = await startLantern(options)
  try {
    const result = await use(lantern)
    await within(stopLimitMs, 'Lantern to stop', lantern.stop())
    return result
  } finally {
    await lantern.kill().catch(() => undefined)
  }
}

/** Raises when a promise takes longer than that. */
export async function within<T>(limitMs: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${limitMs / 1000} s for ${what}`)), limitMs)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** A load in a process of its own. Raises when it does not end, or when devices were refused or errors seen. */
export async function runLoad(options: LoadOptions & { seconds: number }): Promise<LoadResult> {
  const load = forkLoad(options)
  try {
    // Besides the load itself: signing in, and the patience with what is not acknowledged.
    const result = await within((options.seconds + 120) * 1000, 'the load to end', load.done)
    const faults = Object.entries(result.errors).map(([error, times]) => `${error} (${times} times)`)
    if (faults.length > 0) throw new Error(`the load generator saw errors: ${faults.join(', ')}`)
    return result
  } finally {
    load.stop()
  }
}

/** Waits until so many clients are connected; as long as it takes, see `within`. */
export async function untilConnected(httpUrl: string, count: number): Promise<void> {
  for (;;) {
    const { connectedClients = 0 } = await figuresOf(httpUrl, 'broker')
    if (connectedClients >= count) return
    await sleep(100)
  }
}

/** Watches how far ingest is behind, twice a second; `end` tells the greatest lag that was seen, ms. */
export function watchLag(httpUrl: string): { end(): number } {
  let greatest = 0
  const timer = setInterval(() => {
    figuresOf(httpUrl, 'ingest').then(
      ({ lagMs = 0 }) => {
        greatest = Math.max(greatest, lagMs)
      },
      // A busy Lantern may miss one look; the next comes soon.
      () => undefined,
    )
  }, 500)
  return {
    end() {
      clearInterval(timer)
      return greatest
    },
  }
}

/** Readings that a reckoning found wrong. */
export function wrongIn({ lost, doubled, invented }: Reckoning): number {
  return lost + doubled + invented
}

/** The reckoning of one or several loads as a sentence. */
export function tellReckoning(reckonings: readonly Reckoning[]): string {
  const sum = (of: (one: Reckoning) => number) =>
    reckonings.reduce((total, one) => total + of(one), 0).toLocaleString('en')
  return `counted afterwards: ${sum((one) => one.acknowledged)} acknowledged, ${sum((one) => one.stored)} stored, ${sum((one) => one.lost)} lost, ${sum((one) => one.doubled)} doubled, ${sum((one) => one.invented)} invented`
}
