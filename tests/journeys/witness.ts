/**
 * The good device beside all the bad ones: after each attack it publishes, gets its PUBACK, and finds its reading
 * in the API; the process is still the same one, and its log has no error.
 */
import { expect } from 'vitest'
import { z } from 'zod'
import { adminKeyOf, type RunningLantern, stored } from '../support/lantern.ts'
import { asking, trafficOf } from './asking.ts'
import { signedIn, telemetryPacket } from './wire.ts'

const readings = z.object({ items: z.array(z.object({ observedAt: z.iso.datetime() })) })

/** `device` must be a traffic counter that nobody else speaks for. */
export async function expectAllIsWell(
  lantern: RunningLantern,
  dataDir: string,
  device: { id: string; token: string },
): Promise<void> {
  expect(lantern.epitaph()).toBe('')
  expect(lantern.log.filter(({ level }) => level >= 50)).toEqual([])
  const observedAt = Date.now()
  const line = await signedIn(lantern.mqttPort, device)
  line.send(telemetryPacket(device, { observedAt, ...trafficOf(1) }))
  await line.next('puback')
  await line.drop()
  await stored(lantern.httpUrl)
  const viewer = asking(lantern.httpUrl, adminKeyOf(dataDir))
  const { items } = await viewer.read(`/v1/devices/${device.id}/readings?limit=1`, readings)
  expect(items).toEqual([{ observedAt: new Date(observedAt).toISOString() }])
}
