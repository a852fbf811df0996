/**
 * Only the main process is killed, as the system does when memory runs out: ingest lives on for a moment beside
 * the next start on the same folder. Every acknowledged reading is there once, and every rejection is counted once.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { startLoad } from '../bench/generator.ts'
import {
  adminKeyOf,
  freePort,
  type RunningLantern,
  seedDevices,
  startLantern,
  stored,
} from '../support/lantern.ts'
import { reckon } from '../support/reckoning.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { asking, rejectionsOf } from './asking.ts'
import { publish } from './damage.ts'
import { signedIn } from './wire.ts'

const soon = { timeout: 15_000, interval: 200 }
let lantern: RunningLantern | undefined
afterEach(async () => {
  await lantern?.kill().catch(() => undefined)
})

describe('kill -9 of the main process alone', { timeout: 90_000 }, () => {
  it('under load, four times: nothing is lost, and nothing is counted twice', async () => {
    const dataDir = temporaryFolder()
    const devices = await seedDevices(dataDir, 31)
    const mqttPort = await freePort()
    const confused = devices.pop()
    if (!confused) throw new Error('no devices')
    lantern = await startLantern({ dataDir, mqttPort })
    const load = startLoad({
      port: mqttPort,
      devices,
      ratePerSecond: 3000,
      seconds: 3600,
      patienceSeconds: 60,
    })
    let rejected = 0
    for (let kills = 0; kills < 4; kills++) {
      const line = await signedIn(mqttPort, confused)
      for (let n = 0; n < 200 + 100 * kills; n++) {
        line.send(publish(`devices/${confused.id}/telemetry`, '{'))
        await line.next('puback')
        rejected++
      }
      const { pid } = lantern
      process.kill(pid, 'SIGKILL')
      // Sometimes at once, sometimes when the others have noticed.
      await sleep(100 * kills)
      lantern = await startLantern({ dataDir, mqttPort })
    }
    await sleep(500)
    load.stop()
    const result = await load.done
    const { httpUrl } = lantern
    await stored(httpUrl)
    const counted = async () =>
      (await rejectionsOf(asking(httpUrl, adminKeyOf(dataDir)))).map(({ device, reason, count }) => [
        device,
        reason,
        count,
      ])
    await expect.poll(counted, soon).toEqual([[confused.id, 'not-json', rejected]])
    expect(lantern.log.filter(({ level }) => level >= 50)).toEqual([])
    expect(await lantern.stop()).toBe(0)
    expect(result.acknowledged).toBeGreaterThan(3000)
    expect(await reckon(dataDir, devices, result)).toMatchObject({ lost: 0, doubled: 0, invented: 0 })
  })
})
