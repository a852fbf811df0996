/** Default rules for traffic: standing traffic, flow that is not as usual, and counters that say nothing. */
import type { z } from 'zod'
import type { rule } from '../../model/rule.ts'

const scope = { kind: 'traffic_counter' } as const

export const trafficRules: readonly z.input<typeof rule>[] = [
  {
    id: 'traffic-congested',
    name: 'congestion',
    title: 'Traffic is congested at {place}, {area}',
    action:
      'Look at the cameras of the crossing and lengthen the green of the blocked approach; note it for the signal plan.',
    severity: 'warning',
    // The counter's own judgement, which knows its lanes; 1 is yes.
    condition: { type: 'threshold', field: 'congested', above: 1, clear: 0, forSeconds: 300 },
    scope,
  },
  {
    id: 'traffic-jam',
    name: 'traffic jam',
    title: 'Traffic stands at {place}, {area}: the lane is occupied {value} {unit} of the time',
    action:
      'Look at the cameras for an accident or a breakdown, send traffic police, and show the detour on the signs around it.',
    severity: 'major',
    // Above an occupancy of about 0.3 flow breaks down; 0.6 for ten minutes is a queue that no green light clears.
    condition: { type: 'threshold', field: 'occupancy', above: 0.6, clear: 0.4, forSeconds: 600 },
    scope,
  },
  {
    id: 'traffic-unusual-flow',
    name: 'unusual traffic',
    title: '{value} vehicles at {place}, {area}, which is far from usual at this hour',
    action: 'Look at the cameras: an event, a closed road nearby, or a counter that counts wrong.',
    severity: 'info',
    condition: {
      type: 'unusual',
      field: 'intensity',
      direction: 'both',
      score: 6,
      learnFrom: 60,
      forSeconds: 600,
    },
    scope,
  },
  {
    id: 'counter-silent',
    name: 'traffic counter silent',
    title: 'Traffic counter {subject} at {place}, {area}, has been silent for {value} {unit}',
    action:
      'Restart it from afar; if it stays silent for an hour, send a technician to its supply and its modem.',
    severity: 'warning',
    condition: { type: 'silence' },
    scope,
    storm: { share: 0.3, least: 5, withinSeconds: 120 },
  },
]
