/**
 * Faults between the real process and a real InfluxDB: killed, away, answering nonsense, emptied. Whatever happens, every
 * acknowledged reading is there exactly once afterwards, and Lantern goes on by itself.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createInfluxTelemetry } from '../stores/telemetry/influx.ts'
import { type LoadResult, startLoad } from './bench/generator.ts'
import { type Fault, type FaultyProxy, startFaultyProxy } from './support/faulty-proxy.ts'
import { hasInfluxd, type Influxd, needsInfluxd, startInfluxd } from './support/influxd.ts'
import { figuresOf, type RunningLantern, seedDevices, startLantern, stored } from './support/lantern.ts'
import { reckon } from './support/reckoning.ts'
import type { SignedUp } from './support/small-city.ts'
import { temporaryFolder } from './support/temporary.ts'

const none = { lost: 0, doubled: 0, invented: 0 }

describe.skipIf(!hasInfluxd)(`faults of InfluxDB (${needsInfluxd})`, { timeout: 180_000 }, () => {
  let influxd: Influxd
  let proxy: FaultyProxy
  let lantern: RunningLantern | undefined
  let dataDir: string
  let devices: SignedUp[]

  beforeEach(async () => {
    influxd = await startInfluxd()
    proxy = await startFaultyProxy(influxd)
    dataDir = temporaryFolder()
    devices = await seedDevices(dataDir, 12)
  })
  afterEach(async () => {
    await lantern?.kill().catch(() => undefined)
    lantern = undefined
    await proxy.stop()
    await influxd.remove()
  })

  async function start(url = influxd.url): Promise<RunningLantern> {
    lantern = await startLantern({
      dataDir,
      env: { LANTERN_TELEMETRY: 'influxdb', LANTERN_INFLUX_URL: url },
    })
    return lantern
  }

  /** Waits until all is stored, stops, and counts. */
  async function reckonUp(running: RunningLantern, load: LoadResult) {
    expect(load.acknowledged).toBeGreaterThan(1000)
    await stored(running.httpUrl, 90_000)
    expect(await running.stop()).toBe(0)
    lantern = undefined
    const store = createInfluxTelemetry({
      url: influxd.url,
      bucket: 'lantern',
      retentionDays: 30,
      rollupRetentionDays: 730,
      queryTimeoutMs: 60_000,
    })
    return reckon(dataDir, devices, load, store)
  }

  /** How often each change of state was said. */
  const said = ({ log }: RunningLantern) => ({
    refused: log.filter(({ msg }) => msg.startsWith('a store refused')).length,
    again: log.filter(({ msg }) => msg.startsWith('the store takes readings again')).length,
  })

  it('killed and begun again under load: nothing is missing, and ingest is not restarted', async () => {
    const running = await start()
    const load = startLoad({ port: running.mqttPort, devices, ratePerSecond: 3000, seconds: 8 })
    for (let kills = 0; kills < 3; kills++) {
      await sleep(1500)
      await influxd.kill()
      await sleep(300)
      await influxd.start()
    }
    const result = await load.done
    expect(result.connections.lost).toBe(0)
    await stored(running.httpUrl, 90_000)
    expect((await figuresOf(running.httpUrl, 'ingest')).restarts).toBe(0)
    expect(await reckonUp(running, result)).toMatchObject({ acknowledged: result.acknowledged, ...none })
  })

  it('away for 20 s while readings pour in: it is said once, shown, and over by itself', async () => {
    const running = await start()
    const load = startLoad({ port: running.mqttPort, devices, ratePerSecond: 2000, seconds: 22 })
    await sleep(1000)
    await influxd.kill()
    await expect
      .poll(async () => (await figuresOf(running.httpUrl, 'telemetry')).ok, { timeout: 15_000 })
      .toBe(0)
    await sleep(20_000)
    expect(said(running)).toEqual({ refused: 1, again: 0 })
    expect((await figuresOf(running.httpUrl, 'telemetry')).ok).toBe(0)
    await influxd.start()
    const result = await load.done
    await stored(running.httpUrl, 90_000)
    expect(said(running)).toEqual({ refused: 1, again: 1 })
    expect((await figuresOf(running.httpUrl, 'telemetry')).ok).toBe(1)
    expect((await figuresOf(running.httpUrl, 'ingest')).restarts).toBe(0)
    expect(await reckonUp(running, result)).toMatchObject({ acknowledged: result.acknowledged, ...none })
  })

  it('away when Lantern starts: readings are acknowledged and stored when it comes', async () => {
    await influxd.kill()
    const running = await start()
    const load = startLoad({ port: running.mqttPort, devices, messages: 3000 })
    const result = await load.done
    expect(result.acknowledged).toBe(3000)
    expect((await figuresOf(running.httpUrl, 'telemetry')).ok).toBe(0)
    await influxd.start()
    expect(await reckonUp(running, result)).toMatchObject({ acknowledged: 3000, ...none })
  })

  it('away when Lantern stops: it ends cleanly, and the next start stores what is left', async () => {
    const first = await start()
    const load = startLoad({ port: first.mqttPort, devices, messages: 20_000 })
    await sleep(300)
    await influxd.kill()
    const result = await load.done
    await expect.poll(() => said(first).refused, { timeout: 15_000 }).toBe(1)
    expect(await first.stop()).toBe(0)
    expect(first.log.filter(({ level }) => level >= 60)).toEqual([])
    await influxd.start()
    const second = await start()
    expect(await reckonUp(second, result)).toMatchObject({ acknowledged: 20_000, ...none })
  })

  it('answers 401, 404, 429, 500 and 503, half answers and none: nothing is missing or doubled', async () => {
    const running = await start(proxy.url)
    const faults: Fault[] = [401, 500, 'no answer', 429, 'half an answer', 'nothing sent', 404, 503]
    proxy.spoil(faults)
    const load = startLoad({ port: running.mqttPort, devices, ratePerSecond: 2000, seconds: 12 })
    const result = await load.done
    await expect.poll(() => proxy.spoilt().size, { timeout: 60_000 }).toBe(faults.length)
    proxy.spoil([])
    expect(await reckonUp(running, result)).toMatchObject({ acknowledged: result.acknowledged, ...none })
  })

  it('kill -9 of ingest under load: what is repeated changes nothing', async () => {
    const running = await start()
    const load = startLoad({ port: running.mqttPort, devices, ratePerSecond: 3000, seconds: 6 })
    for (let kills = 0; kills < 3; kills++) {
      await sleep(1500)
      for (const pid of running.children()) process.kill(pid, 'SIGKILL')
    }
    const result = await load.done
    expect(await reckonUp(running, result)).toMatchObject({ acknowledged: result.acknowledged, ...none })
  })

  it('the database dropped: it is made again, and what is acknowledged from then on is there once', async () => {
    const running = await start()
    await influxd.query('DROP DATABASE lantern')
    const load = startLoad({ port: running.mqttPort, devices, ratePerSecond: 2000, seconds: 4 })
    const result = await load.done
    await stored(running.httpUrl, 90_000)
    expect(said(running)).toEqual({ refused: 1, again: 1 })
    expect((await figuresOf(running.httpUrl, 'ingest')).restarts).toBe(0)
    expect(await reckonUp(running, result)).toMatchObject({ acknowledged: result.acknowledged, ...none })
  })
})
