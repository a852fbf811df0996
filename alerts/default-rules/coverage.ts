/** Default rules for coverage: the goal that an area has not reached, and cameras that go dark in numbers. */
import type { z } from 'zod'
import type { rule } from '../../model/rule.ts'

export const coverageRules: readonly z.input<typeof rule>[] = [
  {
    id: 'coverage-below-target',
    name: 'installed coverage below the target',
    title: '{area}: {value} {unit} of the public places have a camera, the target is {threshold} %',
    action: 'See in the coverage list which places have none, and plan the next installations there.',
    severity: 'info',
    // Planning takes weeks: an hour more or less changes nothing, and an import under way is left in peace.
    condition: {
      type: 'coverage',
      share: 'installed',
      below: 'target',
      levels: ['province', 'city', 'district'],
      forSeconds: 3600,
    },
  },
  {
    id: 'coverage-falling',
    name: 'working coverage falling',
    title:
      '{area}: working coverage has fallen to {value} {unit}, by {threshold} points or more within 15 minutes',
    action:
      'Look at the silent cameras of the area on the map: many in one street are the power or a switch, many of one make are its cloud. Tell the police which places are dark.',
    severity: 'major',
    // Not of communes: there one camera is a tenth, and a district without power would be told a dozen times.
    condition: {
      type: 'coverage',
      share: 'working',
      falls: { by: 0.1, withinSeconds: 900 },
      levels: ['province', 'city', 'district'],
    },
    escalation: { afterSeconds: 900, severity: 'critical' },
  },
]
