/**
 * What stands in InfluxDB beside the readings of a filled city: the roll-ups, by the store's own maintenance, and the
 * census, with alerts in it, by the real one on a clock that runs through the last 45 minutes in a moment. Called by grafana-city.ts once Lantern has
 * stopped.
 */
import { pino } from 'pino'
import { createCensus } from '../../ingest/census/census.ts'
import { newProgress } from '../../ingest/progress.ts'
import type { RejectionReason } from '../../model/rejection.ts'
import { minute, second } from '../../model/time.ts'
import { createCityView } from '../../stores/registry/city-view.ts'
import { createInfluxTelemetry } from '../../stores/telemetry/influx.ts'
import { raiseAlerts } from './grafana-alerts.ts'
import { withRegistry } from './lantern.ts'

export const goal = 0.7

export async function writeCensus(options: {
  url: string
  bucket: string
  dataDir: string
  /** Epoch ms. */
  end: number
}): Promise<void> {
  const { url, bucket, dataDir, end } = options
  const logger = pino({ level: 'silent' })
  const telemetry = createInfluxTelemetry({ url, bucket, retentionDays: 30, rollupRetentionDays: 730 })
  await telemetry.start()
  try {
    await telemetry.maintain(end)
    await withRegistry(dataDir, async (registry) => {
      await raiseAlerts(registry, end)
      const { states } = await registry.statesSince(0, 10_000)
      const bySerial = new Map(states.map((state) => [state.serial, state]))
      const view = createCityView({ registry, clock: Date.now, logger })
      await view.start()
      let now = end - 45 * minute
      const figures = createFigures()
      const newCensus = () =>
        createCensus({
          view,
          state: (serial) => bySerial.get(serial),
          telemetry,
          alerts: registry,
          points: telemetry.points,
          figures: () => figures(now),
          target: goal,
          onCoverage: () => undefined,
          clock: () => now,
          logger,
        })
      const census = newCensus()
      for (; now < end; now += 10 * second) await census.tick()
      // One that knows nothing yet writes everything: also over what Lantern's own said while the city was being filled.
      now = end
      await newCensus().tick()
      await view.stop()
    })
  } finally {
    await telemetry.stop()
  }
}

/** A Lantern that works through a few readings a second, refuses somebody now and then, and is sent nonsense. */
function createFigures() {
  const progress = newProgress()
  const rejections = new Map<RejectionReason, number>()
  return (now: number) => {
    progress.readingsStored += 40
    progress.batchesStored += 10
    progress.stageSeconds = { store: progress.batchesStored * 0.02 }
    rejections.set('not-json', Math.floor(now / minute))
    const door = {
      ...{ connections: 60, journalBytes: 5e6, journalLimitBytes: 4e9, lagMs: 200 },
      refusals: { 'sign-in-failed': Math.floor(now / minute) },
    }
    return { progress, rejections, door }
  }
}
