/**
 * The measurement `alerts`, fourth part: every camera of a city falls silent at once, as when the power fails. What an
 * operator then has to read, and how soon it stands.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { second } from '../../model/time.ts'
import { withRegistry } from '../support/lantern.ts'
import { env, listOfAlerts, startReceiver, subscribe } from './alerts-subject.ts'
import { districts, seedCity } from './city.ts'
import type { Ground, Measurement } from './measurement.ts'
import { runLoad, withFolder, within, withLantern } from './subject.ts'

export interface AlertStormOptions extends Ground {
  readonly cameras: number
  /** How long they report before the power fails, s; at least two reports of each. */
  readonly seconds: number
  readonly intervalSeconds: number
}

const intervals = 3
const rule = 'camera-silent'
/** Within so long the storm must have been told, and every camera been found, s. */
const formedSeconds = 20

export function measureAlertStorm(options: AlertStormOptions): Promise<Measurement> {
  const { cameras, seconds, intervalSeconds, say } = options
  return withFolder(options.folder, async (dataDir) => {
    const devices = await seedCity(dataDir, {
      ...{ places: cameras, devices: cameras, kind: 'camera' },
      reportingIntervalSeconds: intervalSeconds,
    })
    const receiver = await startReceiver()
    try {
      const seen = await withLantern({ dataDir, env }, async ({ httpUrl, mqttPort }) => {
        await subscribe(httpUrl, dataDir, receiver.url, [rule])
        say(`alerts: ${cameras.toLocaleString('en')} cameras report, and fall silent after ${seconds} s`)
        await runLoad({
          ...{ port: mqttPort, devices, seconds, ratePerSecond: cameras / intervalSeconds },
          ...{ firstObservedAt: Date.now(), stepMs: intervalSeconds * second },
        })
        const limit = (intervals * intervalSeconds + formedSeconds) * second
        return within(2 * limit, 'the storm', watch(httpUrl, dataDir, { cameras, limit }))
      })
      const opened = receiver.arrivals.filter(({ step }) => step === 'opened')
      const figure = (name: string, unit: string, value: number) => ({ name, unit, runs: [value] })
      return {
        title: 'alerts: a storm',
        setting: `${cameras.toLocaleString('en')} cameras in ${districts} districts, which report every ${intervalSeconds} s, fall silent at once`,
        figures: [
          {
            ...figure('alerts in the list about them', 'alerts', seen.listed),
            target: { below: districts + 1 },
          },
          figure('most that the list ever had', 'alerts', seen.most),
          figure('behind these', 'alerts', seen.inhibited),
          figure('told by webhook', 'messages', opened.length),
          figure('from the last report until the list is so', 's', seen.seconds),
        ],
        notes: [`${seen.inhibited} of ${cameras} cameras were found silent, each with an alert of its own`],
        wrong: Math.max(0, cameras - seen.inhibited),
      }
    } finally {
      await receiver.stop()
    }
  })
}

/** Looks at the list until every camera is behind an alert of its district, or for `limit` ms. */
async function watch(
  httpUrl: string,
  dataDir: string,
  { cameras, limit }: { cameras: number; limit: number },
): Promise<{ listed: number; most: number; inhibited: number; seconds: number }> {
  const startedAt = performance.now()
  let most = 0
  for (;;) {
    const listed = (await listOfAlerts(httpUrl, dataDir)).filter((one) => one.rule === rule).length
    most = Math.max(most, listed)
    const seconds = (performance.now() - startedAt) / 1000
    const inhibited = listed < districts ? 0 : await inhibitedIn(dataDir)
    if ((inhibited >= cameras && listed === districts) || performance.now() - startedAt > limit)
      return { listed, most, inhibited, seconds }
    await sleep(100)
  }
}

/** How many cameras' alerts another stands for. */
const inhibitedIn = (dataDir: string) =>
  withRegistry(
    dataDir,
    async (registry) =>
      (await registry.openAlerts()).filter((alert) => alert.rule === rule && alert.inhibitedBy !== null)
        .length,
  )
