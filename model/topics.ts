/**
 * The topic grammar: what a device and an operator may say and hear. The broker asks it for every
 * publish and subscription, ingest asks it what a topic is, and the AsyncAPI document lists it.
 *
 *   devices/<id>/telemetry     readings, from the device
 *   devices/<id>/status        retained: {"online":true}, and {"online":false} as the last will
 *   devices/<id>/commands/#    to the device
 *   alerts/<area>/…/<severity>/<alert>   retained while the alert is open; the areas from the top down
 */
export const topics = {
  telemetry: 'devices/{device}/telemetry',
  status: 'devices/{device}/status',
  commands: 'devices/{device}/commands/{command}',
  alerts: 'alerts/{areas}/{severity}/{alert}',
} as const

export const telemetryTopic = (device: string) => `devices/${device}/telemetry`
export const statusTopic = (device: string) => `devices/${device}/status`

/** A device's topic in two parts: whose it is, and what comes after (`telemetry`, `status`, `commands/…`). */
export interface DeviceTopic {
  readonly device: string
  readonly channel: string
}

const prefix = 'devices/'

/** Undefined where the topic is not below `devices/<id>/`. */
export function parseTopic(topic: string): DeviceTopic | undefined {
  if (!topic.startsWith(prefix)) return undefined
  const end = topic.indexOf('/', prefix.length)
  if (end <= prefix.length || end === topic.length - 1) return undefined
  return { device: topic.slice(prefix.length, end), channel: topic.slice(end + 1) }
}

/** Whether a device may publish there: below its own `devices/<id>/`, but not as its own commander. */
export function deviceMayPublish(device: string, topic: string): boolean {
  const own = `${prefix}${device}/`
  return topic.length > own.length && topic.startsWith(own) && !topic.startsWith(`${own}commands`)
}

/** Whether a device may subscribe to that filter: `devices/<its id>/commands/#` or something below it. */
export function deviceMaySubscribe(device: string, filter: string): boolean {
  return filter.startsWith(`${prefix}${device}/commands/`)
}

const alertPrefix = 'alerts/'

/** `areas`: the codes from the top down, such as 74, 718, 25756. */
export const alertTopic = (areas: readonly string[], severity: string, alert: number) =>
  `${alertPrefix}${[...areas, severity, alert].join('/')}`

/** Whether an operator may subscribe to that filter: anything below `devices/` and `alerts/`. */
export function operatorMaySubscribe(filter: string): boolean {
  return filter.startsWith(prefix) || filter.startsWith(alertPrefix)
}
