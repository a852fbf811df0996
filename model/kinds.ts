/** The kinds of device that there are. A new kind is a new file in `kinds/` and one line here. */
import type { Kind } from './kind.ts'
import { camera } from './kinds/camera.ts'
import { streetSensor } from './kinds/street-sensor.ts'
import { trafficCounter } from './kinds/traffic-counter.ts'

export const kinds = [camera, trafficCounter, streetSensor] as const
export type KindName = (typeof kinds)[number]['name']

export const kindNames = ['camera', 'traffic_counter', 'street_sensor'] as const satisfies readonly KindName[]

const byName: ReadonlyMap<string, Kind> = new Map(kinds.map((kind) => [kind.name, kind]))

/** The kind of that name. */
export function kindOf(name: KindName): Kind {
  const kind = byName.get(name)
  if (!kind) throw new Error(`there is no kind ${name}`)
  return kind
}
