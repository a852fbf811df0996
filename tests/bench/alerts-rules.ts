/**
 * The rules that the alerts part of the bench runs with: the default ones, and as many more of every form as make fifty.
 * None of the further ones is ever met by the load's readings, so that what is measured is judging and not raising.
 */
import { defaultRules } from '../../alerts/default-rules.ts'
import { type KindName, kindNames } from '../../model/kinds.ts'
import { type Rule, rule } from '../../model/rule.ts'
import { withRegistry } from '../support/lantern.ts'

/** Fields that the load's readings have, each with a value far above what they say. */
const fields: Record<KindName, readonly (readonly [string, number])[]> = {
  camera: [
    ['fps', 60],
    ['bitrateKbps', 9000],
    ['storageUsedShare', 0.99],
    ['peopleCount', 500],
  ],
  traffic_counter: [
    ['intensity', 500],
    ['averageVehicleSpeed', 120],
    ['occupancy', 0.95],
    ['cars', 300],
  ],
  street_sensor: [
    ['pm25', 400],
    ['temperature', 60],
    ['LAeq', 120],
    ['no2', 300],
  ],
}

/** Every form that watches devices, in about the proportions of the default rules. */
const conditions = (field: string, high: number, nth: number) => [
  { type: 'threshold', field, above: high, clear: high * 0.9 },
  { type: 'threshold', field, above: high, forSeconds: 300 },
  { type: 'threshold', field, above: high, count: { of: 5, least: 3 } },
  { type: 'threshold', field, below: -1, clear: 0 },
  { type: 'rate', field, rises: high, withinSeconds: 600 },
  { type: 'unusual', field, score: 20 },
  { type: 'silence', intervals: 5 + nth },
]

/** `count` rules, the default ones among them. */
export function benchRules(count: number): Rule[] {
  // One field after another, each with every form, for all kinds.
  const more = [0, 1, 2, 3].flatMap((nth) =>
    conditions('', 0, 0).flatMap((_, form) =>
      kindNames.map((kind) => {
        const [field, high] = fields[kind][nth] ?? ['', 0]
        return rule.parse({
          id: `bench-${kind.replace('_', '-')}-${form}-${nth}`,
          name: `${field} of ${kind}`,
          title: '{subject} at {place}, {area}: {value} {unit}',
          action: 'There is nothing to do: it is only measured.',
          severity: 'info',
          condition: conditions(field, high, nth)[form],
          scope: { kind },
        })
      }),
    ),
  )
  return [...defaultRules, ...more].slice(0, count)
}

/** Puts the rules into the registry of a data folder; none: the default ones will not come by themselves either. */
export function seedBenchRules(dataDir: string, rules: readonly Rule[]): Promise<void> {
  const by = { by: 'bench', now: Date.now() }
  return withRegistry(dataDir, async (registry) => {
    for (const one of rules) await registry.putRule(one, by)
    if (rules.length > 0) return
    const [any] = defaultRules
    if (!any) return
    await registry.putRule(any, by)
    await registry.removeRule(any.id, by)
  })
}
