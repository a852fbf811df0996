/**
 * The measurement `alerts`, first part: from the moment a camera publishes what meets a rule to the moment its webhook
 * arrives, while the rest of the city reports and fifty rules judge every reading.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { stored, withRegistry } from '../support/lantern.ts'
import { signUp } from '../support/small-city.ts'
import { benchRules, seedBenchRules } from './alerts-rules.ts'
import { env, type Probe, startProbe, startReceiver, subscribe } from './alerts-subject.ts'
import { seedCity } from './city.ts'
import type { Figure, Ground, Measurement } from './measurement.ts'
import { quantile } from './statistics.ts'
import { runLoad, untilConnected, withFolder, within, withLantern } from './subject.ts'

export interface AlertLatencyOptions extends Ground {
  readonly seconds: number
  readonly rules: number
  readonly devices: number
  readonly ratePerSecond: number
  /** Cameras that are tampered with and set right again, one after another: two samples each. */
  readonly probes: number
}

const warmUpSeconds = 3
const connectLimitMs = 120_000
const arrivalLimitMs = 20_000

export function measureAlertLatency(options: AlertLatencyOptions): Promise<Measurement> {
  const { seconds, rules, devices, ratePerSecond, say } = options
  return withFolder(options.folder, async (dataDir) => {
    const load = await seedCity(dataDir, { places: Math.ceil(devices / 3), devices })
    const cameras = await withRegistry(dataDir, (registry) =>
      signUp(
        registry,
        Array.from({ length: options.probes }, (_, index) => ({
          ...{ id: `probe-${index}`, kind: 'camera' as const, place: `place-${index % 10}` },
        })),
      ),
    )
    await seedBenchRules(dataDir, benchRules(rules))
    const receiver = await startReceiver()
    try {
      const sent = await withLantern({ dataDir, env }, async ({ httpUrl, mqttPort }) => {
        await subscribe(httpUrl, dataDir, receiver.url, ['camera-tampered'])
        const probes = await Promise.all(cameras.map((camera) => startProbe(mqttPort, camera)))
        say(`alerts: ${seconds} s of samples, with ${rules} rules over ${devices} devices`)
        const loading = runLoad({
          ...{ port: mqttPort, devices: load, ratePerSecond, seconds: warmUpSeconds + seconds + 1 },
          ...{ firstObservedAt: Date.now(), stepMs: Math.ceil((devices * 1000) / ratePerSecond) },
        })
        const everyone = untilConnected(httpUrl, devices + probes.length)
        await Promise.race([loading, within(connectLimitMs, 'all to connect', everyone)])
        await Promise.race([loading, sleep(warmUpSeconds * 1000)])
        const times = await sample(probes, seconds * 1000)
        await loading
        await stored(httpUrl)
        const arrived = async () => {
          while (receiver.arrivals.length < times.size) await sleep(50)
        }
        await within(arrivalLimitMs, 'the last webhook', arrived())
        await Promise.all(probes.map((probe) => probe.stop()))
        return times
      })
      return told(options, sent, receiver.arrivals)
    } finally {
      await receiver.stop()
    }
  })
}

const keyOf = (subject: string, step: string) => `${subject} ${step}`

/** Has every camera tampered with and set right again, evenly over the time; when each was published, by step. */
async function sample(probes: readonly Probe[], lengthMs: number): Promise<Map<string, number>> {
  const times = new Map<string, number>()
  const gap = lengthMs / (2 * probes.length)
  const startedAt = performance.now()
  let nth = 0
  for (const [step, tampered] of [
    ['opened', true],
    ['cleared', false],
  ] as const)
    for (const probe of probes) {
      await sleep(Math.max(0, startedAt + gap * nth - performance.now()))
      times.set(keyOf(probe.id, step), probe.report({ tampered }))
      nth += 1
    }
  return times
}

function told(
  { seconds, rules, devices, ratePerSecond }: AlertLatencyOptions,
  sent: ReadonlyMap<string, number>,
  arrivals: readonly { subject: string; step: string; takenAt: number; at: number }[],
): Measurement {
  const of = (from: 'sent' | 'taken', to: 'taken' | 'arrived') =>
    arrivals.map(({ subject, step, takenAt, at }) => {
      const sentAt = sent.get(keyOf(subject, step)) ?? Number.NaN
      return (to === 'taken' ? takenAt : at) - (from === 'sent' ? sentAt : takenAt)
    })
  const figure = (name: string, values: readonly number[], share: number): Figure => ({
    ...{ name, unit: 'ms', runs: [quantile(values, share)] },
  })
  const whole = of('sent', 'arrived')
  const missing = [...sent.keys()].filter(
    (key) => !arrivals.some(({ subject, step }) => keyOf(subject, step) === key),
  )
  return {
    title: 'alerts: from the reading to the webhook',
    setting: `${rules} rules, ${devices.toLocaleString('en')} devices, ${ratePerSecond.toLocaleString('en')} readings/s; ${sent.size} samples in ${seconds} s`,
    figures: [
      figure('publish to webhook p50', whole, 0.5),
      { ...figure('publish to webhook p99', whole, 0.99), target: { below: 100 } },
      figure('publish to webhook max', whole, 1),
      figure('of which until judged p50', of('sent', 'taken'), 0.5),
      figure('of which until judged p99', of('sent', 'taken'), 0.99),
      figure('of which from judged on p50', of('taken', 'arrived'), 0.5),
      figure('of which from judged on p99', of('taken', 'arrived'), 0.99),
    ],
    notes: [`${missing.length} of ${sent.size} alerts did not arrive`],
    wrong: missing.length,
  }
}
