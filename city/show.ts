/**
 * What a registry holds, in numbers: for `npm run city -- show`. Coverage is the API's business.
 */
import type { Registry } from '../stores/registry/port.ts'
import { allDevices } from './present.ts'

/** Lines such as "places  1,806", with the numbers of each level, type and kind beneath. */
export async function describeCity(registry: Registry): Promise<string[]> {
  const areas = await registry.areas()
  const places = await registry.places()
  const devices = await allDevices(registry)
  return [
    ...section('areas', areas, ({ level }) => level),
    ...section('places', places, ({ type }) => type),
    ...section('devices', devices, ({ kind, status, simulated }) =>
      [kind, status === 'commissioned' ? '' : status, simulated ? 'simulated' : '']
        .filter(Boolean)
        .join(', '),
    ),
  ]
}

function section<T>(title: string, items: readonly T[], groupOf: (item: T) => string): string[] {
  const groups = [...Map.groupBy(items, groupOf)].sort(([, a], [, b]) => b.length - a.length)
  return [row(title, items.length), ...groups.map(([group, members]) => row(`  ${group}`, members.length))]
}

const row = (label: string, number: number) => `${label.padEnd(40)}${number.toLocaleString('en').padStart(9)}`
