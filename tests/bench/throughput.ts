/**
 * The measurement `throughput`: as many readings as the windows of the connections allow, one a message, signed
 * in, acknowledged when the disk has them, validated, stored, and counted afterwards. In turn with Mosquitto,
 * which takes the same load and does none of this.
 */
import { figuresOf, seedDevices, stored } from '../support/lantern.ts'
import { type Reckoning, reckon } from '../support/reckoning.ts'
import type { LoadResult } from './generator.ts'
import type { Figure, Ground, Measurement } from './measurement.ts'
import { findMosquitto, howToInstall, withMosquitto } from './mosquitto.ts'
import { cpuSeconds } from './processes.ts'
import { runLoad, tellReckoning, watchLag, withFolder, withLantern, wrongIn } from './subject.ts'

export interface ThroughputOptions extends Ground {
  /** Of one run, s. */
  readonly seconds: number
  readonly rounds: number
  readonly connections: number
  /** Messages of one connection that may wait for their PUBACK. */
  readonly inFlight: number
}

interface Round {
  readonly load: LoadResult
  readonly reckoning: Reckoning
  /** From the first message to the moment when the last one is stored, s. */
  readonly seconds: number
  /** s. */
  readonly lagAtEnd: number
  readonly greatestLag: number
  /** While the load ran and until all was stored, s. */
  readonly cpu: { readonly main: number; readonly ingest: number }
}

interface Yardstick {
  readonly load: LoadResult
  readonly cpu: number
}

export async function measureThroughput(options: ThroughputOptions): Promise<Measurement> {
  const { seconds, rounds, connections, inFlight, say } = options
  const program = findMosquitto()
  const ours: Round[] = []
  const theirs: Yardstick[] = []
  for (let round = 1; round <= rounds; round++) {
    say(`throughput: Lantern, run ${round} of ${rounds}`)
    ours.push(await withFolder(options.folder, (dataDir) => runLantern(dataDir, options)))
    if (!program) continue
    say(`throughput: Mosquitto, run ${round} of ${rounds}`)
    theirs.push(await runMosquitto(program, options))
  }
  return {
    title: 'throughput',
    setting: `${connections} connections, QoS 1, one reading a message, ${inFlight} in flight each, all kinds in turn; ${seconds} s a run`,
    figures: [...figuresOfOurs(ours), ...figuresOfTheirs(theirs, ours)],
    notes: [tellReckoning(ours.map(({ reckoning }) => reckoning)), ...(program ? [] : [howToInstall])],
    wrong: ours.reduce((sum, { reckoning }) => sum + wrongIn(reckoning), 0),
  }
}

async function runLantern(dataDir: string, options: ThroughputOptions): Promise<Round> {
  const { seconds, connections, inFlight } = options
  const devices = await seedDevices(dataDir, connections)
  const measured = await withLantern({ dataDir }, async ({ httpUrl, mqttPort, pid, children }) => {
    const [ingest = 0] = children()
    const before = { main: cpuSeconds(pid), ingest: cpuSeconds(ingest) }
    const lag = watchLag(httpUrl)
    const load = await runLoad({ port: mqttPort, devices, seconds, inFlight })
    const { lagMs = Number.NaN } = await figuresOf(httpUrl, 'ingest')
    await stored(httpUrl)
    return {
      load,
      seconds: (Date.now() - load.startedAt) / 1000,
      lagAtEnd: lagMs / 1000,
      greatestLag: lag.end() / 1000,
      cpu: { main: cpuSeconds(pid) - before.main, ingest: cpuSeconds(ingest) - before.ingest },
    }
  })
  return { ...measured, reckoning: await reckon(dataDir, devices, measured.load) }
}

function runMosquitto(program: string, options: ThroughputOptions): Promise<Yardstick> {
  const { folder, seconds, connections, inFlight } = options
  const devices = Array.from({ length: connections }, (_, index) => ({ id: `dev-${index}`, token: 'any' }))
  return withMosquitto({ program, folder }, async ({ port, pid }) => {
    const before = cpuSeconds(pid)
    const load = await runLoad({ port, devices, seconds, inFlight })
    return { load, cpu: cpuSeconds(pid) - before }
  })
}

const storedPerSecond = ({ load, seconds }: Round) => load.acknowledged / seconds

function figuresOfOurs(rounds: readonly Round[]): Figure[] {
  const figure = (name: string, unit: string, of: (round: Round) => number): Figure => ({
    ...{ name, unit },
    runs: rounds.map(of),
  })
  const perReading = (seconds: number, { load }: Round) => (seconds * 1e6) / load.acknowledged
  return [
    {
      ...figure('acknowledged and stored', 'readings/s', storedPerSecond),
      target: { atLeast: 50_000 },
    },
    figure('acknowledged', 'readings/s', ({ load }) => load.perSecond),
    { ...figure('lag of ingest at the end', 's', ({ lagAtEnd }) => lagAtEnd), target: { below: 2 } },
    figure('greatest lag seen', 's', ({ greatestLag }) => greatestLag),
    figure('PUBACK p50', 'ms', ({ load }) => load.latency.p50),
    figure('PUBACK p99', 'ms', ({ load }) => load.latency.p99),
    figure('CPU of the main process', 'µs/reading', (round) => perReading(round.cpu.main, round)),
    figure('CPU of ingest', 'µs/reading', (round) => perReading(round.cpu.ingest, round)),
    figure('CPU of the generator', 'µs/reading', ({ load }) => load.cpuMicrosecondsPerMessage),
  ]
}

function figuresOfTheirs(theirs: readonly Yardstick[], ours: readonly Round[]): Figure[] {
  if (theirs.length === 0) return []
  const figure = (name: string, unit: string, of: (run: Yardstick) => number): Figure => ({
    ...{ name, unit },
    runs: theirs.map(of),
  })
  return [
    figure('Mosquitto: acknowledged', 'messages/s', ({ load }) => load.perSecond),
    figure('Mosquitto: CPU', 'µs/message', ({ load, cpu }) => (cpu * 1e6) / load.acknowledged),
    figure('Mosquitto: CPU of the generator', 'µs/message', ({ load }) => load.cpuMicrosecondsPerMessage),
    {
      name: 'stored by Lantern to passed by Mosquitto',
      unit: 'ratio',
      runs: theirs.flatMap(({ load }, index) => {
        const round = ours[index]
        return round ? [storedPerSecond(round) / load.perSecond] : []
      }),
      target: { atLeast: 0.45 },
    },
  ]
}
