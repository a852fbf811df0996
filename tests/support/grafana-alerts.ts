/**
 * Alerts in the registry of a filled city, as the engine and people would have made them, for the census to write into
 * InfluxDB. Called by grafana-census.ts.
 */
import { severities } from '../../model/alert.ts'
import type { Area } from '../../model/area.ts'
import { hour, minute } from '../../model/time.ts'
import type { AlertChange } from '../../stores/registry/alerts-port.ts'
import type { Registry } from '../../stores/registry/port.ts'
import { opening, stepping } from '../alert-examples.ts'

/** In each district one alert of each severity that lived through everything, and one that is open. `end`: epoch ms. */
export async function raiseAlerts(registry: Registry, end: number): Promise<void> {
  const areas = await registry.areas()
  const changes = areas
    .filter(({ level }) => level === 'district')
    .flatMap((district) => severities.flatMap((severity) => lifeOf(district, areas, severity, end)))
  await registry.changeAlerts(changes, end)
}

function lifeOf(
  { code, parent, name }: Area,
  areas: readonly Area[],
  severity: (typeof severities)[number],
  end: number,
): AlertChange[] {
  const [rule, title] = [`silent-${severity}`, `Cameras are silent in ${name}`]
  const codes = [code, ...areas.filter((area) => area.code === parent).map((area) => area.code)]
  const open = (at: number) =>
    opening(rule, code, {
      ...{ title, severity, subjectType: 'area', areas: codes, since: at, openedAt: at },
      ...{ kind: null, place: null, placeType: null, longitude: null, latitude: null },
    })
  const opened = end - 2 * hour
  return [
    open(opened),
    stepping(`${rule} ${code}`, 'acknowledged', { at: opened + 4 * minute }),
    stepping(`${rule} ${code}`, 'cleared', { at: opened + 30 * minute }),
    open(end - 20 * minute),
  ]
}
