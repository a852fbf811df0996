/**
 * `npm run influx` as a user meets it, on a real InfluxDB: setting it up, moving a city there and back (killed again and
 * again on the way), and all that it must refuse. After a move both stores answer everything alike.
 */
import { cp, rename, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { dataFiles } from '../config.ts'
import { day } from '../model/time.ts'
import { createInfluxTelemetry } from '../stores/telemetry/influx.ts'
import { runInflux as runCommand, usage } from '../stores/telemetry/transfer/command.ts'
import { startLoad } from './bench/generator.ts'
import { runInflux, startInflux } from './support/influx-command.ts'
import { hasInfluxd, type Influxd, needsInfluxd, startInfluxd } from './support/influxd.ts'
import {
  figuresOf,
  type RunningLantern,
  seedDevices,
  startLantern,
  stored,
  withTelemetry,
} from './support/lantern.ts'
import { reckon } from './support/reckoning.ts'
import { expectAlike } from './support/telemetry-alike.ts'
import { type CityWithPast, makeCityWithPast, retention } from './support/telemetry-history.ts'
import { temporaryFolder } from './support/temporary.ts'

describe('npm run influx, called wrongly', () => {
  const anywhere = { LANTERN_DATA_DIR: '/nowhere', LANTERN_INFLUX_URL: 'http://127.0.0.1:9' }

  /** Without a process of its own. */
  async function called(args: readonly string[], url = anywhere.LANTERN_INFLUX_URL) {
    const out: string[] = []
    const err: string[] = []
    const code = await runCommand({
      args,
      server: { url, bucket: 'lantern', org: '', token: '', user: '', password: '' },
      files: dataFiles(anywhere.LANTERN_DATA_DIR),
      takeFolder: () => Promise.reject(new Error('nobody asked for the folder')),
      clock: Date.now,
      out: (line) => out.push(line),
      err: (line) => err.push(line),
      terminal: process.stderr,
    })
    return { code, out: out.join('\n'), err: err.join('\n') }
  }

  it('says what it can do, when asked and without words', async () => {
    for (const args of [[], ['help'], ['--help']])
      expect(await called(args)).toEqual({ code: 0, out: usage, err: '' })
  })

  it.each([
    [['move'], 'there is no "move"'],
    [['export', '--wait', 'long'], '--wait takes a duration'],
    [['setup', '--wait', '1m'], "Unknown option '--wait'"],
    [['import', 'here'], "Unexpected argument 'here'"],
  ])('%j: 2, and the help', async (args, complaint) => {
    const { code, out, err } = await called(args)
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(complaint)
    expect(err).toContain(usage)
  })

  it('without an address, with a wrong setting, without a city: 1, and the remedy', async () => {
    expect(await called(['setup'], '')).toEqual({
      code: 1,
      out: '',
      err: 'LANTERN_INFLUX_URL is not set\nSet it to the address of the InfluxDB, such as http://influx:8086.',
    })
    const wrong = await runInflux(['setup'], { LANTERN_INFLUX_URL: 'influx' })
    expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('LANTERN_INFLUX_URL') })
    expect(await called(['export'])).toEqual({
      code: 1,
      out: "Copies the city's telemetry from DuckDB (/nowhere/telemetry.duckdb) to InfluxDB (http://127.0.0.1:9, lantern).",
      err: expect.stringMatching(/^there is no city at \/nowhere\/registry.sqlite\nSet LANTERN_DATA_DIR/),
    })
  })

  it('nobody there, and something else there: 1, and the remedy', async () => {
    const nobody = await called(['setup'])
    expect(nobody).toMatchObject({
      code: 1,
      err: expect.stringMatching(/cannot be reached.*\nCheck LANTERN_INFLUX_URL/),
    })
    const other = createServer((_, response) => {
      response.setHeader('x-influxdb-version', 'v3.1.0')
      response.end('{}')
    })
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = z.object({ port: z.number() }).parse(other.address())
    const newer = await called(['setup'], `http://127.0.0.1:${port}`)
    await new Promise((resolve) => other.close(resolve))
    expect(newer).toMatchObject({
      code: 1,
      err: expect.stringMatching(/version "v3.1.0".*\nSet LANTERN_INFLUX_URL to an InfluxDB 1.x or 2.x/),
    })
  })
})

describe.skipIf(!hasInfluxd)(`npm run influx (${needsInfluxd})`, { timeout: 120_000 }, () => {
  const now = Date.now()
  let influxd: Influxd
  let city: CityWithPast
  let lantern: RunningLantern | undefined
  beforeAll(async () => {
    influxd = await startInfluxd()
    city = await makeCityWithPast(temporaryFolder(), now)
  }, 120_000)
  afterEach(async () => {
    await lantern?.kill().catch(() => undefined)
    lantern = undefined
  })
  afterAll(() => influxd.remove())

  /** A data folder of its own with the same city; `without`: its telemetry. */
  async function copyOfCity(options: { without?: boolean } = {}): Promise<string> {
    const folder = temporaryFolder()
    const filter = (path: string) => !options.without || !path.includes('telemetry.duckdb')
    await cp(city.dataDir, folder, { recursive: true, filter })
    return folder
  }
  const environment = (dataDir: string, bucket: string) => ({
    LANTERN_DATA_DIR: dataDir,
    LANTERN_INFLUX_URL: influxd.url,
    LANTERN_INFLUX_BUCKET: bucket,
  })
  const influxStore = (bucket: string) =>
    createInfluxTelemetry({
      ...{ url: influxd.url, bucket, retentionDays: 30, rollupRetentionDays: 730, queryTimeoutMs: 60_000 },
    })

  /** Begins it `kills` times, and kills it once it is at work; then lets it come to its end. */
  async function killedAgainAndAgain(direction: string, env: Record<string, string>, kills: number) {
    for (let killed = 0; killed < kills; killed++) {
      const run = startInflux([direction], env)
      await run.says(' rows')
      await sleep(killed * 30)
      await run.kill()
    }
    const last = startInflux([direction], env)
    const line = await last.says('Going on with the transfer that was begun')
    const [, reached, all] = /: (\d+) of (\d+) rows/.exec(line) ?? []
    expect(Number(reached)).toBeGreaterThan(0)
    expect(Number(reached)).toBeLessThan(Number(all))
    return last.ended
  }

  it('setup makes what is missing, once, and says so', async () => {
    const env = environment('/nowhere', 'fresh')
    const things = ['database fresh', 'retention policy fresh', 'retention policy fresh_5m']
    const rights = ['fresh', 'fresh_5m'].map((name) => `  ${name}: may be written, read and deleted from`)
    for (const state of ['made', 'there already']) {
      const { code, out, err } = await runInflux(['setup'], env)
      const [version, ...lines] = out.split('\n')
      expect([code, err]).toEqual([0, ''])
      expect(version).toMatch(/^InfluxDB 1\.\d+\.\S+ at http/)
      expect(lines).toEqual([...things.map((thing) => `  ${thing}: ${state}`), ...rights])
    }
    const left = await influxd.query('SHOW MEASUREMENTS ON "fresh"')
    expect(left).not.toContain('lantern_probe')
  })

  it('a city moved to InfluxDB and back, killed on the way, answers everything alike', async () => {
    const dataDir = await copyOfCity()
    await withTelemetry(dataDir, (telemetry) => telemetry.append([], 4711))
    const env = environment(dataDir, 'moved')
    const there = await killedAgainAndAgain('export', env, 3)
    expect(there).toMatchObject({ code: 0, err: '' })
    expect(there.out).toMatch(/^Copies the city's telemetry from DuckDB .* to InfluxDB /)
    expect(there.out).toContain('Lantern goes on at journal position 4711.')

    const elsewhere = await copyOfCity({ without: true })
    const back = await killedAgainAndAgain('import', environment(elsewhere, 'moved'), 3)
    expect(back).toMatchObject({ code: 0, err: '' })
    expect(back.out).toMatch(/^Copies the city's telemetry from InfluxDB .* to DuckDB /)

    await withTelemetry(dataDir, (duckdb) =>
      withTelemetry(elsewhere, (again) =>
        withTelemetry(
          '',
          async (influx) => {
            await expectAlike(duckdb, influx, city, now)
            await expectAlike(duckdb, again, city, now)
          },
          influxStore('moved'),
        ),
      ),
    )
  })

  it('a city that began on InfluxDB moves to DuckDB with all the parts that its roll-ups came in', async () => {
    const dataDir = temporaryFolder()
    const began = createInfluxTelemetry({ url: influxd.url, bucket: 'began', ...retention })
    const other = await makeCityWithPast(dataDir, now, began)
    const rolled = await influxd.query('SELECT "readings" FROM "began"."began_5m"."camera_5m" GROUP BY *')
    // Devices have moved, so some have two series, and what came too late stands some ms into its bucket.
    expect(rolled).toContain('"place":"elsewhere"')
    expect(rolled).toMatch(/T\d\d:\d[05]:00\.00\dZ/)
    const moved = await runInflux(['import'], environment(dataDir, 'began'))
    expect(moved).toMatchObject({ code: 0, err: '' })
    await withTelemetry(dataDir, (duckdb) =>
      withTelemetry('', (influx) => expectAlike(influx, duckdb, other, now), influxStore('began')),
    )
  })

  it('goes on from the journal on the other store: every acknowledged reading is there once', async () => {
    const dataDir = await copyOfCity()
    const first = await startLantern({ dataDir })
    lantern = first
    const load = startLoad({ port: first.mqttPort, devices: [...city.quiet], messages: 30_000 })
    await sleep(300)
    // What is acknowledged from now on is in the journal only.
    for (const pid of first.children()) process.kill(pid, 'SIGSTOP')
    const running = await runInflux(['export'], environment(dataDir, 'goes-on'))
    expect(running).toMatchObject({
      code: 1,
      err: expect.stringMatching(
        new RegExp(`is in use by process ${first.pid}\nStop the other Lantern, or set LANTERN_DATA_DIR`),
      ),
    })
    await first.kill()
    const result = await load.done
    expect(result.acknowledged).toBeGreaterThan(1000)

    expect(await runInflux(['export'], environment(dataDir, 'goes-on'))).toMatchObject({ code: 0, err: '' })
    const second = await startLantern({
      dataDir,
      env: { ...environment(dataDir, 'goes-on'), LANTERN_TELEMETRY: 'influxdb' },
    })
    lantern = second
    await stored(second.httpUrl)
    expect((await figuresOf(second.httpUrl, 'ingest')).readingsStored).toBeGreaterThan(100)
    expect(await second.stop()).toBe(0)
    const reckoning = await reckon(dataDir, city.quiet, result, influxStore('goes-on'))
    expect(reckoning).toMatchObject({ lost: 0, doubled: 0, invented: 0 })
    expect(reckoning.acknowledged).toBeGreaterThanOrEqual(result.acknowledged)
  })

  it('holds a target that is half full back from Lantern, and refuses one that is not empty', async () => {
    const dataDir = await copyOfCity()
    const env = environment(dataDir, 'occupied')
    const run = startInflux(['export'], env)
    await run.says(' rows')
    await run.kill()
    await expect(influxStore('occupied').start()).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('unfinished transfer from DuckDB'),
      remedy: expect.stringContaining('npm run influx -- export'),
    })
    const other = await runInflux(['export'], environment(await copyOfCity(), 'occupied'))
    expect(other).toMatchObject({ code: 1, err: expect.stringContaining('unfinished transfer from DuckDB') })
    const half = await runInflux(['import'], environment(await copyOfCity({ without: true }), 'occupied'))
    expect(half).toMatchObject({ code: 1, err: expect.stringContaining('unfinished transfer') })

    expect(await runInflux(['export'], env)).toMatchObject({ code: 0 })
    for (const direction of ['export', 'import'])
      expect(await runInflux([direction], env)).toMatchObject({
        code: 1,
        err: expect.stringMatching(/holds telemetry already.*\nChoose an empty target/),
      })
    await rename(join(dataDir, 'telemetry.duckdb'), join(dataDir, 'before.duckdb'))
    expect(await runInflux(['import'], env)).toMatchObject({ code: 0 })
    await expect(stat(join(dataDir, 'telemetry.duckdb.import'))).rejects.toMatchObject({ code: 'ENOENT' })
    expect(await runInflux(['import'], environment(dataDir, 'nothing-there'))).toMatchObject({
      code: 1,
      err: expect.stringMatching(/no Lantern telemetry in nothing-there\nSet LANTERN_INFLUX_BUCKET/),
    })
  })

  it('begins anew when the city has gone on meanwhile, and when the counts differ', async () => {
    const dataDir = await copyOfCity()
    const env = environment(dataDir, 'anew')
    const interrupted = startInflux(['export'], env)
    await interrupted.says(' rows')
    await interrupted.kill()
    await withTelemetry(dataDir, (telemetry) => telemetry.append([], 1))
    const anew = startInflux(['export'], env)
    await anew.says('beginning anew')
    await anew.says(' rows')
    await anew.kill()
    const foreign = `street_sensor,serial=1 delay=1i ${(now - day) * 1e6}`
    await fetch(`${influxd.url}/write?db=anew&rp=anew`, { method: 'POST', body: foreign })
    const { code, out, err } = await runInflux(['export'], env)
    expect([code, out]).toEqual([1, expect.stringContaining('Going on with the transfer')])
    const [says, line, remedy, ...more] = err.split('\n')
    expect([says, more]).toEqual(['The two sides differ, so the copy must not be used:', []])
    const [, counted = '', found = ''] =
      /^ {2}[\d-]{10} street_sensor: (\d+) readings to copy, (\d+) there$/.exec(line ?? '') ?? []
    expect(Number(found)).toBe(Number(counted) + 1)
    expect(remedy).toContain('begins anew')
    await expect(influxStore('anew').start()).rejects.toMatchObject({ code: 'conflict' })
    const again = await runInflux(['export'], env)
    expect(again).toMatchObject({ code: 0, out: expect.stringContaining('beginning anew') })
  })

  it('waits for a server that goes away, but not for ever', async () => {
    const env = environment(await copyOfCity(), 'away')
    const patient = startInflux(['export', '--wait', '1m'], env)
    await patient.says(' rows')
    await influxd.kill()
    await patient.says('Waiting for it, 60 s at most')
    await influxd.start()
    await patient.says('It is there again; going on.')
    expect(await patient.ended).toMatchObject({ code: 0, err: '' })

    const folder = await copyOfCity({ without: true })
    const back = environment(folder, 'away')
    const impatient = startInflux(['import', '--wait', '1s'], back)
    await impatient.says(' rows')
    await influxd.kill()
    expect(await impatient.ended).toMatchObject({
      code: 1,
      err: expect.stringMatching(/cannot be reached.*\n.*The same command goes on where this one ended\./),
    })
    await influxd.start()
    // Lantern has run in between, and has stored something.
    await withTelemetry(folder, (telemetry) => telemetry.recordCoverage(now, [coverageNow]))
    const occupied = await runInflux(['import'], back)
    expect(occupied).toMatchObject({ code: 1, err: expect.stringContaining('holds telemetry already') })
    await rename(join(folder, 'telemetry.duckdb'), join(folder, 'between.duckdb'))
    expect(await runInflux(['import'], back)).toMatchObject({
      code: 0,
      out: expect.stringContaining('Going on with the transfer that was begun'),
    })
  })

  it('does not give a city the telemetry of another', async () => {
    const dataDir = await copyOfCity()
    expect(await runInflux(['export'], environment(dataDir, 'own'))).toMatchObject({ code: 0 })
    const other = temporaryFolder()
    await seedDevices(other, 0)
    expect(await runInflux(['import'], environment(other, 'own'))).toMatchObject({
      code: 1,
      err: expect.stringMatching(/belongs to another city.*\nSet LANTERN_DATA_DIR/),
    })
  })
})

describe.skipIf(!hasInfluxd)(`npm run influx where users sign in (${needsInfluxd})`, () => {
  let influxd: Influxd
  beforeAll(async () => {
    influxd = await startInfluxd({ users: true })
  }, 60_000)
  afterAll(() => influxd.remove())

  it('tells a wrong password from a missing right, and an administrator can set up for a user', async () => {
    const as = (user: string, password: string) =>
      runInflux(['setup'], {
        LANTERN_INFLUX_URL: influxd.url,
        LANTERN_INFLUX_USER: user,
        LANTERN_INFLUX_PASSWORD: password,
      })
    await influxd.query("CREATE USER lantern WITH PASSWORD 'light'")
    expect(await as('lantern', 'dark')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/401.*\nSet LANTERN_INFLUX_USER and LANTERN_INFLUX_PASSWORD/),
    })
    const needsRights = { code: 1, err: expect.stringMatching(/403.*\nGive the user or token the right/) }
    expect(await as('lantern', 'light')).toMatchObject(needsRights)
    expect(await as('admin', 'secret')).toMatchObject({ code: 0 })
    await influxd.query('GRANT READ ON "lantern" TO "lantern"')
    expect(await as('lantern', 'light')).toMatchObject(needsRights)
    await influxd.query('GRANT ALL ON "lantern" TO "lantern"')
    const { code, out } = await as('lantern', 'light')
    expect([code, out]).toEqual([0, expect.stringContaining('database lantern: there already')])
  })
})

const coverageNow = {
  ...{ area: 'p1', level: 'province', name: 'Area p1' },
  ...{ places: 4, installed: 3, working: 2, target: 0.7 },
}
