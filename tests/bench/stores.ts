/**
 * The measurement `stores`, first half: the way from PUBACK to the store's word that it has the reading, with InfluxDB
 * and with DuckDB in turn, on the same machine: sustained at a rate, and as fast as it goes. (The second half is
 * stores-queries.ts.)
 */
import { createInfluxTelemetry } from '../../stores/telemetry/influx.ts'
import type { Telemetry } from '../../stores/telemetry/port.ts'
import { hasInfluxd, needsInfluxd, startInfluxd } from '../support/influxd.ts'
import { figuresOf, seedDevices, stored } from '../support/lantern.ts'
import { type Reckoning, reckon } from '../support/reckoning.ts'
import type { LoadResult } from './generator.ts'
import type { Figure, Ground, Measurement } from './measurement.ts'
import { cpuSeconds } from './processes.ts'
import { runLoad, tellReckoning, watchLag, withFolder, withLantern, wrongIn } from './subject.ts'

/** How long the store may need for what waits in the journal when a burst ends, ms. */
const drainLimitMs = 300_000

export interface StoresOptions extends Ground {
  readonly connections: number
  readonly inFlight: number
  readonly ratePerSecond: number
  /** At that rate, s. */
  readonly seconds: number
  /** As fast as the windows allow, s. */
  readonly burstSeconds: number
}

interface Subject {
  readonly name: string
  /** The server's process; undefined: there is none. */
  readonly pid: number | undefined
  /** An empty store: Lantern's settings for it, and how it is opened from outside (undefined: as the folder's own). */
  empty(): { readonly env: Record<string, string>; readonly store: Telemetry | undefined }
}

interface Run {
  readonly load: LoadResult
  readonly reckoning: Reckoning
  /** From the first message to the moment when the last one is stored, s. */
  readonly seconds: number
  readonly lagAtEnd: number
  readonly greatestLag: number
  /** s, until all was stored. */
  readonly cpu: { readonly main: number; readonly ingest: number; readonly server: number }
}

export async function measureStores(options: StoresOptions): Promise<Measurement> {
  const { connections, ratePerSecond, seconds, burstSeconds } = options
  const figures: Figure[] = []
  const reckonings: Reckoning[] = []
  for (const withStore of hasInfluxd ? [withInflux, withDuckDb] : [withDuckDb])
    await withStore(async (subject) => {
      const { name } = subject
      options.say(`stores: ${name}, ${ratePerSecond} readings/s for ${seconds} s`)
      const steady = await run(subject, { ...options, ratePerSecond, seconds })
      options.say(`stores: ${name}, as fast as it goes for ${burstSeconds} s`)
      const burst = await run(subject, { ...options, ratePerSecond: undefined, seconds: burstSeconds })
      reckonings.push(steady.reckoning, burst.reckoning)
      figures.push(...figuresOfSteady(name, steady, ratePerSecond), ...figuresOfBurst(name, burst))
    })
  return {
    title: 'stores',
    setting: `${connections} connections, QoS 1, one reading a message, all kinds in turn; ${ratePerSecond.toLocaleString('en')} readings/s for ${seconds} s, then as many as the windows allow for ${burstSeconds} s`,
    figures,
    notes: [tellReckoning(reckonings), ...(hasInfluxd ? [] : [needsInfluxd])],
    wrong: reckonings.reduce((sum, reckoning) => sum + wrongIn(reckoning), 0),
  }
}

async function withInflux(use: (subject: Subject) => Promise<void>): Promise<void> {
  const influxd = await startInfluxd()
  const { url } = influxd
  let databases = 0
  try {
    await use({
      name: 'InfluxDB',
      pid: influxd.pid(),
      empty() {
        const bucket = `bench-${++databases}`
        const keeping = { retentionDays: 30, rollupRetentionDays: 730, queryTimeoutMs: 60_000 }
        return {
          env: {
            ...{ LANTERN_TELEMETRY: 'influxdb', LANTERN_INFLUX_URL: url },
            LANTERN_INFLUX_BUCKET: bucket,
          },
          store: createInfluxTelemetry({ url, bucket, ...keeping }),
        }
      },
    })
  } finally {
    await influxd.remove()
  }
}

function withDuckDb(use: (subject: Subject) => Promise<void>): Promise<void> {
  return use({ name: 'DuckDB', pid: undefined, empty: () => ({ env: {}, store: undefined }) })
}

function run(
  subject: Subject,
  options: Ground & {
    connections: number
    inFlight: number
    ratePerSecond: number | undefined
    seconds: number
  },
): Promise<Run> {
  const { connections, inFlight, seconds, ratePerSecond } = options
  return withFolder(options.folder, async (dataDir) => {
    const devices = await seedDevices(dataDir, connections)
    const { env, store } = subject.empty()
    const measured = await withLantern({ dataDir, env }, async ({ httpUrl, mqttPort, pid, children }) => {
      const [ingest = 0] = children()
      const cpu = () => ({
        main: cpuSeconds(pid),
        ingest: cpuSeconds(ingest),
        server: subject.pid === undefined ? 0 : cpuSeconds(subject.pid),
      })
      const before = cpu()
      const lag = watchLag(httpUrl)
      const rate = ratePerSecond === undefined ? {} : { ratePerSecond }
      const load = await runLoad({ port: mqttPort, devices, seconds, inFlight, ...rate })
      const { lagMs = Number.NaN } = await figuresOf(httpUrl, 'ingest')
      await stored(httpUrl, drainLimitMs)
      const after = cpu()
      return {
        load,
        seconds: (Date.now() - load.startedAt) / 1000,
        lagAtEnd: lagMs / 1000,
        greatestLag: lag.end() / 1000,
        cpu: {
          main: after.main - before.main,
          ingest: after.ingest - before.ingest,
          server: after.server - before.server,
        },
      }
    })
    return { ...measured, reckoning: await reckon(dataDir, devices, measured.load, store) }
  })
}

const storedPerSecond = ({ load, seconds }: Run) => load.acknowledged / seconds

function figuresOfSteady(name: string, steady: Run, ratePerSecond: number): Figure[] {
  return [
    {
      ...{ name: `${name}: acknowledged and stored`, unit: 'readings/s', runs: [storedPerSecond(steady)] },
      // What was still under way when the last second ended.
      target: { atLeast: 0.97 * ratePerSecond },
    },
    {
      ...{ name: `${name}: greatest lag seen`, unit: 's', runs: [steady.greatestLag] },
      target: { below: 5 },
    },
    { name: `${name}: lag at the end`, unit: 's', runs: [steady.lagAtEnd] },
    { name: `${name}: PUBACK p99`, unit: 'ms', runs: [steady.load.latency.p99] },
  ]
}

function figuresOfBurst(name: string, burst: Run): Figure[] {
  const perReading = (which: keyof Run['cpu']) => (burst.cpu[which] * 1e6) / burst.load.acknowledged
  const cpu = (of: string, which: keyof Run['cpu']): Figure => ({
    ...{ name: `${name}: CPU of ${of}, as fast as it goes`, unit: 'µs/reading' },
    runs: [perReading(which)],
  })
  return [
    {
      ...{ name: `${name}: stored, as fast as it goes`, unit: 'readings/s', runs: [storedPerSecond(burst)] },
      target: { atLeast: 20_000 },
    },
    {
      ...{ name: `${name}: acknowledged meanwhile`, unit: 'readings/s' },
      runs: [burst.load.perSecond],
    },
    cpu('the main process', 'main'),
    cpu('ingest', 'ingest'),
    ...(burst.cpu.server > 0 ? [cpu('influxd', 'server')] : []),
  ]
}
