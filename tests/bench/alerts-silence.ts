/**
 * The measurement `alerts`, second part: how soon the engine alone notices that devices have gone silent, every one of a
 * hundred thousand, while it is asked four times a second as ingest does.
 */
import type { DeviceFacts } from '../../alerts/engine/city.ts'
import { createEngine } from '../../alerts/engine/engine.ts'
import { kindNames } from '../../model/kinds.ts'
import { rule } from '../../model/rule.ts'
import { minute, second } from '../../model/time.ts'
import { kindInTurn } from './load/payload.ts'
import type { Ground, Measurement } from './measurement.ts'
import { quantile } from './statistics.ts'

export interface AlertSilenceOptions extends Ground {
  readonly devices: number
}

const tickMs = 250
const intervals = 3
const start = Date.parse('2025-03-11T10:00:00+07:00')

const rules = kindNames.map((kind) =>
  rule.parse({
    id: `silent-${kind.replace('_', '-')}`,
    name: 'silent',
    title: '{subject} has been silent for {value} {unit}',
    action: 'There is nothing to do: it is only measured.',
    severity: 'info',
    condition: { type: 'silence', intervals },
    scope: { kind },
  }),
)

/** Every device reports once a minute, for two minutes, and then never again. */
export async function measureAlertSilence({ devices, say }: AlertSilenceOptions): Promise<Measurement> {
  say(`alerts: ${devices.toLocaleString('en')} devices fall silent`)
  const facts = Array.from({ length: devices }, (_, serial) => factsOf(serial))
  let now = start
  const engine = createEngine({
    rules,
    city: { device: (serial) => facts[serial], areaPath: () => [] },
    devices: facts.keys(),
    states: [],
    target: 0.7,
    timeZone: 'Asia/Ho_Chi_Minh',
    clock: () => now,
    memories: new Map(),
    openAlerts: [],
  })
  const phase = (serial: number) => Math.floor((serial * minute) / devices)
  const heardAt = (serial: number) => start + minute + phase(serial)
  const reading = (serial: number, at: number) => ({
    ...{ kind: kindInTurn(serial), serial, observedAt: at, receivedAt: at, values: {} },
  })
  const delays: number[] = []
  const costs: number[] = []
  let next = 0
  while (now < start + (intervals + 3) * minute) {
    now += tickMs
    const startedAt = performance.now()
    // In the order of their phases: first all of the first minute, then all of the second.
    for (; next < 2 * devices; next++) {
      const serial = next % devices
      const at = next < devices ? start + phase(serial) : heardAt(serial)
      if (at > now) break
      engine.take(reading(serial, at))
    }
    engine.tick(now, { caughtUp: true })
    const { changes } = engine.drain()
    const cost = performance.now() - startedAt
    costs.push(cost)
    for (const change of changes)
      if (change.type === 'open') {
        const serial = Number(change.alert.subject.slice('dev-'.length))
        delays.push(now + cost - heardAt(serial) - intervals * minute)
      }
  }
  return {
    title: 'alerts: silence noticed by time',
    setting: `the engine alone, ${devices.toLocaleString('en')} devices that report once a minute and all fall silent; it is asked every ${tickMs} ms`,
    figures: [
      { name: 'after the limit p50', unit: 'ms', runs: [quantile(delays, 0.5)] },
      { name: 'after the limit max', unit: 'ms', runs: [quantile(delays, 1)], target: { below: second } },
      { name: 'CPU of one look p50', unit: 'ms', runs: [quantile(costs, 0.5)] },
      { name: 'CPU of one look max', unit: 'ms', runs: [quantile(costs, 1)] },
    ],
    notes: [`${delays.length} of ${devices} were noticed`],
    wrong: devices - delays.length,
  }
}

function factsOf(serial: number): DeviceFacts {
  return {
    type: 'device',
    serial,
    id: `dev-${serial}`,
    name: `dev-${serial}`,
    kind: kindInTurn(serial),
    place: 'place',
    placeName: 'Place',
    placeType: 'market',
    areas: [],
    longitude: null,
    latitude: null,
    reportingIntervalSeconds: minute / second,
    createdAt: start - minute,
  }
}
