/**
 * The composed city without an engine: the commands of each stage of the Dockerfile run in a clean folder, then those of
 * docker-compose.yml, word for word and with its environment, each in a container of its own (tests/support/container.ts):
 * read-only, without rights, on one network. InfluxDB 1.6.7 stands in for 2.7. Readings arrive there, nothing is written
 * elsewhere, and all stop in time.
 */
import type { ChildProcess } from 'node:child_process'
import { chownSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { until } from './journeys/until.ts'
import { composed, environmentOf, exampleVariables } from './support/compose-file.ts'
import {
  type Container,
  hasNamespaces,
  type Machine,
  type Mount,
  needsNamespaces,
  prepareRoot,
  runIn,
  startMachine,
} from './support/container.ts'
import { imageStages, type Stage, stepsOf } from './support/dockerfile.ts'
import { buildContext, copied, copyInto } from './support/image.ts'
import { hasInfluxd, needsInfluxd } from './support/influxd.ts'
import { temporaryFolder } from './support/temporary.ts'

const canRun = hasNamespaces && hasInfluxd
const why = canRun ? '' : ` (${hasNamespaces ? needsInfluxd : needsNamespaces})`
const variables = exampleVariables().full
const { services } = composed(variables)
const { dependencies, page, image } = imageStages()
const [cmd] = stepsOf(image, 'cmd')
const [health] = stepsOf(image, 'healthcheck')
const imageEnvironment: Record<string, string> = Object.assign(
  {},
  ...stepsOf(image, 'env').map(({ values }) => values),
)
const counts = z.object({
  results: z.array(
    z.object({
      series: z.array(z.object({ values: z.array(z.tuple([z.string(), z.number()])) })).optional(),
    }),
  ),
})

describe.skipIf(!canRun)(`the composed city${why}`, () => {
  const folder = temporaryFolder()
  const root = join(folder, 'root')
  const volumes = join(folder, 'volumes')
  let machine: Machine
  let influxd: ChildProcess
  const running = new Map<string, Container>()

  const containerOf = (name: string) => {
    const found = running.get(name)
    if (!found) throw new Error(`${name} does not run`)
    return found
  }
  const serviceOf = (name: string) => {
    const found = services[name]
    if (!found) throw new Error(`there is no service ${name}`)
    return found
  }

  /** Waits as long as the container has no reason to be given up; then says what it wrote. */
  async function untilIn(name: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    await until(name, holds, 60_000).catch((error) => {
      throw new Error(containerOf(name).output(), { cause: error })
    })
  }

  function start(name: string): Container {
    const service = serviceOf(name)
    const mounts: Mount[] = [
      ...service.tmpfs.map((target) => ({
        source: null,
        target: target.split(':')[0] ?? '',
        writable: true,
      })),
      ...service.volumes.map((volume) => {
        const [source = '', target = '', mode] = volume.split(':')
        const there = join(volumes, source)
        if (!readdirSync(volumes).includes(source)) {
          // As Docker does: a new volume belongs to whom the image's folder belongs.
          mkdirSync(there, { mode: statSync(join(root, target)).mode })
          chownSync(there, statSync(join(root, target)).uid, statSync(join(root, target)).gid)
        }
        return { source: there, target, writable: mode !== 'ro' }
      }),
    ]
    const container = machine.run({
      ...{ root, mounts, workdir: '/app', argv: service.command ?? cmd?.command ?? [] },
      environment: { ...imageEnvironment, ...environmentOf(service, variables) },
    })
    running.set(name, container)
    return container
  }

  /** What a stage does, in order, in its own folder; `earlier`: where COPY --from finds the other stages. */
  async function carryOut(stage: Stage, into: string, earlier?: ReadonlyMap<string, string>): Promise<void> {
    const context = buildContext()
    let workdir = '/'
    for (const step of stage.steps) {
      if (step.does === 'workdir') workdir = step.path
      const target = (path: string) => join(into, path.startsWith('/') ? path : join(workdir, path))
      if (step.does === 'copy' && step.from === null) copyInto(target(step.to), copied(step.sources, context))
      if (step.does === 'copy' && step.from !== null)
        for (const source of step.sources) {
          mkdirSync(dirname(target(step.to)), { recursive: true })
          renameSync(join(earlier?.get(step.from) ?? '', source), target(step.to))
        }
      if (step.does === 'run' && earlier === undefined) runIn(join(into, workdir), step.command)
      if (step.does === 'run' && earlier !== undefined) {
        const argv = ['sh', '-ec', step.command]
        const container = machine.run({ root: into, argv, workdir, environment: {}, mounts: [], as: 'root' })
        expect(await container.ended, container.output()).toBe(0)
      }
    }
  }

  async function ask(query: string): Promise<number> {
    const script = `const r = await fetch('http://influxdb:8086/query?' + new URLSearchParams({ q: process.argv[1] })); console.log(await r.text())`
    const { output } = containerOf('lantern').exec(['node', '--input-type=module', '-e', script, query])
    const answer = counts.safeParse(JSON.parse(output))
    return answer.data?.results[0]?.series?.[0]?.values[0]?.[1] ?? 0
  }

  beforeAll(async () => {
    machine = await startMachine()
    mkdirSync(volumes)
    prepareRoot(root, Object.keys(services))
    const earlier = new Map<string, string>()
    for (const stage of [dependencies, page]) {
      const into = join(folder, stage.name ?? '')
      mkdirSync(into)
      await carryOut(stage, into)
      earlier.set(stage.name ?? '', into)
    }
    await carryOut(image, root, earlier)
    const [config, store] = [join(folder, 'influxdb.conf'), join(folder, 'influxdb')]
    writeFileSync(
      config,
      `reporting-disabled = true
bind-address = "127.0.0.1:8088"
[meta]
dir = "${store}/meta"
[data]
dir = "${store}/data"
wal-dir = "${store}/wal"
query-log-enabled = false
[http]
bind-address = "127.0.0.1:8086"
log-enabled = false
[monitor]
store-enabled = false
[logging]
level = "error"
`,
    )
    influxd = machine.beside(['influxd', '-config', config])
  }, 180_000)
  afterAll(() => machine?.stop())

  test('Lantern becomes well, by its own health check, and every part of it is ready', async () => {
    start('lantern')
    const isWell = (argv: readonly string[]) => containerOf('lantern').exec(argv).code === 0
    await untilIn('lantern', () => isWell(health?.command ?? []))
    const readyz = "fetch('http://lantern:8080/readyz').then((r) => process.exit(r.ok ? 0 : 1))"
    await untilIn('lantern', () => isWell(['node', '-e', readyz]))
  }, 130_000)

  test('the simulators get a key of their own, once', async () => {
    const first = start('fleet-key')
    expect(await first.ended, first.output()).toBe(0)
    const file = join(volumes, 'fleet-key/operator.key')
    const key = readFileSync(file, 'utf8')
    expect(key).toMatch(/^lk_[0-9a-f]{12}_\S+\n$/)
    expect(key).not.toBe(readFileSync(join(volumes, 'lantern-data/admin.key'), 'utf8'))
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const again = start('fleet-key')
    expect(await again.ended, again.output()).toBe(0)
    expect(again.output()).toContain('a key that works')
    expect(readFileSync(file, 'utf8')).toBe(key)
    // As after a new start of Lantern on an empty volume.
    writeFileSync(
      file,
      key.replace(/.\n$/, (end) => (end === 'x\n' ? 'y\n' : 'x\n')),
    )
    const renewed = start('fleet-key')
    expect(await renewed.ended, renewed.output()).toBe(0)
    expect(readFileSync(file, 'utf8')).not.toContain(key.slice(0, 20))
  }, 60_000)

  test('the simulated devices speak, and their readings arrive in InfluxDB', async () => {
    const simulators = start('simulators')
    const cameras = 'SELECT count(recording) FROM lantern.lantern.camera'
    await untilIn('simulators', async () => (await ask(cameras)) > 100)
    // Some of the demonstration's devices are dead, and stay so.
    const connected = `const { components } = await (await fetch('http://lantern:8080/readyz')).json()
      process.exit(components.find(({ name }) => name === 'broker').figures.connections > 2900 ? 0 : 1)`
    await untilIn(
      'simulators',
      () => containerOf('lantern').exec(['node', '--input-type=module', '-e', connected]).code === 0,
    )
    expect(simulators.output()).toContain('3035 devices')
  }, 90_000)

  test('nothing but the volumes and /tmp can be written, and the simulators see no data of Lantern', () => {
    const writing = (name: string, file: string) =>
      containerOf(name).exec(['sh', '-c', `echo x > ${file}`]).code === 0
    for (const file of ['/app/lantern.ts', '/app/x', '/etc/passwd', '/usr/x', '/x'])
      expect([file, writing('lantern', file), writing('simulators', file)]).toEqual([file, false, false])
    expect([writing('lantern', '/data/x'), writing('lantern', '/tmp/x')]).toEqual([true, true])
    expect([writing('simulators', '/keys/x'), writing('simulators', '/tmp/x')]).toEqual([false, true])
    expect(containerOf('simulators').exec(['sh', '-c', 'ls -A /data']).output).not.toContain('admin.key')
    const rights = containerOf('lantern').exec([
      'grep',
      '-E',
      '^(Uid|Cap...|NoNewPrivs)',
      '/proc/1/status',
    ]).output
    expect(rights.replaceAll(/\t/g, ' ').trim().split('\n')).toEqual([
      'Uid: 1000 1000 1000 1000',
      ...['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].map((set) => `${set}: 0000000000000000`),
      'NoNewPrivs: 1',
    ])
  })

  test("the README's commands run beside it", () => {
    expect(containerOf('lantern').exec(['cat', '/data/admin.key']).output).toMatch(/^lk_/)
    expect(containerOf('lantern').exec(['node', 'city/main.ts', 'show'])).toMatchObject({ code: 0 })
    expect(containerOf('lantern').exec(['node', 'city/main.ts', 'example', '/tmp/city'])).toMatchObject({
      code: 0,
    })
  })

  test('all stop by themselves, well within the time that they are given, also without InfluxDB', async () => {
    influxd.kill('SIGKILL')
    for (const name of ['simulators', 'lantern']) {
      const grace = Number.parseInt(serviceOf(name).stop_grace_period ?? '10', 10)
      const { code, seconds } = await containerOf(name).stop(grace)
      expect([code, seconds < grace], `${name}: ${containerOf(name).output()}`).toEqual([0, true])
    }
  }, 60_000)
})
