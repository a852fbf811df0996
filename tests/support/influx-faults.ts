/**
 * What the fault tests of InfluxDB share: for each test a server with a spoiling proxy before it, a data folder with
 * devices, and the real Lantern on them. The server is 1.x, or 2.x where INFLUXD2 names a real one (see influx2.ts).
 */
import { afterEach, beforeEach, expect } from 'vitest'
import { createInfluxTelemetry } from '../../stores/telemetry/influx.ts'
import type { LoadResult } from '../bench/generator.ts'
import { type FaultyProxy, startFaultyProxy } from './faulty-proxy.ts'
import { hasInflux2, startInflux2 } from './influx2.ts'
import { startInfluxd } from './influxd.ts'
import { type RunningLantern, seedDevices, startLantern, stored } from './lantern.ts'
import { type Reckoning, reckon } from './reckoning.ts'
import type { SignedUp } from './small-city.ts'
import { temporaryFolder } from './temporary.ts'

export const influxVersion = hasInflux2 ? '2.x' : '1.x'
const bucket = 'lantern'

interface Server {
  readonly url: string
  readonly port: number
  readonly org?: string
  readonly token?: string
  start(): Promise<void>
  kill(): Promise<void>
  remove(): Promise<void>
  /** Takes away everything that Lantern has there. */
  drop(): Promise<void>
}

async function startServer(): Promise<Server> {
  if (!hasInflux2) {
    const influxd = await startInfluxd()
    return {
      ...influxd,
      drop: () => influxd.query(`DROP DATABASE ${bucket}`).then(() => undefined),
    }
  }
  const influx2 = await startInflux2()
  return {
    ...influx2,
    async drop() {
      await influx2.removeBucket(bucket)
      await influx2.removeBucket(`${bucket}_5m`)
    },
  }
}

/** To be called within `describe`; what it returns is new for each test. */
export function useInfluxFaults() {
  let server: Server
  let proxy: FaultyProxy
  let dataDir: string
  let devices: SignedUp[]
  let lantern: RunningLantern | undefined

  beforeEach(async () => {
    server = await startServer()
    proxy = await startFaultyProxy(server)
    dataDir = temporaryFolder()
    devices = await seedDevices(dataDir, 12)
  })
  afterEach(async () => {
    await lantern?.kill().catch(() => undefined)
    lantern = undefined
    await proxy.stop()
    await server.remove()
  })

  return {
    get server() {
      return server
    },
    get proxy() {
      return proxy
    },
    get devices() {
      return devices
    },
    async start(url = server.url): Promise<RunningLantern> {
      const { org, token } = server
      lantern = await startLantern({
        dataDir,
        env: {
          ...{ LANTERN_TELEMETRY: 'influxdb', LANTERN_INFLUX_URL: url },
          ...(org && { LANTERN_INFLUX_ORG: org }),
          ...(token && { LANTERN_INFLUX_TOKEN: token }),
        },
      })
      return lantern
    },
    /** Waits until all is stored, stops, and counts. */
    async reckonUp(running: RunningLantern, load: LoadResult): Promise<Reckoning> {
      expect(load.acknowledged).toBeGreaterThan(1000)
      await stored(running.httpUrl, 90_000)
      expect(await running.stop()).toBe(0)
      lantern = undefined
      const { url, org, token } = server
      const store = createInfluxTelemetry({
        ...{ url, bucket, retentionDays: 30, rollupRetentionDays: 730, queryTimeoutMs: 60_000 },
        ...(org && { org }),
        ...(token && { token }),
      })
      return reckon(dataDir, devices, load, store)
    },
  }
}

/** How often each change of state was said. */
export const said = ({ log }: RunningLantern) => ({
  refused: log.filter(({ msg }) => msg.startsWith('a store refused')).length,
  again: log.filter(({ msg }) => msg.startsWith('the store takes readings again')).length,
})

export const none = { lost: 0, doubled: 0, invented: 0 }
