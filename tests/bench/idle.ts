/**
 * The measurement `idle`: the whole city as `npm start` runs it, with the demonstration city and its fleet. How
 * long until it is ready, and what it takes once it goes by itself.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { figuresOf, type RunningLantern } from '../support/lantern.ts'
import type { Figure, Ground, Measurement } from './measurement.ts'
import { commandOf, cpuSeconds, memoryOf } from './processes.ts'
import { withFolder, withLantern } from './subject.ts'

export interface IdleOptions extends Ground {
  /** How often it is started, each time on a new folder. */
  readonly starts: number
  /** How long the last one runs before it is looked at, s. */
  readonly seconds: number
}

const env = { LANTERN_CITY: 'demo', LANTERN_FLEET: 'on' }
const mebibyte = 2 ** 20

export async function measureIdle(options: IdleOptions): Promise<Measurement> {
  const { folder, starts, seconds, say } = options
  const ready: number[] = []
  const figures: Figure[] = []
  for (let start = 1; start <= starts; start++) {
    say(`idle: start ${start} of ${starts}`)
    await withFolder(folder, async (dataDir) => {
      const startedAt = performance.now()
      await withLantern({ dataDir, env }, async (lantern) => {
        ready.push((performance.now() - startedAt) / 1000)
        if (start === starts) figures.push(...(await look(lantern, options)))
      })
    })
  }
  return {
    title: 'idle',
    setting: `the demonstration city and its fleet on a new folder, ${starts} times; the last time looked at after ${seconds} s`,
    figures: [{ name: 'from the start to ready', unit: 's', runs: ready }, ...figures],
    notes: [
      'PSS divides what processes share among them, so that it adds up',
      'what npm itself takes before it starts node is not in these times',
    ],
    wrong: 0,
  }
}

async function look(
  { httpUrl, pid, children }: RunningLantern,
  { seconds, say }: IdleOptions,
): Promise<Figure[]> {
  say(`idle: looking at it in ${seconds} s`)
  const processes = [
    { name: 'main process', pid },
    ...children().map((child) => ({
      name: ['ingest', 'alerts'].find((name) => commandOf(child).includes(`${name}/main.ts`)) ?? 'fleet',
      pid: child,
    })),
  ]
  // The first half is for everyone to connect; the second is what is looked at.
  const half = seconds / 2
  await sleep(half * 1000)
  const cpuBefore = processes.map((one) => cpuSeconds(one.pid))
  const { readingsStored: storedBefore = 0 } = await figuresOf(httpUrl, 'ingest')
  await sleep(half * 1000)
  const { readingsStored = 0 } = await figuresOf(httpUrl, 'ingest')
  const { connectedClients = 0 } = await figuresOf(httpUrl, 'broker')
  const looks = processes.map(({ name, pid }, index) => ({
    ...{ name, ...memoryOf(pid) },
    cpu: (cpuSeconds(pid) - (cpuBefore[index] ?? 0)) / half,
  }))
  const figure = (name: string, unit: string, value: number): Figure => ({ name, unit, runs: [value] })
  return [
    figure('connected', 'devices', connectedClients),
    figure('stored', 'readings/s', (readingsStored - storedBefore) / half),
    ...looks.flatMap(({ name, rss, pss, cpu }) => [
      figure(`${name}: RSS`, 'MiB', rss / mebibyte),
      figure(`${name}: PSS`, 'MiB', pss / mebibyte),
      figure(`${name}: CPU`, '% of a core', cpu * 100),
    ]),
    figure('all processes: PSS', 'MiB', looks.reduce((sum, { pss }) => sum + pss, 0) / mebibyte),
  ]
}
