/**
 * Faults between the real process and a real InfluxDB: killed, away, answering nonsense, emptied. Whatever happens, every
 * acknowledged reading is there exactly once afterwards, and Lantern goes on by itself.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { startLoad } from './bench/generator.ts'
import type { Fault } from './support/faulty-proxy.ts'
import { influxVersion, none, said, useInfluxFaults } from './support/influx-faults.ts'
import { hasInfluxd, needsInfluxd } from './support/influxd.ts'
import { figuresOf, stored } from './support/lantern.ts'

describe.skipIf(!hasInfluxd)(
  `faults of InfluxDB ${influxVersion} (${needsInfluxd})`,
  { timeout: 180_000 },
  () => {
    const rig = useInfluxFaults()

    it('killed and begun again under load: nothing is missing, and ingest is not restarted', async () => {
      const running = await rig.start()
      const load = startLoad({
        port: running.mqttPort,
        devices: rig.devices,
        ratePerSecond: 3000,
        seconds: 8,
      })
      for (let kills = 0; kills < 3; kills++) {
        await sleep(1500)
        await rig.server.kill()
        await sleep(300)
        await rig.server.start()
      }
      const result = await load.done
      expect(result.connections.lost).toBe(0)
      await stored(running.httpUrl, 90_000)
      expect((await figuresOf(running.httpUrl, 'ingest')).restarts).toBe(0)
      expect(await rig.reckonUp(running, result)).toMatchObject({
        acknowledged: result.acknowledged,
        ...none,
      })
    })

    it('away when Lantern starts: readings are acknowledged and stored when it comes', async () => {
      await rig.server.kill()
      const running = await rig.start()
      const load = startLoad({ port: running.mqttPort, devices: rig.devices, messages: 3000 })
      const result = await load.done
      expect(result.acknowledged).toBe(3000)
      expect((await figuresOf(running.httpUrl, 'telemetry')).ok).toBe(0)
      await rig.server.start()
      expect(await rig.reckonUp(running, result)).toMatchObject({ acknowledged: 3000, ...none })
    })

    it('away when Lantern stops: it ends cleanly, and the next start stores what is left', async () => {
      const first = await rig.start()
      const load = startLoad({ port: first.mqttPort, devices: rig.devices, messages: 20_000 })
      await sleep(300)
      await rig.server.kill()
      const result = await load.done
      await expect.poll(() => said(first).refused, { timeout: 15_000 }).toBe(1)
      expect(await first.stop()).toBe(0)
      expect(first.log.filter(({ level }) => level >= 60)).toEqual([])
      await rig.server.start()
      const second = await rig.start()
      expect(await rig.reckonUp(second, result)).toMatchObject({ acknowledged: 20_000, ...none })
    })

    it('answers 401, 404, 429, 500 and 503, half answers and none: nothing is missing or doubled', async () => {
      const running = await rig.start(rig.proxy.url)
      const faults: Fault[] = [401, 500, 'no answer', 429, 'half an answer', 'nothing sent', 404, 503]
      rig.proxy.spoil(faults)
      const load = startLoad({
        port: running.mqttPort,
        devices: rig.devices,
        ratePerSecond: 2000,
        seconds: 12,
      })
      const result = await load.done
      await expect.poll(() => rig.proxy.spoilt().size, { timeout: 60_000 }).toBe(faults.length)
      rig.proxy.spoil([])
      expect(await rig.reckonUp(running, result)).toMatchObject({
        acknowledged: result.acknowledged,
        ...none,
      })
    })

    it('kill -9 of ingest under load: what is repeated changes nothing', async () => {
      const running = await rig.start()
      const load = startLoad({
        port: running.mqttPort,
        devices: rig.devices,
        ratePerSecond: 3000,
        seconds: 6,
      })
      for (let kills = 0; kills < 3; kills++) {
        await sleep(1500)
        for (const pid of running.children()) process.kill(pid, 'SIGKILL')
      }
      const result = await load.done
      expect(await rig.reckonUp(running, result)).toMatchObject({
        acknowledged: result.acknowledged,
        ...none,
      })
    })

    it('the database dropped: it is made again, and what is acknowledged from then on is there once', async () => {
      const running = await rig.start()
      await rig.server.drop()
      const load = startLoad({
        port: running.mqttPort,
        devices: rig.devices,
        ratePerSecond: 2000,
        seconds: 4,
      })
      const result = await load.done
      await stored(running.httpUrl, 90_000)
      expect(said(running)).toEqual({ refused: 1, again: 1 })
      expect((await figuresOf(running.httpUrl, 'ingest')).restarts).toBe(0)
      expect(await rig.reckonUp(running, result)).toMatchObject({
        acknowledged: result.acknowledged,
        ...none,
      })
    })
  },
)
