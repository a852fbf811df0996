/**
 * How large each measurement is, in full and with --quick, and in which order they run. Called by main.ts.
 */
import { minute } from '../../model/time.ts'
import { measureAlertCost } from './alerts-cost.ts'
import { measureAlertDeliveries } from './alerts-deliveries.ts'
import { measureAlertLatency } from './alerts-latency.ts'
import { measureAlertSilence } from './alerts-silence.ts'
import { measureAlertStorm } from './alerts-storm.ts'
import { measureConnections } from './connections.ts'
import { measureConsoleMap } from './console-map.ts'
import { measureConsoleOpen } from './console-open.ts'
import { measureConsoleStart } from './console-start.ts'
import { measureCoverage } from './coverage.ts'
import { measureIdle } from './idle.ts'
import { measureLatency } from './latency.ts'
import type { Ground, Measurement } from './measurement.ts'
import type { BenchOptions, MeasurementName } from './options.ts'
import { measureQueries } from './queries.ts'
import { measureStores } from './stores.ts'
import { measureStoreQueries } from './stores-queries.ts'
import { measureThroughput } from './throughput.ts'

type Step = (ground: Ground) => Promise<Measurement>

/** What the options ask for, step by step. */
export function planOf(options: Pick<BenchOptions, 'names' | 'quick' | 'seconds'>): Step[] {
  const { names, quick } = options
  const seconds = options.seconds ?? (quick ? 5 : 20)
  const steps: Record<MeasurementName, Step[]> = {
    throughput: [
      (ground) =>
        measureThroughput({ ...ground, seconds, rounds: quick ? 1 : 2, connections: 100, inFlight: 50 }),
    ],
    latency: [
      (ground) =>
        measureLatency({ ...ground, seconds, runs: quick ? 1 : 3, connections: 100, ratePerSecond: 10_000 }),
    ],
    connections: [
      (ground) => measureConnections({ ...ground, connections: 10_000, seconds: quick ? 10 : 90 }),
    ],
    queries: [
      (ground) =>
        measureQueries({
          ...ground,
          readings: quick ? 2_000_000 : 20_000_000,
          ...{ devices: 3000, days: 30, times: quick ? 10 : 40 },
        }),
      (ground) =>
        measureCoverage({
          ...{ ...ground, seconds, places: 10_000, devices: 100_000 },
          ...{ reporting: 10_000, ratePerSecond: 10_000 },
        }),
    ],
    alerts: [
      (ground) =>
        measureAlertLatency({
          ...{ ...ground, seconds, rules: 50, devices: 3000, ratePerSecond: 10_000 },
          probes: 10 * seconds,
        }),
      (ground) => measureAlertSilence({ ...ground, devices: 100_000 }),
      (ground) =>
        measureAlertCost({
          ...{ ...ground, rules: 50, devices: 3000 },
          ...{ readings: quick ? 100_000 : 400_000, rounds: quick ? 1 : 3 },
        }),
      (ground) => measureAlertStorm({ ...ground, cameras: 3000, seconds: 12, intervalSeconds: 5 }),
      (ground) => measureAlertDeliveries({ ...ground, alerts: 100, subscribers: 100, dead: 5 }),
    ],
    console: [
      (ground) => measureConsoleStart({ ...ground, runs: quick ? 1 : 5, watchedMs: 6000 }),
      (ground) => measureConsoleMap({ ...ground, places: 10_000, seconds: quick ? 3 : 10 }),
      (ground) =>
        measureConsoleOpen({
          ...{ ...ground, places: 10_000, readingsPerSecond: 100, alertsPerMinute: 10 },
          seconds: options.seconds ?? (quick ? 20 : 300),
        }),
    ],
    idle: [(ground) => measureIdle({ ...ground, starts: quick ? 1 : 3, seconds: quick ? 5 : 60 })],
    stores: [
      (ground) =>
        measureStores({
          ...{ ...ground, connections: 100, inFlight: 50, ratePerSecond: 20_000 },
          ...{ seconds: options.seconds ?? (quick ? 5 : 60), burstSeconds: quick ? 3 : 15 },
        }),
      (ground) =>
        measureStoreQueries({
          ...{ ...ground, devices: 495, days: quick ? 1 : 7, stepMs: minute, times: quick ? 5 : 20 },
        }),
    ],
  }
  return names.flatMap((name) => steps[name])
}
