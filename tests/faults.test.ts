/**
 * Faults on the real process: killed, cut off from its disk, held up. Whatever happens, every acknowledged
 * reading is there exactly once afterwards. `npm run torture` goes on with this for as long as one likes.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { startLoad } from './bench/generator.ts'
import {
  figuresOf,
  freePort,
  type RunningLantern,
  seedDevices,
  startLantern,
  stored,
} from './support/lantern.ts'
import { reckon } from './support/reckoning.ts'
import { temporaryFolder } from './support/temporary.ts'
import { killCycles } from './torture/kill-cycles.ts'

const none = { lost: 0, doubled: 0, invented: 0 }
let lantern: RunningLantern | undefined
afterEach(async () => {
  await lantern?.kill().catch(() => undefined)
  lantern = undefined
})

describe('faults', { timeout: 180_000 }, () => {
  it('kill -9 of everything at random moments under load', async () => {
    const result = await killCycles({
      dataDir: temporaryFolder(),
      cycles: 4,
      ratePerSecond: 4000,
      log: () => undefined,
    })
    expect(result.kills).toBe(4)
    expect(result.reckoning.acknowledged).toBeGreaterThan(1000)
    expect(result.reckoning).toMatchObject(none)
  })

  it('kill -9 of ingest alone: acknowledging goes on, and nothing is missing', async () => {
    const dataDir = temporaryFolder()
    const devices = await seedDevices(dataDir, 12)
    lantern = await startLantern({ dataDir })
    const load = startLoad({ port: lantern.mqttPort, devices, ratePerSecond: 3000, seconds: 6 })
    for (let kills = 0; kills < 3; kills++) {
      await sleep(1500)
      for (const pid of lantern.children()) process.kill(pid, 'SIGKILL')
    }
    const result = await load.done
    expect(result.connections.lost).toBe(0)
    await stored(lantern.httpUrl)
    expect((await figuresOf(lantern.httpUrl, 'ingest')).restarts).toBe(3)
    expect(await lantern.stop()).toBe(0)
    expect(await reckon(dataDir, devices, result)).toMatchObject({
      acknowledged: result.acknowledged,
      ...none,
    })
  })

  it('the journal at its limit: nothing is acknowledged, it is said, and it goes on by itself', async () => {
    const dataDir = temporaryFolder()
    const devices = await seedDevices(dataDir, 12)
    lantern = await startLantern({ dataDir, env: { LANTERN_JOURNAL_LIMIT_MB: '16' } })
    const [ingest = 0] = lantern.children()
    process.kill(ingest, 'SIGSTOP')
    const load = startLoad({ port: lantern.mqttPort, devices, messages: 150_000, patienceSeconds: 60 })
    const { httpUrl, log } = lantern
    await expect.poll(async () => (await figuresOf(httpUrl, 'journal')).ok, { timeout: 60_000 }).toBe(0)
    expect(log.some((line) => line.level >= 50 && line.msg.includes('the journal takes nothing now'))).toBe(
      true,
    )
    const { bytes = 0 } = await figuresOf(httpUrl, 'journal')
    await expect.poll(async () => (await figuresOf(httpUrl, 'ingest')).ok, { timeout: 20_000 }).toBe(0)
    expect((await figuresOf(httpUrl, 'journal')).bytes).toBe(bytes)
    expect(bytes).toBeLessThanOrEqual(16 * 2 ** 20)
    process.kill(ingest, 'SIGCONT')
    const result = await load.done
    expect(result.acknowledged).toBe(150_000)
    await stored(httpUrl)
    expect((await figuresOf(httpUrl, 'journal')).ok).toBe(1)
    await lantern.stop()
    expect(await reckon(dataDir, devices, result)).toMatchObject({ acknowledged: 150_000, ...none })
  })

  it.skipIf(process.getuid?.() !== 0)('a full disk (needs root, to mount a small one)', async () => {
    const dataDir = join(temporaryFolder(), 'small')
    mkdirSync(dataDir)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', dataDir])
    try {
      const devices = await seedDevices(dataDir, 12)
      lantern = await startLantern({ dataDir })
      const { httpUrl } = lantern
      const load = startLoad({
        port: lantern.mqttPort,
        devices,
        ratePerSecond: 4000,
        messages: 40_000,
        patienceSeconds: 60,
      })
      await sleep(2000)
      const ballast = join(dataDir, 'ballast')
      expect(() => writeFileSync(ballast, Buffer.alloc(64 << 20))).toThrow(/ENOSPC/)
      await expect.poll(async () => (await figuresOf(httpUrl, 'journal')).ok, { timeout: 30_000 }).toBe(0)
      await sleep(1000)
      rmSync(ballast)
      const result = await load.done
      expect(result.acknowledged).toBe(40_000)
      await stored(httpUrl, 90_000)
      expect(await lantern.stop()).toBe(0)
      lantern = undefined
      expect(await reckon(dataDir, devices, result)).toMatchObject({ acknowledged: 40_000, ...none })
    } finally {
      await lantern?.kill().catch(() => undefined)
      execFileSync('umount', [dataDir])
    }
  })

  it('a clean stop under load loses nothing, and a second Lantern on the same folder is refused', async () => {
    const dataDir = temporaryFolder()
    const devices = await seedDevices(dataDir, 12)
    const mqttPort = await freePort()
    lantern = await startLantern({ dataDir, mqttPort })
    await expect(startLantern({ dataDir })).rejects.toThrow(/in use by process/)
    const load = startLoad({ port: mqttPort, devices, ratePerSecond: 3000, seconds: 5, patienceSeconds: 60 })
    await sleep(2000)
    expect(await lantern.stop()).toBe(0)
    lantern = await startLantern({ dataDir, mqttPort })
    const result = await load.done
    await stored(lantern.httpUrl)
    await lantern.stop()
    expect(await reckon(dataDir, devices, result)).toMatchObject({
      acknowledged: result.acknowledged,
      ...none,
    })
  })
})
