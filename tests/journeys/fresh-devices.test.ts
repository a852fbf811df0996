/**
 * Devices that speak the moment they are registered, one after another: ingest's copy of the registry is always a
 * little older than they are, and yet not one of their readings may count as an unknown device's.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { adminKeyOf, type RunningLantern, seedDevices, startLantern, stored } from '../support/lantern.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { asking, register, rejectionsOf, trafficOf } from './asking.ts'
import { signedIn, telemetryPacket } from './wire.ts'

const sums = z.object({
  series: z.array(z.object({ group: z.string(), points: z.array(z.object({ value: z.number() })) })),
})

describe('fresh devices', { timeout: 60_000 }, () => {
  const dataDir = temporaryFolder()
  let lantern: RunningLantern
  beforeAll(async () => {
    await seedDevices(dataDir, 0)
    lantern = await startLantern({ dataDir })
  })
  afterAll(() => lantern?.stop())

  it('a hundred in turn: registered, heard at once, and counted', async () => {
    const operator = asking(lantern.httpUrl, adminKeyOf(dataDir))
    const expected: [string, number][] = []
    for (let n = 100; n < 200; n++) {
      const device = await register(operator, { id: `fresh-${n}`, kind: 'traffic_counter', place: 'd1-a' })
      const line = await signedIn(lantern.mqttPort, device)
      line.send(telemetryPacket(device, { observedAt: Date.now(), ...trafficOf(n) }))
      await line.next('puback')
      await line.drop()
      expected.push([device.id, n])
    }
    await stored(lantern.httpUrl)
    const query = `field=intensity&aggregate=sum&window=7d&groupBy=device&to=${Date.now() + 60_000}`
    const { series } = await operator.read(`/v1/telemetry/traffic_counter?${query}`, sums)
    expect(series.map(({ group, points }) => [group, points[0]?.value])).toEqual(expected)
    expect(await rejectionsOf(operator)).toEqual([])
  })
})
