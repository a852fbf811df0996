/**
 * Chooses the driver of the telemetry port by the settings. The one place that knows both; called by ingest/main.ts and
 * by the tests that look at a store from outside.
 */
import { createDuckDbTelemetry } from './duckdb.ts'
import { createInfluxTelemetry } from './influx.ts'
import type { PointSink, Telemetry } from './port.ts'

/** The settings that decide, as config.ts parses them. */
export interface TelemetrySettings {
  readonly LANTERN_TELEMETRY: 'duckdb' | 'influxdb'
  readonly LANTERN_INFLUX_URL: string
  readonly LANTERN_INFLUX_BUCKET: string
  readonly LANTERN_INFLUX_ORG: string
  readonly LANTERN_INFLUX_TOKEN: string
  readonly LANTERN_INFLUX_USER: string
  readonly LANTERN_INFLUX_PASSWORD: string
  readonly LANTERN_RETENTION_DAYS: number
  readonly LANTERN_ROLLUP_RETENTION_DAYS: number
}

/** `file`: DuckDB's. `points`: null where nobody but Lantern looks into the store. */
export function openTelemetry(options: {
  settings: TelemetrySettings
  file: string
}): Telemetry & { readonly points: PointSink | null } {
  const { settings, file } = options
  const retention = {
    retentionDays: settings.LANTERN_RETENTION_DAYS,
    rollupRetentionDays: settings.LANTERN_ROLLUP_RETENTION_DAYS,
  }
  if (settings.LANTERN_TELEMETRY === 'duckdb')
    return { ...createDuckDbTelemetry({ file, ...retention }), points: null }
  return createInfluxTelemetry({
    ...retention,
    url: settings.LANTERN_INFLUX_URL,
    bucket: settings.LANTERN_INFLUX_BUCKET,
    org: settings.LANTERN_INFLUX_ORG,
    token: settings.LANTERN_INFLUX_TOKEN,
    user: settings.LANTERN_INFLUX_USER,
    password: settings.LANTERN_INFLUX_PASSWORD,
  })
}
