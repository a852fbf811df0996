/**
 * The bench itself: each measurement at a tiny size gives plausible figures and counts every reading; and whatever
 * ends the bench, nothing of it stays behind. How fast anything is, is not judged here.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { measureAlertCost } from './bench/alerts-cost.ts'
import { measureAlertDeliveries } from './bench/alerts-deliveries.ts'
import { measureAlertLatency } from './bench/alerts-latency.ts'
import { measureAlertSilence } from './bench/alerts-silence.ts'
import { measureAlertStorm } from './bench/alerts-storm.ts'
import { measureConnections } from './bench/connections.ts'
import { measureConsoleMap } from './bench/console-map.ts'
import { measureConsoleOpen } from './bench/console-open.ts'
import { measureConsoleStart } from './bench/console-start.ts'
import { measureCoverage } from './bench/coverage.ts'
import { measureIdle } from './bench/idle.ts'
import { measureLatency } from './bench/latency.ts'
import { describeMachine } from './bench/machine.ts'
import type { Measurement } from './bench/measurement.ts'
import { findMosquitto, howToInstall } from './bench/mosquitto.ts'
import { readOptions } from './bench/options.ts'
import { measureQueries } from './bench/queries.ts'
import { asJson, machineText, measurementText } from './bench/report.ts'
import { median, quantile } from './bench/statistics.ts'
import { measureStores } from './bench/stores.ts'
import { measureStoreQueries } from './bench/stores-queries.ts'
import { measureThroughput } from './bench/throughput.ts'
import { root } from './source-tree.ts'
import { hasChromium, needsChromium } from './support/browser.ts'
import { hasInfluxd, needsInfluxd } from './support/influxd.ts'
import { temporaryFolder } from './support/temporary.ts'

const ground = () => ({ folder: temporaryFolder(), say: () => undefined })

/** The runs of a figure, all of them finite. */
function runsOf({ figures }: Measurement, name: string): readonly number[] {
  const found = figures.find((figure) => figure.name === name)
  expect(found, `${name} among ${figures.map((figure) => figure.name).join(', ')}`).toBeDefined()
  for (const run of found?.runs ?? []) expect(run, name).toSatisfy(Number.isFinite)
  return found?.runs ?? []
}

function expectPositive(measurement: Measurement, ...names: string[]): void {
  for (const name of names) {
    const runs = runsOf(measurement, name)
    expect(runs.length, name).toBeGreaterThan(0)
    expect(Math.min(...runs), name).toBeGreaterThan(0)
  }
}

describe('each measurement, small', { timeout: 120_000 }, () => {
  it('throughput, with Mosquitto where it is installed', async () => {
    const sizes = { seconds: 1, rounds: 2, connections: 6, inFlight: 10 }
    const measured = await measureThroughput({ ...ground(), ...sizes })
    expectPositive(
      measured,
      'acknowledged and stored',
      'acknowledged',
      'CPU of the main process',
      'CPU of ingest',
    )
    expect(runsOf(measured, 'acknowledged and stored')).toHaveLength(2)
    expect(Math.min(...runsOf(measured, 'lag of ingest at the end'))).toBeGreaterThanOrEqual(0)
    expect(measured.wrong).toBe(0)
    expect(measured.notes[0]).toMatch(/[1-9][\d,]* acknowledged, .* 0 lost, 0 doubled, 0 invented/)
    if (findMosquitto()) expectPositive(measured, 'stored by Lantern to passed by Mosquitto')
    else expect(measured.notes).toContain(howToInstall)
  })

  it('latency', async () => {
    const sizes = { seconds: 1, runs: 2, connections: 6, ratePerSecond: 300 }
    const measured = await measureLatency({ ...ground(), ...sizes })
    expectPositive(measured, 'acknowledged', 'PUBACK p50', 'PUBACK p99')
    expect(runsOf(measured, 'PUBACK max')).toHaveLength(2)
    expect(measured.wrong).toBe(0)
    const [, acknowledged = '', stored = ''] =
      /(\S+) acknowledged, (\S+) stored/.exec(measured.notes[0] ?? '') ?? []
    expect(stored).toBe(acknowledged)
  })

  it('connections', async () => {
    const measured = await measureConnections({ ...ground(), connections: 30, seconds: 1 })
    expect(runsOf(measured, 'lost or refused')).toEqual([0])
    expect(runsOf(measured, 'without an answer')).toEqual([0])
    expectPositive(measured, 'main process with none', 'main process with all', 'sign-ins')
  })

  it('queries', async () => {
    const sizes = { readings: 27_000, devices: 90, days: 2, times: 4 }
    const measured = await measureQueries({ ...ground(), ...sizes })
    expect(runsOf(measured, 'a day of 5-minute sums by district, in the store')).toHaveLength(4)
    expectPositive(measured, 'the last 100 readings of a device, in the store', 'on disk')
    expectPositive(measured, 'a month of daily sums by district over HTTP')
  })

  it('coverage', async () => {
    const sizes = { seconds: 1, places: 90, devices: 900, reporting: 30, ratePerSecond: 300 }
    const measured = await measureCoverage({ ...ground(), ...sizes })
    expectPositive(measured, 'over HTTP, p50', 'over HTTP, p99', 'one recount of all, p99')
    expect(measured.wrong).toBe(0)
  })

  it('alerts: each reading that meets a rule reaches the webhook', async () => {
    const sizes = { seconds: 1, rules: 50, devices: 30, ratePerSecond: 300, probes: 4 }
    const measured = await measureAlertLatency({ ...ground(), ...sizes })
    expect(measured.setting).toContain('8 samples')
    expectPositive(measured, 'publish to webhook p50', 'publish to webhook p99')
    expect(measured.wrong).toBe(0)
  })

  it('alerts: silence, and what the rules cost', async () => {
    const silence = await measureAlertSilence({ ...ground(), devices: 300 })
    expectPositive(silence, 'after the limit p50', 'after the limit max')
    expect(silence.wrong).toBe(0)
    const sizes = { rules: 50, devices: 30, readings: 40_000, rounds: 1 }
    const cost = await measureAlertCost({ ...ground(), ...sizes })
    expectPositive(cost, 'without rules', 'with 50 rules')
  })

  it('alerts: a storm becomes one alert a district, and many deliveries reach all but the dead', async () => {
    const storm = await measureAlertStorm({ ...ground(), cameras: 90, seconds: 3, intervalSeconds: 1 })
    expect(runsOf(storm, 'alerts in the list about them')).toEqual([9])
    expect(runsOf(storm, 'behind these')).toEqual([90])
    const sizes = { alerts: 3, subscribers: 6, dead: 2 }
    const deliveries = await measureAlertDeliveries({ ...ground(), ...sizes })
    expectPositive(deliveries, 'all others served')
    expect(deliveries.wrong).toBe(0)
  })

  it.skipIf(!hasChromium)(`the console: the first look (${needsChromium})`, async () => {
    const start = await measureConsoleStart({ ...ground(), runs: 1, watchedMs: 2000 })
    expectPositive(start, 'first contentful paint', 'the installed share can be read', 'interactive')
    expectPositive(start, 'script over the wire without the map', 'the map over the wire')
  })

  it.skipIf(!hasChromium)(`the console: its map (${needsChromium})`, async () => {
    const map = await measureConsoleMap({ ...ground(), places: 300, seconds: 1 })
    expectPositive(map, 'the whole city: frames', 'its places: frames')
  })

  it.skipIf(!hasChromium)(`the console: pages that stay open (${needsChromium})`, async () => {
    const sizes = { places: 300, seconds: 3, readingsPerSecond: 50, alertsPerMinute: 60 }
    const open = await measureConsoleOpen({ ...ground(), ...sizes })
    expectPositive(open, 'the overview: script memory', 'the alerts: elements')
    runsOf(open, 'the alerts: growth')
  })

  it('idle', async () => {
    const measured = await measureIdle({ ...ground(), starts: 1, seconds: 4 })
    expectPositive(measured, 'from the start to ready', 'connected', 'stored')
    expectPositive(measured, 'main process: RSS', 'ingest: RSS', 'fleet: RSS', 'all processes: PSS')
  })

  it('stores, with InfluxDB where it is installed', async () => {
    const sizes = { connections: 6, inFlight: 10, ratePerSecond: 300, seconds: 1, burstSeconds: 1 }
    const measured = await measureStores({ ...ground(), ...sizes })
    for (const store of hasInfluxd ? ['DuckDB', 'InfluxDB'] : ['DuckDB'])
      expectPositive(
        measured,
        `${store}: acknowledged and stored`,
        `${store}: stored, as fast as it goes`,
        `${store}: CPU of ingest, as fast as it goes`,
      )
    expect(measured.wrong).toBe(0)
    expect(measured.notes[0]).toMatch(/[1-9][\d,]* acknowledged, .* 0 lost, 0 doubled, 0 invented/)
    if (!hasInfluxd) expect(measured.notes).toContain(needsInfluxd)
  })

  it('the queries of stores', async () => {
    const sizes = { devices: 54, days: 1, stepMs: 300_000, times: 2 }
    const measured = await measureStoreQueries({ ...ground(), ...sizes })
    for (const store of hasInfluxd ? ['DuckDB', 'InfluxDB', 'InfluxDB, in InfluxQL'] : ['DuckDB'])
      expectPositive(measured, `${store}: a day of 5-minute sums by district`)
    expect(runsOf(measured, 'DuckDB: the last 100 readings of a device')).toHaveLength(2)
  })
})

describe('the report', () => {
  const measurement: Measurement = {
    title: 'sample',
    setting: 'as an example',
    figures: [
      { name: 'rate', unit: '1/s', runs: [40_000, 60_000, 48_000], target: { atLeast: 50_000 } },
      { name: 'delay', unit: 'ms', runs: [1.234], target: { below: 2 } },
      { name: 'size', unit: 'bytes', runs: [15] },
    ],
    notes: ['a note'],
    wrong: 0,
  }

  it('shows the median with its spread, and whether the target is reached', () => {
    const [title, setting, rate = '', delay = '', size = '', note] = measurementText(measurement).split('\n')
    expect([title, setting, note]).toEqual(['SAMPLE', 'as an example', '  a note'])
    expect(rate).toMatch(/^ {2}rate +48,000 {2}1\/s +\(40,000–60,000\) {2}target ≥ 50,000: MISSED$/)
    expect(delay).toMatch(/^ {2}delay +1\.23 {2}ms +target < 2: reached$/)
    expect(size).toMatch(/^ {2}size +15 {2}bytes$/)
  })

  it('is the same as JSON, with the machine', async () => {
    const machine = await describeMachine(temporaryFolder())
    expect(machine.cores).toBeGreaterThan(0)
    expect(machine.fsync.median).toBeGreaterThan(0)
    expect(machineText(machine)).toContain(process.version)
    const written = z
      .object({
        machine: z.object({ node: z.string() }),
        measurements: z.array(
          z.object({ figures: z.array(z.object({ median: z.number(), reached: z.boolean().optional() })) }),
        ),
      })
      .parse(JSON.parse(asJson(machine, [measurement])))
    expect(written.measurements[0]?.figures).toEqual([
      { median: 48_000, reached: false },
      { median: 1.234, reached: true },
      { median: 15 },
    ])
  })

  it('medians and quantiles', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(median([4, 1, 2, 3])).toBe(2.5)
    expect(median([])).toBeNaN()
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)
    expect([0, 0.5, 0.99, 1].map((share) => quantile(hundred, share))).toEqual([1, 50, 99, 100])
  })
})

describe('the command', () => {
  it('takes names and options, and says what is wrong with them', () => {
    expect(readOptions([])).toMatchObject({
      quick: false,
      names: expect.arrayContaining(['idle', 'queries']),
    })
    expect(readOptions(['latency', '--quick', '--seconds', '7'])).toMatchObject({
      ...{ names: ['latency'], quick: true, seconds: 7 },
    })
    expect(() => readOptions(['speed'])).toThrow(/throughput/)
    expect(() => readOptions(['--seconds', 'long'])).toThrow(/seconds/)
    expect(() => readOptions(['--fast'])).toThrow(/--fast/)
  })

  it('leaves nothing behind when it is broken off', { timeout: 60_000 }, async () => {
    const folder = temporaryFolder()
    const bench = spawn(process.execPath, ['tests/bench/main.ts', 'throughput', '--seconds', '60'], {
      ...{ cwd: root, stdio: 'ignore' },
      env: { ...process.env, TMPDIR: folder },
    })
    const ended = once(bench, 'exit')
    await expect.poll(() => processesOn(folder).length, { timeout: 30_000 }).toBeGreaterThanOrEqual(3)
    bench.kill('SIGINT')
    expect(await ended).toEqual([130, null])
    await expect.poll(() => processesOn(folder)).toEqual([])
    expect(readdirSync(folder)).toEqual([])
  })
})

/** The processes that were started with this folder for temporary files. */
function processesOn(folder: string): string[] {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false
    try {
      return readFileSync(`/proc/${name}/environ`, 'utf8').split('\0').includes(`TMPDIR=${folder}`)
    } catch {
      // It has ended meanwhile, or is another user's.
      return false
    }
  })
}
