/**
 * What the DuckDB driver must survive: kill -9 at any moment, a file that another process holds, a disk that is
 * full, and DuckDB closing itself.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { KindName } from '../model/kinds.ts'
import { day } from '../model/time.ts'
import { createDuckDbTelemetry } from '../stores/telemetry/duckdb.ts'
import type { Telemetry } from '../stores/telemetry/port.ts'
import { temporaryFile } from './support/telemetry-files.ts'
import {
  appendMessage,
  batchOf,
  batchSize,
  historyBegin,
  processMessage,
} from './support/telemetry-process.ts'

const script = fileURLToPath(new URL('support/telemetry-process.ts', import.meta.url))

function open(file: string, lockTimeoutMs = 10_000): Telemetry {
  const telemetry = createDuckDbTelemetry({ file, retentionDays: 30, rollupRetentionDays: 60, lockTimeoutMs })
  onTestFinished(() => telemetry.stop())
  return telemetry
}

/** A process that owns the store; `limitBlocks`: no file of it may grow beyond so many blocks of 512 bytes. */
async function startOwner(file: string, limitBlocks?: number) {
  const limit = limitBlocks === undefined ? '' : `trap '' XFSZ; ulimit -f ${limitBlocks};`
  const command = `${limit} exec "${process.execPath}" "${script}" "${file}"`
  const child: ChildProcess = spawn('/bin/sh', ['-c', command], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  })
  const ended = once(child, 'exit')
  let position = 0
  const waiting = new Set<() => void>()
  let failure: string | undefined
  let ready = false
  child.on('message', (message) => {
    const told = processMessage.parse(message)
    if (told.type === 'ready') ready = true
    if (told.type === 'position') position = told.position
    if (told.type === 'failed') failure = told.message
    for (const look of waiting) look()
  })
  const until = (reached: () => boolean) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!reached()) return
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      child.once('exit', () => reject(new Error('the owner of the store ended')))
      look()
    })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  await until(() => ready)
  return {
    pid: child.pid ?? 0,
    position: () => position,
    append() {
      failure = undefined
      child.send(appendMessage.parse({ type: 'append' }))
    },
    reached: (wanted: number) => until(() => position >= wanted),
    async failed() {
      await until(() => failure !== undefined)
      return failure
    },
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** Position and rows agree, in the readings and in the figures over roll-ups. */
async function expectWhole(telemetry: Telemetry, atLeast: number): Promise<number> {
  const position = await telemetry.position()
  expect(position).toBeGreaterThanOrEqual(atLeast)
  let readings = 0
  for (let each = 1; each <= position; each++) readings += batchSize(each)
  expect((await telemetry.stats()).readings).toBe(readings)
  const fields: readonly [KindName, string][] = [
    ['camera', 'fps'],
    ['traffic_counter', 'intensity'],
    ['street_sensor', 'temperature'],
  ]
  let counted = 0
  for (const [kind, field] of fields) {
    const { source, series } = await telemetry.series({
      kind,
      field,
      aggregate: 'sum',
      window: 300_000,
      offset: 0,
      from: historyBegin - day,
      to: historyBegin + 400 * day,
      maxPoints: 1_000_000,
    })
    if (position > 20) expect(source).toBe('5m')
    for (const { value } of series.flatMap(({ points }) => points)) counted += value
  }
  expect(counted).toBe(readings)
  return position
}

describe('DuckDB telemetry', () => {
  it('loses nothing that was committed when it is killed at any moment', { timeout: 60_000 }, async () => {
    const file = temporaryFile()
    let told = 0
    for (let cycle = 0; cycle < 6; cycle++) {
      const owner = await startOwner(file)
      owner.append()
      await owner.reached(told + 5 + Math.floor(Math.random() * 30))
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 30))
      await owner.kill()
      const telemetry = open(file)
      await telemetry.start()
      told = await expectWhole(telemetry, owner.position())
      await telemetry.stop()
    }
    expect(told).toBeGreaterThan(20)
  })

  it('waits for its predecessor to let go of the file', async () => {
    const file = temporaryFile()
    const owner = await startOwner(file)
    const telemetry = open(file)
    const started = telemetry.start()
    await owner.kill()
    await started
    expect(await telemetry.position()).toBe(0)
  })

  it('names the process that holds the file, after a while', async () => {
    const file = temporaryFile()
    const owner = await startOwner(file)
    const telemetry = open(file, 300)
    await expect(telemetry.start()).rejects.toMatchObject({
      code: 'store-unavailable',
      message: expect.stringContaining(`PID ${owner.pid}`),
      remedy: expect.stringContaining('Stop the process'),
    })
  })

  it('refuses a file that is none of its own', async () => {
    const telemetry = open(script)
    await expect(telemetry.start()).rejects.toMatchObject({
      code: 'store-unavailable',
      message: expect.stringContaining(script),
    })
  })

  it.skipIf(process.platform === 'win32')(
    'stores nothing of a batch that the disk has no room for',
    async () => {
      const file = temporaryFile()
      const owner = await startOwner(file, 1000)
      owner.append()
      expect(await owner.failed()).toContain('File too large')
      const position = owner.position()
      // It is tried again, and fails again, with the position where it was.
      owner.append()
      expect(await owner.failed()).toContain('File too large')
      expect(owner.position()).toBe(position)
      await owner.kill()
      const telemetry = open(file)
      await telemetry.start()
      expect(await expectWhole(telemetry, position)).toBe(position)
      await telemetry.append(batchOf(position + 1), position + 1)
      await expectWhole(telemetry, position + 1)
    },
  )
})
