/** From which value of a single device the city's own rules raise an alert: the only limits that the page names. */
import { z } from 'zod'
import { condition, rule } from '../../../../model/rule.ts'
import type { Measure } from './measures.ts'

const { id, name, enabled, scope } = rule.shape

/** Of each rule what says when it raises an alert. */
export const ruleLimits = z.object({ items: z.array(z.object({ id, name, enabled, condition, scope })) })
export type RuleLimits = z.infer<typeof ruleLimits>

/** Rules about temperature judge the sensor (a value that cannot be), not the air. */
const without: readonly Measure['name'][] = ['temperature']

/** The lowest such value of the measure's field, with its rule; undefined: there is none. */
export function limitOf(
  rules: RuleLimits | undefined,
  measure: Measure,
): { above: number; rule: { id: string; name: string } } | undefined {
  if (!rules || without.includes(measure.name)) return undefined
  return rules.items
    .flatMap(({ id: ruleId, name: called, enabled: isOn, scope: of, condition: on }) =>
      isOn && of.kind === measure.kind && on.type === 'threshold' && on.field === measure.field
        ? [{ above: on.above ?? Number.NaN, rule: { id: ruleId, name: called } }]
        : [],
    )
    .filter(({ above }) => !Number.isNaN(above))
    .toSorted((a, b) => a.above - b.above)[0]
}
