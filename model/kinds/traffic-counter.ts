/** Traffic counters: the fields of Smart Data Models' TrafficFlowObserved. */
import { count, defineKind, flag, optional, quantity, share } from '../kind.ts'

export const trafficCounter = defineKind({
  name: 'traffic_counter',
  title: 'Traffic counter',
  description: 'Vehicles that passed during an interval (Smart Data Models: TrafficFlowObserved).',
  shape: {
    intensity: count('Vehicles counted in the interval'),
    intervalSeconds: quantity('s', 'Length of the interval that was counted', { min: 1, max: 86_400 }),
    averageVehicleSpeed: optional(
      quantity('km/h', 'Mean speed; may be absent when no vehicle passed', { max: 400 }),
    ),
    occupancy: share('Share of the interval during which the lane was occupied, 0–1'),
    motorcycles: optional(count('Motorcycles among them')),
    cars: optional(count('Cars among them')),
    buses: optional(count('Buses among them')),
    trucks: optional(count('Trucks among them')),
    congested: optional(flag('Whether the counter itself sees congestion')),
  },
  check: {
    holds: (values) => values.averageVehicleSpeed !== undefined || values.intensity === 0,
    field: 'averageVehicleSpeed',
    message: 'is required unless intensity is 0',
  },
  defaultIntervalSeconds: 60,
  faultsOf: () => [],
})
