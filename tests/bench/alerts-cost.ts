/**
 * The measurement `alerts`, third part: what judging costs. The same journal is taken in by ingest alone, as fast as it can,
 * without rules and with fifty, in turn, each time into stores of its own.
 */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { followWithAlerts } from '../../alerting.ts'
import { createSites } from '../../ingest/sites.ts'
import { createWorker } from '../../ingest/worker.ts'
import { telemetryTopic } from '../../model/topics.ts'
import { createFileJournalReader } from '../../stores/journal/file-reader.ts'
import { createFileJournalWriter } from '../../stores/journal/file-writer.ts'
import { createCityView } from '../../stores/registry/city-view.ts'
import { createSqliteRegistry } from '../../stores/registry/sqlite.ts'
import { createDuckDbTelemetry } from '../../stores/telemetry/duckdb.ts'
import { appendAll } from '../contracts/journal.ts'
import type { SignedUp } from '../support/small-city.ts'
import { benchRules, seedBenchRules } from './alerts-rules.ts'
import { seedCity } from './city.ts'
import { readingPayload } from './load/payload.ts'
import type { Figure, Ground, Measurement } from './measurement.ts'
import { median } from './statistics.ts'
import { withFolder, within } from './subject.ts'

export interface AlertCostOptions extends Ground {
  readonly rules: number
  readonly devices: number
  readonly readings: number
  readonly rounds: number
}

const logger = pino({ level: 'silent' })
const ratePerSecond = 10_000
const limitMs = 300_000
/** The share of the readings at whose beginning every device is met for the first time. */
const notTimed = 0.25
/** Messages that are appended at once. */
const portion = 5000

export function measureAlertCost(options: AlertCostOptions): Promise<Measurement> {
  const { rules, devices, readings, rounds, say } = options
  return withFolder(options.folder, async (folder) => {
    const journal = join(folder, 'journal')
    const without: number[] = []
    const withRules: number[] = []
    // The first round warms this process up.
    for (let round = 0; round <= rounds; round++)
      for (const [count, rates] of [
        [0, without],
        [rules, withRules],
      ] as const) {
        say(
          `alerts: taking ${readings.toLocaleString('en')} readings in with ${count} rules, ${round} of ${rounds}`,
        )
        const rate = await withFolder(folder, async (dataDir) => {
          const seeded = await seedCity(dataDir, { places: Math.ceil(devices / 3), devices })
          if (round === 0 && count === 0) await fill(journal, seeded, readings)
          await seedBenchRules(dataDir, benchRules(count))
          return takeIn(dataDir, journal, readings)
        })
        if (round > 0) rates.push(rate)
      }
    const figure = (name: string, runs: readonly number[]): Figure => ({ name, unit: 'readings/s', runs })
    return {
      title: 'alerts: what judging costs',
      setting: `ingest alone, ${readings.toLocaleString('en')} readings of ${devices.toLocaleString('en')} devices from the journal into the stores, without rules and with ${rules}, in turn`,
      figures: [
        figure('without rules', without),
        figure(`with ${rules} rules`, withRules),
        {
          name: 'cost of the rules',
          unit: '% of the rate',
          runs: [100 * (1 - median(withRules) / median(without))],
          target: { below: 25 },
        },
      ],
      notes: [],
      wrong: 0,
    }
  })
}

/** As the broker would have written it: each device in turn, `ratePerSecond` in all, ending now. */
async function fill(folder: string, devices: readonly SignedUp[], readings: number): Promise<void> {
  const writer = createFileJournalWriter({ folder, limitBytes: 2 ** 33, logger, lingerMs: 0 })
  await writer.start({ after: 0 })
  const gap = 1000 / ratePerSecond
  const firstObservedAt = Math.round(Date.now() - readings * gap)
  const stepMs = Math.round(devices.length * gap)
  const payloads = devices.map(({ kind }) => readingPayload({ kind, firstObservedAt, stepMs, batch: 1 }))
  const message = (nth: number) => {
    const index = nth % devices.length
    const { bytes, fill: write } = payloads[index] ?? { bytes: Buffer.alloc(0), fill: () => undefined }
    const payload = Buffer.from(bytes)
    write(payload, 0, Math.floor(nth / devices.length))
    return {
      topic: telemetryTopic(devices[index]?.id ?? ''),
      payload,
      receivedAt: Math.round(firstObservedAt + nth * gap),
    }
  }
  for (let first = 0; first < readings; first += portion)
    await appendAll(
      writer,
      Array.from({ length: Math.min(portion, readings - first) }, (_, index) => message(first + index)),
    )
  await writer.stop()
}

function never(): never {
  throw new Error('ingest ended before all was stored')
}

/** Takes the whole journal in; answers how many readings a second. */
async function takeIn(dataDir: string, journalFolder: string, readings: number): Promise<number> {
  const registry = createSqliteRegistry({ file: join(dataDir, 'registry.sqlite') })
  const journal = createFileJournalReader({ folder: journalFolder, logger })
  const telemetry = createDuckDbTelemetry({
    ...{ file: join(dataDir, 'telemetry.duckdb'), retentionDays: 30, rollupRetentionDays: 100 },
  })
  const view = createCityView({ registry, clock: Date.now, logger })
  await registry.start()
  await view.start()
  await journal.start()
  await telemetry.start()
  try {
    const worker = await createWorker({
      ...{ journal, telemetry, registry, inventory: createSites({ view, telemetry }) },
      follow: followWithAlerts({
        ...{ registry, view, target: 0.7, timeZone: 'Asia/Ho_Chi_Minh', clock: Date.now },
      }),
      ...{ retentionDays: 30, clock: Date.now, logger },
    })
    const running = worker.run()
    /** When so many are stored; the time, ms, and how many there really are. */
    const reached = async (wanted: number) => {
      while (worker.progress().readingsStored < wanted) await sleep(2)
      return { at: performance.now(), stored: worker.progress().readingsStored }
    }
    const stretch = async () => [await reached(readings * notTimed), await reached(readings)] as const
    const [from, to] = await within(limitMs, 'ingest', Promise.race([stretch(), running.then(never)]))
    worker.stop()
    await running
    return (to.stored - from.stored) / ((to.at - from.at) / 1000)
  } finally {
    await telemetry.stop()
    await journal.stop()
    await view.stop()
    await registry.stop()
  }
}
