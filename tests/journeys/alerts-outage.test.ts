/**
 * A scenario over the whole product: the simulators' own program cuts a district's power, over MQTT, and an operator sees one
 * alert for that district with all of its cameras behind it, and none when they are back.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hashSecret, newSecret } from '../../model/access.ts'
import type { Area } from '../../model/area.ts'
import { hour } from '../../model/time.ts'
import { locate, type SimulatedDevice } from '../../simulators/fleet-plan.ts'
import { createReaders } from '../../simulators/readings/reader.ts'
import { scenarioOf } from '../../simulators/scenarios/list.ts'
import { adminKeyOf, type RunningLantern, startLantern, withRegistry } from '../support/lantern.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { alertsOf } from './alert-office.ts'
import { type Asking, asking } from './asking.ts'

const soon = { timeout: 40_000, interval: 50 }
const entry = fileURLToPath(new URL('../../simulators/main.ts', import.meta.url))
const perDistrict = 10
const seed = '7'
/** A minute of the scenario is half a second: the power is away from second 1 to second 16. */
const speed = 120

const area = (code: string, level: string, parent: string | null): Area => ({
  ...{ code, level, parent, name: `Area ${code}`, population: null, boundary: null },
})
const areas = [
  area('p1', 'province', null),
  ...['d1', 'd2'].flatMap((code) => [area(code, 'district', 'p1'), area(`${code}-c`, 'commune', code)]),
]
const places = ['d1', 'd2'].map((district) => ({
  ...{ id: `${district}-a`, name: `Market of ${district}`, type: 'market', area: `${district}-c` },
  ...{ longitude: 106.65, latitude: 10.98 },
}))

/** Cameras that nothing ails by itself during the test. */
function wellCameras(): SimulatedDevice[] {
  const scenario = scenarioOf('ordinary-day')
  const now = Date.now()
  const course = scenario?.course({ seed, devices: [], startedAt: now, speed })
  if (!course) throw new Error('there is no ordinary day')
  const readerOf = createReaders({ seed, course })
  return locate(places, areas).flatMap((place) =>
    Array.from(
      { length: 3 * perDistrict },
      (_, index): SimulatedDevice => ({
        ...{ id: `cam-${place.id}-${index}`, kind: 'camera', reportingIntervalSeconds: 1, place },
      }),
    )
      .filter((device) =>
        [0, 1, 2, 3].every((hours) => !readerOf(device).silent(now + (hours * hour) / speed)),
      )
      .slice(0, perDistrict),
  )
}

describe('a district without power', { timeout: 90_000 }, () => {
  const dataDir = temporaryFolder()
  const cameras = wellCameras()
  const struck = scenarioOf('district-outage')?.course({ seed, devices: cameras, startedAt: 0, speed })
    .incidents[0]
  let lantern: RunningLantern
  let viewer: Asking
  let fleet: ChildProcess

  beforeAll(async () => {
    expect(cameras).toHaveLength(2 * perDistrict)
    await withRegistry(dataDir, async (registry) => {
      await registry.putCity({ areas, places })
      await registry.addDevices(
        cameras.map(({ id, kind, reportingIntervalSeconds, place }) => ({
          input: {
            ...{ id, kind, reportingIntervalSeconds, place: place.id },
            ...{ status: 'commissioned', simulated: true },
          },
          tokenHash: hashSecret(newSecret()),
        })),
        Date.now(),
      )
    })
    lantern = await startLantern({ dataDir })
    viewer = asking(lantern.httpUrl, adminKeyOf(dataDir))
    const mqtt = `mqtt://127.0.0.1:${lantern.mqttPort}`
    const there = ['--url', lantern.httpUrl, '--mqtt', mqtt, '--key-file', join(dataDir, 'admin.key')]
    const scenario = ['--scenario', 'district-outage', '--seed', seed, '--speed', String(speed)]
    fleet = spawn(process.execPath, [entry, '--adopt', ...there, ...scenario], { stdio: 'ignore' })
  })
  afterAll(async () => {
    fleet?.kill('SIGTERM')
    await lantern?.stop()
  })

  const silent = async () =>
    (await alertsOf(viewer)).filter(({ rule, state }) => rule === 'camera-silent' && state !== 'cleared')
  const standing = async () =>
    (await silent())
      .filter(({ inhibitedBy }) => inhibitedBy === null)
      .map(({ subject }) => `${subject.type} ${subject.id}`)

  it('is one alert, with all its cameras behind it', async () => {
    // Before the fleet has signed in, both districts are dark.
    await expect.poll(standing, soon).toEqual([`area ${struck?.area}`])
    const [storm] = (await silent()).filter(({ subject }) => subject.type === 'area')
    const behind = async () =>
      (await silent()).filter(({ inhibitedBy }) => inhibitedBy === storm?.id).map(({ subject }) => subject.id)
    await expect.poll(async () => (await behind()).sort(), soon).toEqual([...(struck?.devices ?? [])].sort())
  })

  it('is over when the power is back', async () => {
    await expect.poll(silent, soon).toEqual([])
  })
})
