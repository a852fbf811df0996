/**
 * Load on a Lantern that is killed (kill -9 of the whole process group) at random moments and begun again,
 * over and over; at the end every acknowledged reading is counted. Used by faults.test.ts and `npm run torture`.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { startLoad } from '../bench/generator.ts'
import { freePort, seedDevices, startLantern, stored } from '../support/lantern.ts'
import { type Reckoning, reckon } from '../support/reckoning.ts'

export async function killCycles(options: {
  dataDir: string
  cycles: number
  /** Readings a second, of all devices together. */
  ratePerSecond: number
  log(line: string): void
}): Promise<{ kills: number; resent: number; reckoning: Reckoning }> {
  const { dataDir, cycles, ratePerSecond, log } = options
  const devices = await seedDevices(dataDir, 30)
  const mqttPort = await freePort()
  let lantern = await startLantern({ dataDir, mqttPort })
  const load = startLoad({ port: mqttPort, devices, ratePerSecond, seconds: 24 * 3600, patienceSeconds: 120 })
  let kills = 0
  try {
    while (kills < cycles) {
      await sleep(200 + Math.random() * 1800)
      await lantern.kill()
      kills++
      log(`kill ${kills} of ${cycles}`)
      lantern = await startLantern({ dataDir, mqttPort })
    }
    await sleep(500)
    load.stop()
    const result = await load.done
    await stored(lantern.httpUrl)
    await lantern.stop()
    return { kills, resent: result.resent, reckoning: await reckon(dataDir, devices, result) }
  } finally {
    load.stop()
    await lantern.kill().catch(() => undefined)
  }
}
