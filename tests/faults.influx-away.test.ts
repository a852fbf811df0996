/**
 * InfluxDB away for a minute under load. In a file of its own, so that it runs beside the other faults: it lasts longer
 * than most test files, because a minute is what it is about.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { startLoad } from './bench/generator.ts'
import { influxVersion, none, said, useInfluxFaults } from './support/influx-faults.ts'
import { hasInfluxd, needsInfluxd } from './support/influxd.ts'
import { figuresOf, stored } from './support/lantern.ts'

describe.skipIf(!hasInfluxd)(`InfluxDB ${influxVersion} away (${needsInfluxd})`, { timeout: 240_000 }, () => {
  const rig = useInfluxFaults()

  it('away for a minute while readings pour in: it is said once, shown, and over by itself', async () => {
    const running = await rig.start()
    const load = startLoad({ port: running.mqttPort, devices: rig.devices, ratePerSecond: 2000, seconds: 64 })
    await sleep(1000)
    await rig.server.kill()
    await expect
      .poll(async () => (await figuresOf(running.httpUrl, 'telemetry')).ok, { timeout: 15_000 })
      .toBe(0)
    await sleep(60_000)
    expect(said(running)).toEqual({ refused: 1, again: 0 })
    const { ok, failures = 0, awayMs = 0 } = await figuresOf(running.httpUrl, 'telemetry')
    expect(ok).toBe(0)
    expect(failures).toBeGreaterThan(3)
    expect(awayMs).toBeGreaterThan(55_000)
    const metrics = await (await fetch(`${running.httpUrl}/metrics`)).text()
    expect(metrics).toContain('lantern_component_ok{component="telemetry"} 0')
    expect(Number(/^lantern_telemetry_away_seconds (\S+)$/m.exec(metrics)?.[1])).toBeGreaterThan(55)
    await rig.server.start()
    const result = await load.done
    await stored(running.httpUrl, 90_000)
    expect(said(running)).toEqual({ refused: 1, again: 1 })
    expect(await figuresOf(running.httpUrl, 'telemetry')).toMatchObject({ ok: 1, awayMs: 0 })
    expect((await figuresOf(running.httpUrl, 'ingest')).restarts).toBe(0)
    expect(await rig.reckonUp(running, result)).toMatchObject({ acknowledged: result.acknowledged, ...none })
  })
})
