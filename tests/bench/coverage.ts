/**
 * The measurement `queries`, second half: the coverage of a large city, asked for again and again over HTTP while
 * its devices report; and what one recount of all of them costs by itself.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { coverage } from '../../model/coverage.ts'
import { second } from '../../model/time.ts'
import { createCityView } from '../../stores/registry/city-view.ts'
import { stored, withRegistry, withTelemetry } from '../support/lantern.ts'
import { districts, seedCity } from './city.ts'
import type { LoadResult } from './generator.ts'
import { timedGet } from './http.ts'
import type { Figure, Ground, Measurement } from './measurement.ts'
import { untilQuiet } from './processes.ts'
import { quantile } from './statistics.ts'
import { runLoad, untilConnected, withFolder, within, withLantern } from './subject.ts'

export interface CoverageOptions extends Ground {
  readonly seconds: number
  readonly places: number
  readonly devices: number
  /** How many of the devices report, in turn. */
  readonly reporting: number
  readonly ratePerSecond: number
}

const askEveryMs = 20
/** Not counted: the first answers of a new process. */
const warmUps = 100
const settleSeconds = 2
const connectLimitMs = 120_000
const recounts = 300

export function measureCoverage(options: CoverageOptions): Promise<Measurement> {
  const { seconds, places, devices, reporting, ratePerSecond, say } = options
  return withFolder(options.folder, async (dataDir) => {
    say(`queries: a city of ${devices.toLocaleString('en')} devices`)
    const all = await seedCity(dataDir, { places, devices })
    const stride = Math.floor(devices / reporting)
    const reporters = Array.from({ length: reporting }, (_, index) => all[index * stride] ?? all[0]).flatMap(
      (device) => device ?? [],
    )
    const measured = await withLantern({ dataDir }, async ({ httpUrl, mqttPort, pid }) => {
      await untilQuiet(pid, 0.2, 15_000)
      for (let time = 0; time < warmUps; time++) await timedGet(`${httpUrl}/v1/coverage?level=district`)
      say(`queries: asking for coverage for ${seconds} s`)
      // Longer than the asking on both sides: that thousands sign in or hang up at once is another matter.
      const whole = settleSeconds + seconds + 1
      const load = runLoad({ port: mqttPort, devices: reporters, ratePerSecond, seconds: whole })
      await Promise.race([load, within(connectLimitMs, 'all to connect', untilConnected(httpUrl, reporting))])
      await Promise.race([load, sleep(settleSeconds * second)])
      const times = await askFor(seconds, httpUrl, places)
      const result = await load
      await stored(httpUrl)
      return { result, times }
    })
    const recount = await withRegistry(dataDir, async (registry) => {
      // Each time is a second later, so that each question means a recount.
      let now = Date.now()
      const view = createCityView({ registry, clock: () => now })
      await view.start()
      await view.stop()
      return Array.from({ length: recounts }, () => {
        now += second
        const startedAt = performance.now()
        view.coverage({ level: 'district', target: 0.7 })
        return performance.now() - startedAt
      })
    })
    const readings = await withTelemetry(dataDir, (telemetry) => telemetry.stats())
    const wrong = wrongIn(measured.result, readings.readings)
    return {
      title: 'coverage',
      setting: `${places.toLocaleString('en')} places, ${devices.toLocaleString('en')} devices, of which ${reporting.toLocaleString('en')} report, ${ratePerSecond.toLocaleString('en')} readings/s in all for ${seconds} s; GET /v1/coverage?level=district every ${askEveryMs} ms`,
      figures: [
        { name: 'acknowledged', unit: 'readings/s', runs: [measured.result.perSecond] },
        ...quantilesOf('over HTTP', measured.times, 10),
        ...quantilesOf('one recount of all', recount),
      ],
      notes: [
        `counted afterwards: ${measured.result.acknowledged.toLocaleString('en')} acknowledged, ${readings.readings.toLocaleString('en')} stored`,
        `${measured.times.length.toLocaleString('en')} answers over HTTP, ${recounts} recounts (with nothing else running)`,
      ],
      wrong,
    }
  })
}

/** What is stored beyond or below what was acknowledged; what was never acknowledged may be stored or not. */
function wrongIn({ acknowledged, sent }: LoadResult, found: number): number {
  return Math.max(0, acknowledged - found, found - sent)
}

function quantilesOf(name: string, times: readonly number[], below?: number): Figure[] {
  const figure = (which: string, value: number): Figure => ({
    ...{ name: `${name}, ${which}`, unit: 'ms', runs: [value] },
  })
  const p99 = figure('p99', quantile(times, 0.99))
  return [
    figure('p50', quantile(times, 0.5)),
    below === undefined ? p99 : { ...p99, target: { below } },
    figure('max', quantile(times, 1)),
  ]
}

/** The time of each answer over so many seconds, ms. Raises when an answer is not the whole city. */
async function askFor(seconds: number, httpUrl: string, places: number): Promise<number[]> {
  const times: number[] = []
  const end = performance.now() + seconds * second
  while (performance.now() < end) {
    const next = performance.now() + askEveryMs
    const { ms, body } = await timedGet(`${httpUrl}/v1/coverage?level=district`)
    times.push(ms)
    const { total, areas } = coverage.parse(body)
    if (total.places !== places || areas.length !== districts)
      throw new Error(`coverage counts ${total.places} places in ${areas.length} districts`)
    await sleep(Math.max(0, next - performance.now()))
  }
  return times
}
