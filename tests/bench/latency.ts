/**
 * The measurement `latency`: how long a device waits for its PUBACK at a steady rate, from the moment at which
 * the reading was due, so that a stall counts for every reading that it held up.
 */
import { seedDevices, stored } from '../support/lantern.ts'
import { type Reckoning, reckon } from '../support/reckoning.ts'
import type { LoadResult } from './generator.ts'
import type { Figure, Ground, Measurement } from './measurement.ts'
import { runLoad, tellReckoning, withFolder, withLantern, wrongIn } from './subject.ts'

const warmUpSeconds = 5

export interface LatencyOptions extends Ground {
  /** Of one run, s. */
  readonly seconds: number
  readonly runs: number
  readonly connections: number
  readonly ratePerSecond: number
}

export function measureLatency(options: LatencyOptions): Promise<Measurement> {
  const { seconds, runs, connections, ratePerSecond, say } = options
  return withFolder(options.folder, async (dataDir) => {
    const all = await seedDevices(dataDir, connections * (runs + 1))
    // Each run has devices of its own, so that each can be counted on its own.
    const devicesOf = (run: number) => all.slice(run * connections, (run + 1) * connections)
    const loads = await withLantern({ dataDir }, async ({ httpUrl, mqttPort }) => {
      const results: LoadResult[] = []
      // The first run only warms the new process up; it is counted like the others, not timed.
      for (let run = 0; run <= runs; run++) {
        say(run === 0 ? 'latency: warming up' : `latency: run ${run} of ${runs}`)
        const devices = devicesOf(run)
        const length = run === 0 ? Math.min(warmUpSeconds, seconds) : seconds
        results.push(await runLoad({ port: mqttPort, devices, ratePerSecond, seconds: length }))
      }
      await stored(httpUrl)
      return results
    })
    const reckonings: Reckoning[] = []
    for (const [run, load] of loads.entries()) reckonings.push(await reckon(dataDir, devicesOf(run), load))
    const timed = loads.slice(1)
    const figure = (name: string, of: (latency: LoadResult['latency']) => number): Figure => ({
      ...{ name, unit: 'ms' },
      runs: timed.map(({ latency }) => of(latency)),
    })
    return {
      title: 'latency',
      setting: `${connections} connections, QoS 1, ${ratePerSecond.toLocaleString('en')} readings/s in all; ${seconds} s a run`,
      figures: [
        { name: 'acknowledged', unit: 'readings/s', runs: timed.map(({ perSecond }) => perSecond) },
        figure('PUBACK p50', ({ p50 }) => p50),
        { ...figure('PUBACK p99', ({ p99 }) => p99), target: { below: 25 } },
        figure('PUBACK p99.9', ({ p999 }) => p999),
        figure('PUBACK max', ({ max }) => max),
      ],
      notes: [tellReckoning(reckonings)],
      wrong: reckonings.reduce((sum, reckoning) => sum + wrongIn(reckoning), 0),
    }
  })
}
