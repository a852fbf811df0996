/**
 * Alerts as model/measurements.ts says they will be written, put into InfluxDB by hand: the dashboard of alerts is ready
 * before they are. Called by the tests of the dashboards' queries.
 */
import type { Point } from '../../model/measurements.ts'
import { levelTags } from '../../model/measurements.ts'
import { hour, minute } from '../../model/time.ts'
import { lineOfPoint } from '../../stores/telemetry/influx/points.ts'
import { bucket, type FilledCity } from './grafana-city.ts'
import type { Influxd } from './influxd.ts'

const severities = ['critical', 'major', 'minor'] as const

/** In each district one alert of each severity that lived through everything, and one that is open. */
export async function writeAlerts(influxd: Influxd, { districts, end }: FilledCity): Promise<void> {
  const steps = districts.flatMap((district) =>
    severities.flatMap((severity) => lifeOf(district, severity, end)),
  )
  await write(influxd, `${bucket}_5m`, steps)
  const moments = Array.from({ length: 60 }, (_, index) => Math.floor(end / minute) * minute - index * minute)
  const open = districts.flatMap(({ code, name }) =>
    severities.flatMap((severity) =>
      moments.map(
        (time): Point<'alert_open'> => ({
          measurement: 'alert_open',
          tags: { area: code, level: 'district', name, severity },
          fields: { open: 2, unacknowledged: 1 },
          time,
        }),
      ),
    ),
  )
  await write(influxd, bucket, open)
}

function lifeOf(
  { code, name }: { code: string; name: string },
  severity: string,
  end: number,
): Point<'alert'>[] {
  const step = (word: string, at: number, fields: Point<'alert'>['fields'] = {}): Point<'alert'> => ({
    measurement: 'alert',
    tags: {
      ...{ severity, rule: 'camera-silent', step: word },
      ...levelTags([{ level: 'district', code, name }]),
    },
    fields: { alert: `${code}-${severity}`, title: `Cameras are silent in ${name}`, ...fields },
    time: at,
  })
  const opened = end - 2 * hour
  return [
    step('opened', opened),
    step('acknowledged', opened + 4 * minute, { seconds_to_acknowledge: 240 }),
    step('cleared', opened + 30 * minute, { seconds_to_clear: 1800 }),
    step('opened', end - 20 * minute),
  ]
}

async function write(influxd: Influxd, policy: string, points: readonly Point[]): Promise<void> {
  const query = new URLSearchParams({ db: bucket, rp: policy, precision: 'ms' })
  const body = points.flatMap((point) => lineOfPoint(point) ?? []).join('\n')
  const response = await fetch(`${influxd.url}/write?${query}`, {
    method: 'POST',
    body,
    signal: AbortSignal.timeout(30_000),
  })
  if (!response.ok) throw new Error(`InfluxDB refused the alerts: ${await response.text()}`)
}
