/** The settings that depend on one another, and that no message repeats a secret. */
import { describe, expect, it } from 'vitest'
import { readConfig } from '../config.ts'

describe('the settings of the telemetry store', () => {
  it('are DuckDB without any', () => {
    expect(readConfig({})).toMatchObject({ LANTERN_TELEMETRY: 'duckdb' })
  })

  it('need an address for InfluxDB, and say so', () => {
    expect(() => readConfig({ LANTERN_TELEMETRY: 'influxdb' })).toThrow(/LANTERN_INFLUX_URL: is required/)
    expect(
      readConfig({ LANTERN_TELEMETRY: 'influxdb', LANTERN_INFLUX_URL: 'http://127.0.0.1:8086' }),
    ).toMatchObject({ LANTERN_INFLUX_BUCKET: 'lantern' })
  })

  it.each([
    ['LANTERN_INFLUX_URL', 'influx:8086'],
    ['LANTERN_INFLUX_URL', 'ftp://influx'],
    ['LANTERN_INFLUX_BUCKET', 'a"b'],
    ['LANTERN_TELEMETRY', 'influx'],
  ])('name a wrong %s (%s)', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(name)
  })

  it('never say a secret', () => {
    const secrets = { LANTERN_INFLUX_TOKEN: 'hush-1', LANTERN_INFLUX_PASSWORD: 'hush-2' }
    expect(() => readConfig({ ...secrets, LANTERN_TELEMETRY: 'influxdb' })).toThrow(/^(?!.*hush).*$/s)
  })
})
