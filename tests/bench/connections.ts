/**
 * The measurement `connections`: devices that are connected and say nothing but that they live. What each costs
 * in memory, and whether any loses its connection.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type RunningLantern, seedDevices } from '../support/lantern.ts'
import type { Figure, Ground, Measurement } from './measurement.ts'
import { allowOpenFiles, checkPorts, memoryOf, untilQuiet } from './processes.ts'
import { runLoad, untilConnected, withFolder, within, withLantern } from './subject.ts'

/** Files that each process opens besides its connections. */
const otherFiles = 500
const keepaliveSeconds = 60

export interface ConnectionsOptions extends Ground {
  readonly connections: number
  /** How long they stay once all are there, s. */
  readonly seconds: number
}

export async function measureConnections(options: ConnectionsOptions): Promise<Measurement> {
  const { connections, seconds } = options
  const measurement = {
    title: 'connections',
    setting: `${connections.toLocaleString('en')} quiet devices, each pings every ${keepaliveSeconds} s; ${seconds} s once all are there`,
    wrong: 0,
  }
  const obstacle = allowOpenFiles(connections + otherFiles) ?? checkPorts(connections + otherFiles)
  if (obstacle) return { ...measurement, figures: [], notes: [`not measured: ${obstacle}`] }
  const figures = await withFolder(options.folder, async (dataDir) => {
    const devices = await seedDevices(dataDir, connections)
    return withLantern({ dataDir }, (lantern) => hold(lantern, devices, options))
  })
  return { ...measurement, figures, notes: [] }
}

async function hold(
  lantern: RunningLantern,
  devices: { id: string; token: string }[],
  { seconds, say }: ConnectionsOptions,
): Promise<Figure[]> {
  const { httpUrl, mqttPort, pid } = lantern
  await untilQuiet(pid, 0.1, 15_000)
  const before = memoryOf(pid).rss
  const startedAt = performance.now()
  const load = runLoad({
    ...{ port: mqttPort, devices, inFlight: 1, messages: 0, seconds, keepaliveSeconds },
  })
  await Promise.race([load, within(120_000, 'all to connect', untilConnected(httpUrl, devices.length))])
  const connectSeconds = (performance.now() - startedAt) / 1000
  say(`connections: all are there; they stay for ${seconds} s`)
  const atFirst = memoryOf(pid).rss
  // Garbage comes and goes; the lowest is what the connections themselves hold.
  let lowest = atFirst
  for (let second = 1; second < seconds; second++) {
    await Promise.race([load, sleep(1000)])
    lowest = Math.min(lowest, memoryOf(pid).rss)
  }
  const result = await load
  const { lost, refused } = result.connections
  const figure = (name: string, unit: string, value: number): Figure => ({ name, unit, runs: [value] })
  return [
    { ...figure('lost or refused', 'connections', lost + refused), target: { below: 1 } },
    figure('answered', 'pings', result.pongs),
    { ...figure('without an answer', 'pings', result.pings - result.pongs), target: { below: 1 } },
    figure('memory of a connection', 'KiB', (lowest - before) / devices.length / 1024),
    figure('the same just after sign-in', 'KiB', (atFirst - before) / devices.length / 1024),
    figure('main process with none', 'MiB', before / 2 ** 20),
    figure('main process with all', 'MiB', lowest / 2 ** 20),
    figure('sign-ins', '1/s', devices.length / connectSeconds),
  ]
}
