/**
 * The simulator as a program against the running Lantern: what it prints is what the store has, a repetition
 * changes nothing, and the adopted fleet leaves when its parent does.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { second } from '../model/time.ts'
import { createApi } from '../simulators/api.ts'
import {
  adminKeyOf,
  figuresOf,
  type RunningLantern,
  seedDevices,
  startLantern,
  stored,
} from './support/lantern.ts'
import { temporaryFolder } from './support/temporary.ts'

const entry = fileURLToPath(new URL('../simulators/main.ts', import.meta.url))

interface Run {
  readonly child: ChildProcess
  readonly ended: Promise<{ code: number | null; said: string }>
}

/** Runs it from a shell, or as the child of a parent with a channel to it. */
function simulate(as: 'tool' | 'child', ...args: string[]): Run {
  const stdio =
    as === 'child' ? (['ignore', 'pipe', 'pipe', 'ipc'] as const) : (['ignore', 'pipe', 'pipe'] as const)
  const child = spawn(process.execPath, [entry, ...args], { stdio: [...stdio] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (said += text))
  // Not `close`: after a disconnect it does not come.
  const ended = new Promise<{ code: number | null; said: string }>((resolve) =>
    child.once('exit', (code) => setImmediate(() => resolve({ code, said }))),
  )
  return { child, ended }
}

describe('against the running Lantern', { timeout: 120 * second }, () => {
  const dataDir = temporaryFolder()
  let lantern: RunningLantern
  let there: string[]
  let key: string

  beforeAll(async () => {
    await seedDevices(dataDir, 3)
    lantern = await startLantern({ dataDir })
    key = adminKeyOf(dataDir)
    there = [
      '--url',
      lantern.httpUrl,
      '--mqtt',
      `mqtt://127.0.0.1:${lantern.mqttPort}`,
      '--key-file',
      join(dataDir, 'admin.key'),
    ]
  }, 90 * second)
  afterAll(() => lantern.stop())

  const page = z.object({ items: z.array(z.looseObject({ id: z.string() })) })
  async function ask(path: string): Promise<z.output<typeof page>['items']> {
    const headers = { authorization: `Bearer ${key}` }
    const response = await fetch(`${lantern.httpUrl}${path}`, { headers, signal: AbortSignal.timeout(5000) })
    return page.parse(await response.json()).items
  }
  const figure = (text: string, name: string) =>
    Number(new RegExp(`^ +${name} +([\\d,]+)`, 'm').exec(text)?.[1]?.replaceAll(',', ''))

  test('history and live readings arrive, all that it says were acknowledged, and a repetition adds none', async () => {
    const fleet = [...there, '--devices', '30', '--seed', 'run']
    const first = await simulate('tool', ...fleet, '--backfill', '2h', '--duration', '5s').ended
    expect(first.code, first.said).toBe(0)
    await stored(lantern.httpUrl)
    const devices = (await ask('/v1/devices?simulated=true&limit=1000')).map(({ id }) => id)
    expect(devices.filter((id) => id.startsWith('sim-run-'))).toHaveLength(30)
    const after = await figuresOf(lantern.httpUrl, 'ingest')
    expect(after.readingsStored).toBe(figure(first.said, 'acknowledged'))
    expect(after.readingsStored).toBeGreaterThan(30 * 100)
    expect(await rejections()).toEqual([])

    const again = await simulate('tool', ...fleet, '--backfill', '1h', '--duration', '0').ended
    expect(again.code, again.said).toBe(0)
    await stored(lantern.httpUrl)
    const then = await figuresOf(lantern.httpUrl, 'ingest')
    const added = (then.readingsStored ?? 0) - (after.readingsStored ?? 0)
    // What the clock has made due since is new; all the rest was there.
    expect((then.duplicates ?? 0) + added).toBe(figure(again.said, 'acknowledged'))
    expect(then.duplicates).toBeGreaterThan(added)
  })

  async function rejections(): Promise<unknown[]> {
    const headers = { authorization: `Bearer ${key}` }
    const response = await fetch(`${lantern.httpUrl}/v1/rejections`, {
      headers,
      signal: AbortSignal.timeout(5000),
    })
    return z.object({ items: z.array(z.unknown()) }).parse(await response.json()).items
  }

  test('an adopted fleet connects what the registry has as simulated, and leaves with its parent', async () => {
    const { child, ended } = simulate('child', ...there, '--adopt', '--seed', 'run')
    const deadline = Date.now() + 30 * second
    const connections = async () => (await figuresOf(lantern.httpUrl, 'broker')).connectedClients ?? 0
    while ((await connections()) < 25 && Date.now() < deadline) await new Promise((go) => setTimeout(go, 100))
    expect(await connections()).toBeGreaterThanOrEqual(25)
    child.disconnect()
    const { code, said } = await ended
    expect(code, said).toBe(0)
    expect(await connections()).toBe(0)
  })

  test('SIGTERM and the parent’s word end it cleanly, too', async () => {
    for (const end of [
      (child: ChildProcess) => child.kill('SIGTERM'),
      (child: ChildProcess) => child.send({ type: 'stop' }),
    ]) {
      const { child, ended } = simulate('child', ...there, '--adopt', '--seed', 'run')
      const deadline = Date.now() + 30 * second
      while (
        ((await figuresOf(lantern.httpUrl, 'broker')).connectedClients ?? 0) < 5 &&
        Date.now() < deadline
      )
        await new Promise((go) => setTimeout(go, 100))
      end(child)
      const { code, said } = await ended
      expect(code, said).toBe(0)
    }
  })

  test('a key that is not known, and none, are said so', async () => {
    const [url = '', at = ''] = there
    const wrong = await simulate('tool', url, at, '--key', `lk_${'0'.repeat(12)}_${'x'.repeat(43)}`).ended
    expect(wrong.code).toBe(2)
    expect(wrong.said).toContain('/v1/devices answered 401')
    const none = await simulate('tool', url, at, '--key-file', join(dataDir, 'no.key')).ended
    expect(none.code).toBe(2)
    expect(none.said).toContain('no.key')
  })
})

describe('an API that is not ready', () => {
  const page = JSON.stringify({ items: [{ code: '74', parent: null, name: 'x' }], next: null })
  const signal = new AbortController().signal
  let server: Server | undefined
  const listen = (port: number, answer: () => [number, string]) =>
    new Promise<number>((resolve) => {
      server = createServer((_request, response) => {
        const [status, body] = answer()
        response.writeHead(status, { 'content-type': 'application/json' }).end(body)
      }).listen(port, '127.0.0.1', () =>
        resolve(z.object({ port: z.number() }).parse(server?.address()).port),
      )
    })
  const close = () => new Promise((resolve) => server?.close(resolve))

  test('is waited for, through refused connections and 503', async () => {
    const port = await listen(0, () => [200, page])
    await close()
    const api = createApi({ url: `http://127.0.0.1:${port}`, key: undefined, signal })
    const areas = api.areas()
    await new Promise((go) => setTimeout(go, 300))
    let asked = 0
    await listen(port, () => (++asked === 1 ? [503, '{}'] : [200, page]))
    expect(await areas).toEqual([{ code: '74', parent: null }])
    expect(asked).toBe(2)
    await close()
  })

  test('is not waited for without end, nor when it says no', async () => {
    const port = await listen(0, () => [
      403,
      JSON.stringify({ detail: 'role too low', remedy: 'Take another key.' }),
    ])
    const api = createApi({ url: `http://127.0.0.1:${port}`, key: undefined, signal, patience: 500 })
    await expect(api.areas()).rejects.toThrow('/v1/areas answered 403: role too low Take another key.')
    await close()
    await expect(api.areas()).rejects.toThrow('ECONNREFUSED')
  })
})
