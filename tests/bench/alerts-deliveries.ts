/**
 * The measurement `alerts`, fifth part: many alerts at once for many subscribers, of whom some are dead: they refuse, or take
 * the request and never answer. How long until all the others have everything.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { second } from '../../model/time.ts'
import { freePort, withRegistry } from '../support/lantern.ts'
import { signUp } from '../support/small-city.ts'
import { env, startProbe, startReceiver, subscribe } from './alerts-subject.ts'
import { seedCity } from './city.ts'
import type { Ground, Measurement } from './measurement.ts'
import { quantile } from './statistics.ts'
import { withFolder, within, withLantern } from './subject.ts'

export interface AlertDeliveriesOptions extends Ground {
  readonly alerts: number
  readonly subscribers: number
  /** Of the subscribers. */
  readonly dead: number
}

const limitMs = 120_000

export function measureAlertDeliveries(options: AlertDeliveriesOptions): Promise<Measurement> {
  const { alerts, subscribers, dead, say } = options
  const all = alerts * subscribers
  const wanted = alerts * (subscribers - dead)
  return withFolder(options.folder, async (dataDir) => {
    await seedCity(dataDir, { places: 100, devices: 0 })
    const cameras = await withRegistry(dataDir, (registry) =>
      signUp(
        registry,
        Array.from({ length: alerts }, (_, index) => ({
          ...{ id: `probe-${index}`, kind: 'camera' as const, place: `place-${index % 100}` },
        })),
      ),
    )
    const paths = Array.from({ length: subscribers }, (_, index) => `/${index}`)
    // Half of the dead never answer, the others refuse the connection.
    const mute = new Set(paths.slice(0, Math.floor(dead / 2)))
    const receiver = await startReceiver(mute)
    const nobody = `http://127.0.0.1:${await freePort()}`
    try {
      const times = await withLantern({ dataDir, env }, async ({ httpUrl, mqttPort }) => {
        for (const [index, path] of paths.entries()) {
          const url = index >= mute.size && index < dead ? nobody : receiver.url
          await subscribe(httpUrl, dataDir, url + path, ['camera-tampered'])
        }
        const probes = await Promise.all(cameras.map((camera) => startProbe(mqttPort, camera)))
        say(`alerts: ${all.toLocaleString('en')} deliveries, ${dead} of ${subscribers} subscribers dead`)
        const startedAt = Date.now()
        for (const probe of probes) probe.report({ tampered: true })
        const served = async () => {
          while (receiver.arrivals.length < wanted) await sleep(20)
        }
        await within(limitMs, 'all others to be served', served())
        await Promise.all(probes.map((probe) => probe.stop()))
        return receiver.arrivals.map(({ at }) => (at - startedAt) / second)
      })
      const distinct = new Set(receiver.arrivals.map(({ path, subject }) => `${path} ${subject}`))
      return {
        title: 'alerts: many deliveries',
        setting: `${alerts} alerts at once for ${subscribers} subscribers (${all.toLocaleString('en')} deliveries), of whom ${dead} are dead`,
        figures: [
          { name: 'served p50', unit: 's', runs: [quantile(times, 0.5)] },
          { name: 'all others served', unit: 's', runs: [quantile(times, 1)], target: { below: 10 } },
          { name: 'deliveries', unit: '1/s', runs: [wanted / quantile(times, 1)] },
        ],
        notes: [`${times.length - distinct.size} came more than once`],
        wrong: wanted - distinct.size,
      }
    } finally {
      await receiver.stop()
    }
  })
}
