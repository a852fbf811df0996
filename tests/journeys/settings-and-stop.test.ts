/**
 * How Lantern starts and ends as a command: wrong settings and taken ports are named, signals end it cleanly
 * under load, what was acknowledged is there after the next start, and no secret stands in any output or file.
 */
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { startLoad } from '../bench/generator.ts'
import { adminKeyOf, freePort, seedDevices, stored } from '../support/lantern.ts'
import { connect } from '../support/mqtt.ts'
import { reckon } from '../support/reckoning.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { asking, register } from './asking.ts'
import { until } from './until.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const line = z.looseObject({
  level: z.number(),
  msg: z.string().min(1),
  time: z.iso.datetime(),
  name: z.string(),
})

interface Command {
  readonly pid: number
  /** Everything on stdout and on stderr so far. */
  out(): string
  err(): string
  /** Its exit code; null where a signal ended it. */
  readonly exited: Promise<number | null>
  isReady(): boolean
  urlOf(what: 'HTTP' | 'MQTT'): string
}

const running = new Set<number>()
afterEach(() => {
  for (const pid of running) process.kill(-pid, 'SIGKILL')
})

/** `node lantern.ts` with these settings and nothing else, on free ports unless they say otherwise. */
function run(settings: Record<string, string>): Command {
  const child = spawn(process.execPath, ['lantern.ts'], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      LANTERN_MQTT_PORT: '0',
      LANTERN_HTTP_PORT: '0',
      LANTERN_CITY: 'none',
      LANTERN_FLEET: 'off',
      ...settings,
    },
  })
  const pid = child.pid ?? 0
  let out = ''
  let err = ''
  child.stdout.on('data', (bytes) => {
    out += bytes
  })
  child.stderr.on('data', (bytes) => {
    err += bytes
  })
  running.add(pid)
  const exited = new Promise<number | null>((resolve) =>
    child.once('close', (code) => {
      running.delete(pid)
      resolve(code)
    }),
  )
  return {
    pid,
    out: () => out,
    err: () => err,
    exited,
    isReady: () => out.includes('Lantern is ready'),
    urlOf(what) {
      const found = linesOf(out).find(({ msg }) => msg === `${what} is open`)
      return z.object({ url: z.string() }).parse(found).url
    },
  }
}

/** Every line of a log, each of which must be JSON. */
function linesOf(out: string): z.output<typeof line>[] {
  return out
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => line.parse(JSON.parse(text)))
}

async function start(settings: Record<string, string>): Promise<Command> {
  const command = run(settings)
  let ended = false
  void command.exited.then(() => {
    ended = true
  })
  await until('it is ready', () => command.isReady() || ended, 60_000)
  expect(command.err()).toBe('')
  return command
}

function filesIn(folder: string): { path: string; mode: number }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) => {
    const path = join(entry.parentPath, entry.name)
    return { path, mode: statSync(path).mode & 0o777 }
  })
}

const wrong: Record<string, [value: string, expected: string]> = {
  LANTERN_MQTT_PORT: ['many', 'expected number'],
  LANTERN_HTTP_PORT: ['70000', '<=65535'],
  LANTERN_LOG_LEVEL: ['loud', '"fatal"|"error"|"warn"|"info"'],
  LANTERN_CITY: ['x', '"demo"|"none"'],
  LANTERN_FLEET: ['yes', '"on"|"off"'],
  LANTERN_GOAL_TARGET: ['70', '<=1'],
  LANTERN_GOAL_DEADLINE: ['soon', 'date'],
  LANTERN_TIME_ZONE: ['Hanoi', 'Asia/Ho_Chi_Minh'],
  LANTERN_JOURNAL_LIMIT_MB: ['1', '>=16'],
  LANTERN_RETENTION_DAYS: ['0', '>=1'],
  LANTERN_PORT: ['1883', 'is not a setting'],
}

describe('wrong settings', { timeout: 60_000 }, () => {
  it('each is named with what was expected, all at once, and nothing is made', async () => {
    const dataDir = join(temporaryFolder(), 'data')
    const settings = Object.entries(wrong).map(([name, [value]]) => [name, value])
    const command = run({ ...Object.fromEntries(settings), LANTERN_DATA_DIR: dataDir })
    expect(await command.exited).toBe(1)
    const [complaint = '', remedy = ''] = command.err().split('\n')
    const faults = complaint.replace('Lantern cannot start: ', '').split('; ')
    for (const [name, [, expected]] of Object.entries(wrong))
      expect(faults.find((fault) => fault.startsWith(`${name}: `))).toContain(expected)
    expect(faults).toHaveLength(settings.length)
    expect(remedy).toContain('README.md')
    expect(command.err()).not.toContain('    at ')
    expect(command.out()).toBe('')
    expect(() => statSync(dataDir)).toThrow(/ENOENT/)
  })
})

describe('what cannot be had', { timeout: 60_000 }, () => {
  it.each(['MQTT', 'HTTP'])(
    'a taken port for %s is named with its setting, and the folder is free again',
    async (what) => {
      const dataDir = temporaryFolder()
      const taken = createServer()
      const port = await new Promise<number>((resolve) => {
        taken.listen(0, '127.0.0.1', () =>
          resolve(z.object({ port: z.number() }).parse(taken.address()).port),
        )
      })
      const command = run({ LANTERN_DATA_DIR: dataDir, [`LANTERN_${what}_PORT`]: String(port) })
      expect(await command.exited).toBe(1)
      expect(command.err()).toContain(`127.0.0.1:${port}`)
      expect(command.err()).toContain(`LANTERN_${what}_PORT`)
      expect(command.err()).not.toContain('    at ')
      await new Promise((resolve) => taken.close(resolve))
      const second = await start({ LANTERN_DATA_DIR: dataDir, [`LANTERN_${what}_PORT`]: String(port) })
      process.kill(second.pid, 'SIGTERM')
      expect(await second.exited).toBe(0)
    },
  )

  it('a data folder that is a file', async () => {
    const file = join(temporaryFolder(), 'data')
    writeFileSync(file, '')
    const command = run({ LANTERN_DATA_DIR: file })
    expect(await command.exited).toBe(1)
    expect(command.err()).toContain(file)
    expect(command.err()).not.toContain('    at ')
  })
})

describe('the end', { timeout: 90_000 }, () => {
  it.each([
    // Ctrl-C goes to every process of the terminal, a service manager's signal to the first alone.
    ['Ctrl-C', 'SIGINT', -1],
    ['SIGTERM', 'SIGTERM', 1],
  ] as const)(
    'by %s, under load: exit code 0, and all that was acknowledged is there',
    async (_what, signal, sign) => {
      const dataDir = temporaryFolder()
      const devices = await seedDevices(dataDir, 12)
      const settings = { LANTERN_DATA_DIR: dataDir, LANTERN_MQTT_PORT: String(await freePort()) }
      const first = await start(settings)
      const port = Number(settings.LANTERN_MQTT_PORT)
      const load = startLoad({ port, devices, ratePerSecond: 3000, seconds: 4, patienceSeconds: 60 })
      await sleep(1500)
      process.kill(sign * first.pid, signal)
      expect(await first.exited).toBe(0)
      const second = await start(settings)
      const result = await load.done
      await stored(second.urlOf('HTTP'))
      // Pressed again by someone who is in a hurry, it ends all the same.
      process.kill(sign * second.pid, signal)
      process.kill(sign * second.pid, signal)
      expect(await second.exited).toBe(0)
      for (const { out, err } of [first, second]) {
        expect(linesOf(out()).filter(({ level }) => level >= 50)).toEqual([])
        expect(err()).toBe('')
      }
      expect(result.acknowledged).toBeGreaterThan(3000)
      expect(await reckon(dataDir, devices, result)).toMatchObject({ lost: 0, doubled: 0, invented: 0 })
    },
  )
})

describe('what is left behind', { timeout: 90_000 }, () => {
  it('a start of the demonstration city says what is where, in JSON, and only its owner may read it', async () => {
    const dataDir = join(temporaryFolder(), 'data')
    const settings = { LANTERN_DATA_DIR: dataDir, LANTERN_CITY: 'demo', LANTERN_FLEET: 'on' }
    const command = await start(settings)
    await sleep(3000)
    for (const { path, mode } of [
      ...filesIn(dataDir),
      { path: dataDir, mode: statSync(dataDir).mode & 0o777 },
    ])
      expect([path, (mode & 0o077).toString(8)]).toEqual([path, '0'])
    process.kill(-command.pid, 'SIGINT')
    expect(await command.exited).toBe(0)
    const lines = linesOf(command.out())
    expect(lines.filter(({ level }) => level >= 50)).toEqual([])
    expect(lines.map(({ msg }) => msg)).toEqual(
      expect.arrayContaining(['HTTP is open', 'MQTT is open', 'the data is here', 'Lantern is ready']),
    )
    expect(command.out()).toContain(join(dataDir, 'admin.key'))
    expect(command.err()).toBe('')
  })

  it('no secret in any output, at the most talkative level, nor in any file but admin.key', async () => {
    const dataDir = join(temporaryFolder(), 'data')
    await seedDevices(dataDir, 0)
    const command = await start({
      LANTERN_DATA_DIR: dataDir,
      LANTERN_LOG_LEVEL: 'trace',
      LANTERN_FLEET: 'on',
    })
    const [http, mqtt] = [command.urlOf('HTTP'), command.urlOf('MQTT')]
    const admin = asking(http, adminKeyOf(dataDir))
    const device = await register(admin, { id: 'cam', kind: 'camera', place: 'd1-a' })
    const key = z.object({ key: z.string() })
    const made = key.parse((await admin.ask('POST', '/v1/keys', { name: 'x', role: 'viewer' })).body).key
    const token = z.object({ token: z.string() })
    const rotated = token.parse((await admin.ask('POST', '/v1/devices/cam/token')).body).token
    const secrets = [adminKeyOf(dataDir), made, device.token, rotated].map((secret) => secret.slice(-43))
    const wrong = 'w'.repeat(43)
    await asking(http, `lk_000000000000_${wrong}`).ask('GET', '/v1/devices')
    await admin.ask('GET', `/v1/devices?token=${rotated}`)
    await admin.ask('POST', '/v1/devices', { id: 'x', token: rotated })
    await admin.ask('GET', `/v1/nowhere/${rotated}`)
    for (const [username, password] of [
      ['cam', wrong],
      ['cam', device.token],
      ['api-key', made],
      [rotated, 'cam'],
      [made, ''],
    ])
      await connect(mqtt, { username: username ?? '', password: password ?? '' })
        .then((client) => client.endAsync())
        .catch(() => undefined)
    const own = await connect(mqtt, { clientId: 'cam', username: 'cam', password: rotated })
    await own.publishAsync('devices/cam/telemetry', '{', { qos: 1 })
    await own.endAsync()
    await stored(http)
    await sleep(2000)
    process.kill(command.pid, 'SIGTERM')
    expect(await command.exited).toBe(0)
    const files = filesIn(dataDir).filter(
      ({ path }) => statSync(path).isFile() && !path.endsWith('admin.key'),
    )
    expect(files.length).toBeGreaterThan(3)
    for (const secret of [...secrets, wrong]) {
      expect(command.out()).not.toContain(secret)
      expect(command.err()).not.toContain(secret)
      for (const { path } of files) expect(readFileSync(path).includes(secret), path).toBe(false)
    }
    expect(linesOf(command.out()).length).toBeGreaterThan(10)
  })
})
